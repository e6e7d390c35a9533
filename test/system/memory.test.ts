import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliLan, type CliProcess } from "../support/cli.ts";
import { noTmux } from "../support/tmux.ts";

/** Line mode that keeps what a person would. */
function chat(lan: CliLan, ...words: string[]): CliProcess {
  const options = ["--plain", "--memory", "--nick", "ann", "--server", "office", "--wait", "300"];
  return lan.start(...options, ...words);
}

function textsOf(bot: CliProcess): string[] {
  return bot.linesOf("said").map((line) => line.text);
}

describe("a client that was ended", () => {
  test("says at its next visit what waited, once, and shows what was said before meanwhile", async () => {
    await using lan = await CliLan.open();
    const first = await lan.serve("--name", "office");
    const before = chat(lan);
    before.endInput("hello\n");
    expect(await before.exit()).toBe(0);
    await first.server.kill("SIGKILL");

    const away = chat(lan);
    await away.until(() => away.stdout.includes("ann: hello"), "the past");
    expect(away.stdout).toContain("-- #lobby, as it was:");
    away.write("meanwhile\nand more\n");
    // It waits for lines that are on their way; nobody needs that here.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await away.kill("SIGTERM");
    // No server was reached.
    expect(await away.exit()).toBe(2);
    expect(away.stdout).toContain("-- 2 lines wait for your next visit");

    const offline = lan.start("history", "--offline", "--server", "office");
    expect(await offline.exit()).toBe(0);
    expect(offline.stdout).toMatch(/ ann: hello\n$/);
    const search = lan.start("search", "hel", "--offline", "--json");
    expect(await search.line({ type: "said" })).toMatchObject({ text: "hello", room: "lobby" });

    await lan.serve("--name", "office", "--port", first.address.split(":")[1]!);
    const bob = await lan.bot("bob");
    const again = chat(lan);
    again.endInput("and another\n");
    expect(await again.exit()).toBe(0);
    await bob.line({ type: "said", text: "and another" });
    const texts = ["meanwhile", "and more", "and another"];
    expect(textsOf(bob)).toEqual(texts);
    const page = await bob.ask({ type: "history", room: "lobby", after: 0 });
    expect(page.entries.map(({ text }) => text)).toEqual(["hello", ...texts]);
  });
});

const why = noTmux === undefined ? "" : ` (not tried: ${noTmux})`;

describe.skipIf(noTmux !== undefined)(`a client in a terminal${why}`, () => {
  test("loses no line that it showed when it is killed, nor what was being written", async () => {
    await using lan = await CliLan.open();
    const first = await lan.serve("--name", "office");
    await using killed = lan.terminal("--nick", "ann");
    await killed.shows(/office/);
    killed.press("Enter");
    await killed.shows(/#lobby .*office/);
    killed.type("before");
    killed.press("Enter");
    await killed.shows(/before +✓/);
    await first.server.kill("SIGKILL");
    await killed.shows(/reconnecting/);
    killed.type("meanwhile");
    killed.press("Enter");
    await killed.shows(/│ meanwhile/);
    killed.type("half a li");
    // A draft is kept after a second at most.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const pid = await readFile(join(lan.data, "client", "memory", "pid"), "utf8");
    process.kill(Number(pid), "SIGKILL");
    await killed.shows(/ended with/);

    await using again = lan.terminal("--nick", "ann");
    await again.shows(/office +not here now/);
    again.press("Enter");
    const screen = await again.shows(/│ meanwhile/);
    expect(screen).toMatch(/│ before/);
    expect(screen).toContain("half a li");
    await lan.serve("--name", "office", "--port", first.address.split(":")[1]!);
    const bob = await lan.bot("bob");
    await again.shows(/meanwhile +✓/);
    again.type("ne");
    again.press("Enter");
    await bob.line({ type: "said", text: "half a line" });
    const page = await bob.ask({ type: "history", room: "lobby", after: 0 });
    expect(page.entries.map(({ text }) => text)).toEqual(["before", "meanwhile", "half a line"]);
  });
});
