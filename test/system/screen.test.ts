import { describe, expect, test } from "vitest";
import { CliLan } from "../support/cli.ts";
import { noTmux } from "../support/tmux.ts";

const why = noTmux === undefined ? "" : ` (not tried: ${noTmux})`;

describe.skipIf(noTmux !== undefined)(`earshot in a terminal${why}`, () => {
  test("offers to host, chats with a guest that finds it, and gives the terminal back", async () => {
    await using lan = await CliLan.open();
    await using terminal = lan.terminal();
    await terminal.shows(/No server answers/);
    terminal.press("h");
    await terminal.shows(/Nickname:/);
    terminal.press("C-u");
    terminal.type("ann");
    terminal.press("Enter");
    await terminal.shows(/#lobby .* open.*● ann/s);

    const guest = await lan.bot("bob");
    terminal.type("hello bob");
    terminal.press("Enter");
    await guest.line({ type: "said", author: "ann", text: "hello bob" });
    await guest.ask({ type: "say", room: "lobby", text: "hello ann" });
    const screen = await terminal.shows(/bob │ hello ann/);
    expect(screen).toMatch(/ann │ hello bob +✓/);
    expect(screen).toContain("bob joined");

    terminal.press("C-q");
    await terminal.shows(/for 1 other: quit again to end it for them/);
    terminal.press("C-q");
    await terminal.shows(/ended with 0/);
    await guest.line({ type: "shutdown", reason: "its host has left" });
  });

  test("lists the servers that there are and comes back to one that was killed", async () => {
    await using lan = await CliLan.open();
    const first = await lan.serve("--name", "kitchen");
    await lan.serve("--name", "office");
    await using terminal = lan.terminal("--nick", "ann");
    const picker = await terminal.shows(/kitchen.*office/s);
    expect(picker).toContain(first.address);
    // Whichever was heard first is marked.
    terminal.press("Up", "Enter");
    await terminal.shows(/#lobby .*kitchen · open/);
    terminal.type("before");
    terminal.press("Enter");
    await terminal.shows(/before +✓/);

    await first.server.kill("SIGKILL");
    await terminal.shows(/reconnecting/);
    terminal.type("meanwhile");
    terminal.press("Enter");
    await terminal.shows(/meanwhile/);
    await lan.serve("--name", "kitchen", "--port", first.address.split(":")[1]!);
    const screen = await terminal.shows(/meanwhile +✓/);
    expect(screen.match(/before/g)).toHaveLength(1);
    expect(screen.match(/meanwhile/g)).toHaveLength(1);
  });
});
