import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { startBeacon } from "../../src/discovery/beacon.ts";
import { transportVersion } from "../../src/transport/limits.ts";
import { CliLan, freePort } from "../support/cli.ts";
import { noTmux } from "../support/tmux.ts";

const isPosix = process.platform !== "win32";
const why = noTmux === undefined ? "" : ` (not tried: ${noTmux})`;

/** A network with the server "office", which the bot "ann" has met by its name and by its address. */
async function metOffice() {
  const lan = await CliLan.open();
  const port = String(await freePort());
  const { server, address, data, fingerprint } = await lan.serve(
    "--name",
    "office",
    "--port",
    port,
  );
  for (const target of ["office", address]) {
    const bot = await lan.bot("ann", "--server", target);
    expect(await bot.line({ type: "ready" })).toMatchObject({ fingerprint });
    bot.endInput();
    expect(await bot.exit()).toBe(0);
  }
  /** The same name and address again, with a new key; gives the first two words of it. */
  const replace = async () => {
    await server.kill("SIGTERM");
    await server.exit();
    rmSync(join(data, "server.key"));
    const other = await lan.serve("--name", "office", "--port", port);
    expect(other.fingerprint).not.toBe(fingerprint);
    return { words: other.fingerprint.split(" ").slice(0, 2).join(" "), before: fingerprint };
  };
  return { lan, address, server, replace };
}

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
    await terminal.shows(/office · open · #lobby/);

    await using typed = lan.terminal("--nick", "bob", "--server", address);
    await typed.shows(/CHANGED: 127\.0\.0\.1:\d+ shows another key than on/);
    typed.type(words);
    typed.press("Enter");
    await typed.shows(/office · open · #lobby/);
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

describe("what is kept of servers", () => {
  test("tells the first visit, once, in words that the server shows, too", async () => {
    await using lan = await CliLan.open();
    const { address, fingerprint } = await lan.serve("--name", "office");
    for (const isFirst of [true, false]) {
      const chat = lan.start("chat", "--nick", "ann", "--server", address);
      chat.endInput("");
      expect(await chat.exit()).toBe(0);
      const line = `-- first visit to office: compare its words with the server's screen: ${fingerprint}\n`;
      expect(chat.stdout.includes(line)).toBe(isFirst);
    }
    const { servers } = JSON.parse(readFileSync(knownServers(lan), "utf8"));
    expect(servers).toMatchObject([{ addresses: [address], isCompared: false }]);
  });

  test.runIf(isPosix)("and the client's key are for this user only", async () => {
    const { lan } = await metOffice();
    await using _ = lan;
    const modeOf = (...names: string[]) =>
      statSync(join(lan.data, "client", ...names)).mode & 0o777;
    expect(modeOf()).toBe(0o700);
    expect(modeOf("known-servers.json")).toBe(0o600);
    expect(modeOf("client.key")).toBe(0o600);
  });

  test("is never forgotten because of a damaged file", async () => {
    const { lan, address } = await metOffice();
    await using _ = lan;
    const path = knownServers(lan);
    const half = readFileSync(path, "utf8").slice(0, 100);
    writeFileSync(path, half);
    const bot = lan.start("bot", "--nick", "ann", "--server", address);
    expect(await bot.exit()).toBe(4);
    expect(bot.lines).toMatchObject([{ type: "error", code: "known-servers-unusable" }]);
    const commands = [["list"], ["chat", "--server", address], ["chat", "--plain"]];
    for (const words of commands) {
      const run = lan.start(...words);
      expect(await run.exit()).toBe(4);
      expect(run.stderr).toMatch(/known-servers\.json is damaged: restore it, or remove it/);
    }
    expect(readFileSync(path, "utf8")).toBe(half);
  });

  test("is not lost when many bots meet many servers at once", async () => {
    await using lan = await CliLan.open();
    const served = await Promise.all(
      ["attic", "cellar", "kitchen", "office"].map((name) => lan.serve("--name", name)),
    );
    const bots = await Promise.all(
      served.flatMap(({ address }, index) => [
        lan.bot(`a${index}`, "--server", address),
        lan.bot(`b${index}`, "--server", address),
      ]),
    );
    for (const bot of bots) bot.endInput();
    for (const bot of bots) expect(await bot.exit()).toBe(0);
    const { servers } = JSON.parse(readFileSync(knownServers(lan), "utf8"));
    const addresses = servers.flatMap((server: { addresses: string[] }) => server.addresses);
    expect(addresses.sort()).toEqual(served.map(({ address }) => address).sort());
  });
});

function knownServers(lan: CliLan): string {
  return join(lan.data, "client", "known-servers.json");
}

describe("a link to a server", () => {
  test("leads a bot into it, and to no other key", async () => {
    await using lan = await CliLan.open();
    const { server } = await lan.serve("--name", "office");
    const { links } = await server.line({ type: "listening" });
    const bot = await lan.bot("ann", links[0]!);
    bot.endInput();
    expect(await bot.exit()).toBe(0);
    await using stranger = lan.otherUser();
    const other = await lan.serve("--name", "other");
    const link = links[0]!.replace(/:\d+\//, `${other.address.slice(other.address.indexOf(":"))}/`);
    const lost = stranger.start("bot", "--nick", "bob", link);
    expect(await lost.exit()).toBe(4);
    expect(lost.lines.at(-1)!.message).toContain(`its words are "${other.fingerprint}"`);
  });
});
