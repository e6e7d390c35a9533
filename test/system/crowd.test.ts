import { describe, expect, test } from "vitest";
import { CliLan, type CliProcess } from "../support/cli.ts";

/** 50 of them, with loss, are simulated in test/simulation: there they cost no processes. */
const botCount = 20;
const lineCount = 100;

/** Starting a program is what takes the time here. */
const startedAtOnce = 5;

describe("a crowd", () => {
  test("of 20 bots that say 100 lines each sees every line once and in order", async () => {
    await using lan = await CliLan.open();
    const { address } = await lan.serve("--name", "office");
    const nicks = Array.from({ length: botCount }, (_, index) => `bot${index + 1}`);
    const bots: CliProcess[] = [];
    for (let first = 0; first < botCount; first += startedAtOnce) {
      const starting = nicks.slice(first, first + startedAtOnce);
      // By address: so many questions at once from one machine are more than a server answers.
      bots.push(...(await Promise.all(starting.map((nick) => lan.bot(nick, "--server", address)))));
    }
    for (let line = 1; line <= lineCount; line += 1) {
      for (const bot of bots) bot.send({ type: "say", room: "lobby", text: `line ${line}` });
    }
    const total = botCount * lineCount;
    for (const bot of bots) {
      await bot.until(() => total <= bot.linesOf("said").length, `${total} lines`, 60_000);
    }
    const sequences = Array.from({ length: total }, (_, index) => index + 1);
    for (const bot of bots) {
      expect(bot.linesOf("said").map((line) => line.sequence)).toEqual(sequences);
      expect(bot.linesOf("ok")).toHaveLength(lineCount);
    }
    for (const nick of nicks) {
      const said = bots[0]!.linesOf("said").filter((line) => line.author === nick);
      expect(said.map((line) => line.text)).toEqual(
        Array.from({ length: lineCount }, (_, index) => `line ${index + 1}`),
      );
    }
  }, 300_000);
});
