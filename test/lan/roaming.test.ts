import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Lan } from "./lan.ts";
import { enter, expectSaid, serve, Talk } from "./scene.ts";

describe("a client", () => {
  test("whose address changes again and again stays in its room, and nobody notices", async () => {
    await using lan = await Lan.open();
    await serve(await lan.host(1), "Office");
    const [h2, h3] = [await lan.host(1), await lan.host(1)];
    const ann = await enter(h2, "ann", "Office");
    const bob = await enter(h3, "bob", "Office");
    await ann.first({ type: "joined", nick: "bob" });
    const joinedCount = ann.all({ type: "joined" }).length;
    const talks = [new Talk(ann, "ann", 20), new Talk(bob, "bob", 20)];
    for (const last of [101, 102, 103]) {
      await sleep(1_000);
      h3.changeAddress(1, last);
    }
    await sleep(1_000);
    const counts = await Promise.all(talks.map((talk) => talk.finish(5_000)));
    for (const bot of [ann, bob]) await expectSaid(bot, counts[0]! + counts[1]!);
    expect(ann.all({ type: "left" })).toEqual([]);
    expect(ann.all({ type: "joined" })).toHaveLength(joinedCount);
    for (const bot of [ann, bob]) {
      expect(bot.all({ type: "connection", state: "reconnecting" })).toEqual([]);
    }
  });

  test("that only listens is found at its new address within 3 s", async () => {
    await using lan = await Lan.open();
    await serve(await lan.host(1), "Office");
    const [h2, h3] = [await lan.host(1), await lan.host(1)];
    const ann = await enter(h2, "ann", "Office");
    const bob = await enter(h3, "bob", "Office");
    await sleep(500);
    h3.changeAddress(1, 101);
    ann.send({ type: "say", ref: "after", room: "lobby", text: "after the change" });
    await bob.first({ type: "said", text: "after the change" }, 3_000);
    expect(bob.all({ type: "connection", state: "reconnecting" })).toEqual([]);
  });
});
