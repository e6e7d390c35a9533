import { describe, expect, test } from "vitest";
import { datagramsOf } from "./capture.ts";
import { Lan, whyNoCapture } from "./lan.ts";

describe("who watches the network", () => {
  test("sees no nickname, no room and no text, from before the first packet to after the last", async ({
    skip,
  }) => {
    const reason = whyNoCapture();
    if (reason !== undefined) skip(reason);
    await using lan = await Lan.open();
    const [h1, h2, h3] = [await lan.host(1), await lan.host(1), await lan.host(1)];
    const capture = await lan.capture();
    const server = h1.earshot("serve", "--json", "--name", "Office");
    const { port } = await server.first({ type: "listening" });
    const secrets = ["annabelle", "bartholomew", "backroom", "meet me at the old mill"];
    const [ann, bob] = [h2, h3].map((host, index) =>
      host.earshot("bot", "--nick", secrets[index]!, "--server", "Office"),
    );
    for (const bot of [ann!, bob!]) {
      await bot.first({ type: "ready" });
      bot.send({ type: "join", ref: "enter", room: secrets[2] });
      await bot.first({ type: "ok", ref: "enter" });
    }
    ann!.send({ type: "say", room: secrets[2], text: secrets[3] });
    await bob!.first({ type: "said", text: secrets[3] });
    for (const bot of [ann!, bob!]) bot.kill("SIGTERM");
    await Promise.all([ann!.exitCode, bob!.exitCode]);
    const bytes = await capture.stop();
    // It was there: the handshakes, and what followed. And the name that is told to everybody.
    expect(datagramsOf(bytes, Number(port)).length).toBeGreaterThan(20);
    expect(bytes.includes("Office")).toBe(true);
    for (const secret of secrets) {
      const text = Buffer.from(secret);
      const forms = [text, Buffer.from(secret, "utf16le"), text.toString("hex")];
      for (const form of [...forms, text.toString("base64url").slice(0, -2)]) {
        expect(bytes.includes(form), secret).toBe(false);
      }
    }
  });
});
