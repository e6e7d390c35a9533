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

  test("that sends 200 MB while its address changes twice delivers each byte, and nobody notices", async () => {
    await using lan = await Lan.open();
    const [h1, h2, h3] = [await lan.host(1), await lan.host(1), await lan.host(1)];
    await serve(h1, "Office");
    const ann = await enter(h3, "ann", "Office");
    await enter(h2, "bob", "Office");
    const receiver = h1.node("test/lan/bulk-receiver.js");
    const { port, key } = await receiver.first({ type: "listening" });
    const sender = h2.node("test/lan/bulk-sender.js", h1.address(1), String(port), String(key));
    for (const [megabytes, last] of [
      [60, 101],
      [120, 102],
    ] as const) {
      await receiver.first({ type: "progress", megabytes }, 60_000);
      h2.changeAddress(1, last);
    }
    const sent = await sender.first({ type: "sent" }, 60_000);
    const received = await receiver.first({ type: "received" }, 60_000);
    expect(received).toMatchObject({ bytes: 200_000_000, hash: sent["hash"] });
    expect(receiver.all({ type: "opened" })).toHaveLength(1);
    expect(ann.all({ type: "left" })).toEqual([]);
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
