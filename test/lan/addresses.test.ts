import { describe, test } from "vitest";
import { type Host, Lan, whyNoLoss } from "./lan.ts";
import { room } from "./scene.ts";

/** Asks one address of a server and hears nothing from another, as behind a firewall. */
async function chatAt(server: Host, client: Host, asked: string, other: string): Promise<void> {
  const { port } = await server
    .earshot("serve", "--json", "--name", "Office")
    .first({ type: "listening" });
  client.refuse(1, other);
  const bot = client.earshot("bot", "--nick", "ann", "--server", `${asked}:${port}`);
  await bot.first({ type: "ready" }, 5_000);
  bot.send({ type: "join", ref: "enter", room });
  await bot.first({ type: "ok", ref: "enter" });
  bot.send({ type: "say", room, text: "x".repeat(100_000) });
  await bot.first({ type: "said", author: "ann" });
}

describe("a server with more than one address answers from the one that was asked:", () => {
  test("the second of one adapter", async ({ skip }) => {
    const reason = whyNoLoss();
    if (reason !== undefined) skip(reason);
    await using lan = await Lan.open();
    const [h1, h2] = [await lan.host(1), await lan.host(1)];
    await chatAt(h1, h2, h1.addAddress(1, 201), h1.address(1));
  });

  test("that of an adapter on the far side", async ({ skip }) => {
    const reason = whyNoLoss();
    if (reason !== undefined) skip(reason);
    await using lan = await Lan.open();
    const [h1, h2] = [await lan.host(1, 2), await lan.host(1)];
    h2.setRoute(2, h1.address(1));
    await chatAt(h1, h2, h1.address(2), h1.address(1));
  });
});
