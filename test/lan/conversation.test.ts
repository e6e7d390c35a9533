import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Lan, whyNoLoss } from "./lan.ts";
import { enter, expectSaid, room, serve, Talk } from "./scene.ts";

describe("two people on two hosts", () => {
  test("chat both ways through a server on a third", async () => {
    await using lan = await Lan.open();
    await serve(await lan.host(1), "Office");
    const ann = await enter(await lan.host(1), "ann", "Office");
    const bob = await enter(await lan.host(1), "bob", "Office");
    await ann.first({ type: "joined", room, nick: "bob" });
    ann.send({ type: "say", room, text: "hello bob" });
    await bob.first({ type: "said", author: "ann", text: "hello bob" });
    bob.send({ type: "say", room, text: "hello ann" });
    await ann.first({ type: "said", author: "bob", text: "hello ann" });
  });

  test("chat through a server that has an adapter on either side", async () => {
    await using lan = await Lan.open();
    const h1 = await lan.host(1, 2);
    h1.setDefaultRoute(2);
    await serve(h1, "Office");
    const ann = await enter(await lan.host(1), "ann", "Office");
    const bob = await enter(await lan.host(2), "bob", "Office");
    ann.send({ type: "say", room, text: "hello bob" });
    await bob.first({ type: "said", author: "ann", text: "hello bob" });
    bob.send({ type: "say", room, text: "hello ann" });
    await ann.first({ type: "said", author: "bob", text: "hello ann" });
  });

  test("lose nothing when one frame in ten is lost each way", async ({ skip }) => {
    const reason = whyNoLoss();
    if (reason !== undefined) skip(reason);
    await using lan = await Lan.open();
    await serve(await lan.host(1), "Office");
    const [h2, h3] = [await lan.host(1), await lan.host(1)];
    for (const host of [h2, h3]) host.lose(1, 10);
    const [ann, bob] = [await enter(h2, "ann", "Office"), await enter(h3, "bob", "Office")];
    const talks = [new Talk(ann, "ann", 20), new Talk(bob, "bob", 20)];
    await sleep(3_000);
    const counts = await Promise.all(talks.map((talk) => talk.finish(15_000)));
    const count = counts.reduce((sum, said) => sum + said, 0);
    for (const bot of [ann, bob]) await expectSaid(bot, count);
    expect(ann.all({ type: "connection", state: "reconnecting" })).toEqual([]);
  });
});
