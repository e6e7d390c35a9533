import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliLan } from "../support/cli.ts";

/** Above the smallest chunk, so that there are several. */
const bytes = randomBytes(700_000);
const sha256 = createHash("sha256").update(bytes).digest("hex");

describe("files", () => {
  test("go from bot to bot, with the right hash", async () => {
    await using lan = await CliLan.open();
    await using others = lan.otherUser();
    const { address } = await lan.serve("--name", "office");
    const ann = await lan.bot("ann", "--server", address);
    const bob = await others.bot("bob", "--server", address);
    const path = join(lan.data, "tea.bin");
    writeFileSync(path, bytes);
    const directory = join(others.data, "in");
    mkdirSync(directory);

    const offer = await ann.ask({ type: "offer", to: "#lobby", path });
    const offered = await bob.line({ type: "offered" });
    expect(offered).toMatchObject({ id: offer.id, author: "ann", name: "tea.bin", bytes: 700_000 });
    expect(await bob.ask({ type: "accept", id: offer.id, directory })).toMatchObject({
      type: "ok",
    });
    const received = await bob.line({ type: "received" });
    expect(received).toMatchObject({ id: offer.id, path: join(directory, "tea.bin"), sha256 });
    expect(Buffer.compare(readFileSync(join(directory, "tea.bin")), bytes)).toBe(0);
    expect(await ann.line({ type: "taking", state: "done" })).toMatchObject({ nick: "bob" });

    expect(await bob.ask({ type: "cancel", id: "nothing" })).toMatchObject({
      code: "target-invalid",
    });
  });
});
