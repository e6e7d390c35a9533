import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { startBeacon } from "../../src/discovery/beacon.ts";
import { transportVersion } from "../../src/transport/limits.ts";
import { CliLan, freePort } from "../support/cli.ts";
import { metOffice } from "../support/met-office.ts";
import { noTmux } from "../support/tmux.ts";

const why = noTmux === undefined ? "" : ` (not tried: ${noTmux})`;

describe("a server that shows another key under a known name and address", () => {
  test("ends a bot with 4, by name and by address, until its words are given", async () => {
    const { lan, address, replace } = await metOffice();
    await using _ = lan;
    const { words, before } = await replace();
    for (const target of ["office", address]) {
      const bot = lan.start("bot", "--nick", "ann", "--server", target, "--wait", "20000");
      expect(await bot.exit()).toBe(4);
      const error = bot.lines.at(-1)!;
      expect(error).toMatchObject({ type: "error", code: "server-untrusted" });
      expect(error.message).toMatch(
        /^\S+ shows another key than on \w{3} \d+ \w{3} \d{4} \d\d:\d\d; /,
      );
      expect(error.message).toContain(`it was "${before}"`);
      expect(error.message).toContain(`--trust "${words}"`);
      expect(bot.linesOf("ready")).toEqual([]);
    }
    const wrong = lan.start("bot", "--nick", "ann", "--server", address, "--trust", "zoo zoo");
    expect(await wrong.exit()).toBe(4);
    for (const target of ["office", address]) {
      const trusting = await lan.bot("ann", "--server", target, "--trust", words);
      trusting.endInput();
      expect(await trusting.exit()).toBe(0);
      const later = await lan.bot("ann", "--server", target);
      later.endInput();
      expect(await later.exit()).toBe(0);
    }
  });

  test("is told in lines, with exit code 4, and joined by its words", async () => {
    const { lan, address, replace } = await metOffice();
    await using _ = lan;
    const { words } = await replace();
    for (const options of [[], ["--server", address]]) {
      const chat = lan.start("chat", "--nick", "ann", "--wait", "20000", ...options);
      chat.endInput("not for strangers\n");
      expect(await chat.exit()).toBe(4);
      expect(chat.stdout).toContain(" shows another key than on ");
      expect(chat.stdout).not.toContain("-- connected");
    }
    const chat = lan.start("chat", "--nick", "ann", "--server", address, "--trust", words);
    chat.endInput("hello\n");
    expect(await chat.exit()).toBe(0);
    expect(chat.stdout).not.toContain("first visit");
    expect(chat.stdout).not.toContain("not for strangers");
  });

  test("is told by the list", async () => {
    const { lan, replace } = await metOffice();
    await using _ = lan;
    await lan.serve("--name", "attic");
    await replace();
    const list = lan.start("list", "--json");
    expect(await list.exit()).toBe(0);
    expect(list.lines.map(({ name, trust }) => [name, trust])).toEqual([
      ["attic", "new"],
      ["office", "changed"],
    ]);
    const table = lan.start("list");
    expect(await table.exit()).toBe(0);
    expect(table.stdout).toMatch(/ new +attic\n.* CHANGED +office\n/);
  });

  test.skipIf(noTmux !== undefined)(`stops at a screen of its own${why}`, async () => {
    const { lan, address, replace } = await metOffice();
    await using _ = lan;
    const { words, before } = await replace();
    await using terminal = lan.terminal("--nick", "ann");
    await terminal.shows(/office +CHANGED/);
    terminal.press("Enter");
    const screen = await terminal.shows(/CHANGED: office shows another key than on/);
    expect(screen).toContain(`Before: ${before}`);
    expect(screen).toContain(`Now: ${words}`);
    terminal.type("zoo zoo");
    terminal.press("Enter");
    await terminal.shows(/! these are not the first two words/);
    terminal.press("C-u");
    terminal.type(words);
    terminal.press("Enter");
    await terminal.shows(/#lobby .*office · open/);

    await using typed = lan.terminal("--nick", "bob", "--server", address);
    await typed.shows(/CHANGED: 127\.0\.0\.1:\d+ shows another key than on/);
    typed.type(words);
    typed.press("Enter");
    await typed.shows(/#lobby .*office · open/);
    terminal.press("C-q");
    typed.press("C-q");
    await typed.shows(/ended with 0/);
  });

  test("is not met when somebody announces it as the known one", async () => {
    await using lan = await CliLan.open();
    await using neighbour = lan.otherUser();
    const { id } = await lan.serve("--name", "office");
    const first = await lan.bot("ann", "--server", "office");
    first.endInput();
    await first.exit();
    const stranger = await neighbour.serve("--name", "other");
    const lie = {
      id,
      name: "office",
      port: Number(stranger.address.split(":")[1]),
      versionMin: transportVersion,
      versionMax: transportVersion,
      members: 0,
      rooms: 0,
    };
    const beacon = await startBeacon({
      interfaces: ["lo"],
      discoveryPort: lan.discoveryPort,
      describe: () => lie,
      sendData: () => undefined,
      clock: systemClock,
      random: systemRandom,
    });
    try {
      for (let time = 0; time < 4; time += 1) {
        const bot = await lan.bot("ann", "--server", "office");
        expect(await bot.line({ type: "ready" })).toMatchObject({ serverId: id });
        bot.endInput();
        expect(await bot.exit()).toBe(0);
      }
    } finally {
      await beacon.close();
    }
  });

  test("is not spoken to by a bot that waits for the one it knows", async () => {
    await using lan = await CliLan.open();
    await using neighbour = lan.otherUser();
    const port = String(await freePort());
    const { server, address } = await lan.serve("--name", "office", "--port", port);
    const bot = await lan.bot("ann", "--server", address);
    await server.kill("SIGKILL");
    await bot.line({ type: "connection", state: "reconnecting" });
    const stranger = await neighbour.serve("--name", "other", "--port", port);
    bot.send({ type: "say", room: "lobby", text: "not for strangers", ref: 1 });
    await bot.until(
      () => bot.linesOf("connection").some(({ reason }) => reason?.includes("key has changed")),
      "the other key",
    );
    await stranger.server.kill("SIGTERM");
    await stranger.server.exit();
    await lan.serve("--name", "office", "--port", port);
    await bot.line({ type: "ok", ref: 1 });
  });
});
