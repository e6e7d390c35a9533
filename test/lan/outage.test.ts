import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Lan } from "./lan.ts";
import { enter, expectSaid, history, room, serve, Talk } from "./scene.ts";

describe.concurrent("an outage", () => {
  test("of 10 s, by a pulled cable or a switched-off adapter, loses nothing", async () => {
    await using lan = await Lan.open();
    await serve(await lan.host(1), "Office");
    const [h2, h3, h4] = [await lan.host(1), await lan.host(1), await lan.host(1)];
    const ann = await enter(h2, "ann", "Office");
    const bob = await enter(h3, "bob", "Office");
    const eve = await enter(h4, "eve", "Office");
    const talks = [new Talk(ann, "ann", 50), new Talk(bob, "bob", 50), new Talk(eve, "eve", 50)];
    await sleep(1_000);
    h2.setCable(1, false);
    h3.setAdapter(1, false);
    await sleep(10_000);
    h2.setCable(1, true);
    h3.setAdapter(1, true);
    await sleep(1_000);
    const counts = await Promise.all(talks.map((talk) => talk.finish(15_000)));
    const count = counts.reduce((sum, said) => sum + said, 0);
    for (const bot of [ann, bob, eve]) await expectSaid(bot, count);
    const reconnecting = { type: "connection", state: "reconnecting" };
    expect([ann, bob, eve].map((bot) => 0 < bot.all(reconnecting).length)).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("by a power cut is told to the others within 5 s as lost", async () => {
    await using lan = await Lan.open();
    await serve(await lan.host(1), "Office");
    const [h2, h3] = [await lan.host(1), await lan.host(1)];
    const ann = await enter(h2, "ann", "Office");
    await enter(h3, "bob", "Office");
    // The connection has settled when the last of what was said is acknowledged.
    await sleep(1_000);
    h3.cutPower(1);
    const left = await ann.first({ type: "left", nick: "bob" }, 5_000);
    expect(left).toMatchObject({ room, reason: "lost" });
  });

  test("of a killed server that is started again: all come back and nothing is lost or doubled", async () => {
    await using lan = await Lan.open();
    const h1 = await lan.host(1);
    const first = await serve(h1, "Office");
    const ann = await enter(await lan.host(1), "ann", "Office");
    const bob = await enter(await lan.host(1), "bob", "Office");
    const talks = [new Talk(ann, "ann", 50), new Talk(bob, "bob", 50)];
    await sleep(1_000);
    first.kill("SIGKILL");
    await first.exitCode;
    await sleep(1_000);
    await serve(h1, "Office");
    for (const bot of [ann, bob]) {
      const isBack = () => 1 < bot.all({ type: "ready" }).length;
      await bot.until(isBack, "a bot to be back", 15_000);
    }
    const counts = await Promise.all(talks.map((talk) => talk.finish(20_000)));
    const count = counts.reduce((sum, said) => sum + said, 0);
    for (const bot of [ann, bob]) await expectSaid(bot, count);
    const eve = await enter(await lan.host(1), "eve", "Office");
    expect(await history(eve)).toEqual(ann.all({ type: "said" }).map(({ id }) => id));
  });

  test("of a server that is killed and back at once is noticed in a round trip of the next line", async () => {
    await using lan = await Lan.open();
    const h1 = await lan.host(1);
    const first = await serve(h1, "Office");
    const ann = await enter(await lan.host(1), "ann", "Office");
    first.kill("SIGKILL");
    await first.exitCode;
    await serve(h1, "Office");
    ann.send({ type: "say", ref: "after", room, text: "after the restart" });
    // A round trip takes 0.2 ms, the rest is for the processes; silence would be told after 3.5 s.
    await ann.first({ type: "connection", state: "reconnecting" }, 2_000);
    await ann.first({ type: "said", text: "after the restart" }, 5_000);
  });

  test("of a server that is stopped is told with its reason", async () => {
    await using lan = await Lan.open();
    const server = await serve(await lan.host(1), "Office");
    const ann = await enter(await lan.host(1), "ann", "Office");
    server.kill("SIGTERM");
    await ann.first({ type: "shutdown" }, 3_000);
    expect(await server.exitCode).toBe(0);
  });
});
