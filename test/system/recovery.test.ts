import { describe, expect, test } from "vitest";
import { CliLan, type CliProcess } from "../support/cli.ts";

describe("a server that is killed and started again", () => {
  test("gets its members back, has every acknowledged line, and none twice", async () => {
    await using lan = await CliLan.open();
    const first = await lan.serve("--name", "office");
    const bots = await Promise.all(["ann", "bob"].map((nick) => lan.bot(nick)));
    const [ann, bob] = bots as [CliProcess, CliProcess];
    for (let count = 1; count <= 100; count += 1) {
      ann.send({ type: "say", room: "lobby", text: `ann ${count}`, ref: `ann ${count}` });
      bob.send({ type: "say", room: "lobby", text: `bob ${count}`, ref: `bob ${count}` });
    }
    await ann.line({ type: "ok" });
    await first.server.kill("SIGKILL");
    const port = first.address.split(":")[1]!;
    await lan.serve("--name", "office", "--port", port);
    for (const bot of bots) {
      await bot.until(() => bot.linesOf("said").length === 200, "all 200 lines", 15_000);
      await bot.until(() => bot.linesOf("ok").length === 100, "all 100 answers");
    }

    const sequences = Array.from({ length: 200 }, (_, index) => index + 1);
    for (const bot of bots) {
      expect(bot.linesOf("said").map((line) => line.sequence)).toEqual(sequences);
      expect(bot.linesOf("error")).toEqual([]);
    }
    expect(textsOf(ann)).toEqual(textsOf(bob));
    for (const nick of ["ann", "bob"]) {
      const own = textsOf(ann).filter((text) => text.startsWith(nick));
      expect(own).toEqual(Array.from({ length: 100 }, (_, index) => `${nick} ${index + 1}`));
    }
    for (const { ref, sequence } of ann.linesOf("ok")) {
      expect(textsOf(ann)[sequence - 1]).toBe(ref);
    }

    const late = await lan.bot("late");
    const page = await late.ask({ type: "history", room: "lobby", after: 0, limit: 200 });
    expect(page.entries.map((entry) => entry.text)).toEqual(textsOf(ann));
  });

  test("is found again on another port", async () => {
    await using lan = await CliLan.open();
    const first = await lan.serve("--name", "office");
    const bot = await lan.bot("ann", "--server", "office");
    await first.server.kill("SIGKILL");
    const from = bot.lines.length;
    const port = Number(first.address.split(":")[1]);
    const second = await lan.serve("--name", "office", "--port", String(port + 1));
    expect(second.address).not.toBe(first.address);
    await bot.line({ type: "ready" }, from);
    expect(await bot.ask({ type: "say", room: "lobby", text: "moved" })).toMatchObject({
      type: "ok",
      sequence: 1,
    });
  });

  test("stopped in order, says what was said before when it comes back", async () => {
    await using lan = await CliLan.open();
    const first = await lan.serve("--name", "office");
    const ann = await lan.bot("ann");
    await ann.ask({ type: "say", room: "lobby", text: "before" });
    await first.server.kill("SIGTERM");
    await ann.line({ type: "connection", state: "reconnecting" });
    ann.send({ type: "say", room: "lobby", text: "meanwhile", ref: "m" });
    await lan.serve("--name", "office");
    expect(await ann.line({ ref: "m" })).toMatchObject({ type: "ok", sequence: 2 });
  });
});

function textsOf(bot: CliProcess): string[] {
  return bot.linesOf("said").map((line) => line.text);
}
