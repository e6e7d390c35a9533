import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliLan } from "../support/cli.ts";
import { metOffice } from "../support/met-office.ts";

const isPosix = process.platform !== "win32";

describe("what is kept of servers", () => {
  test("tells the first visit, once, in words that the server shows, too", async () => {
    await using lan = await CliLan.open();
    const { address, fingerprint } = await lan.serve("--name", "office");
    for (const isFirst of [true, false]) {
      const chat = lan.start("chat", "--nick", "ann", "--server", address);
      chat.endInput("");
      expect(await chat.exit()).toBe(0);
      const line = `-- first visit to office: its screen must show ${fingerprint}\n`;
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
