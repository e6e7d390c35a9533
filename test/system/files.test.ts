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

  test("are received again and again from the same person", async () => {
    await using lan = await CliLan.open();
    await using others = lan.otherUser();
    const { address } = await lan.serve("--name", "office");
    const path = join(lan.data, "tea.bin");
    writeFileSync(path, bytes);
    const directory = join(others.data, "in");
    mkdirSync(directory);
    const where = ["--server", address];
    for (const name of ["tea.bin", "tea (1).bin"]) {
      const receiving = ["receive", "--nick", "bob", "--once", "--directory", directory];
      const bob = others.start(...receiving, ...where);
      await bob.until(() => bob.stderr.includes("waiting"), "its being there");
      const ann = lan.start(
        ...["send", "--nick", "ann", "--to", "bob", "--file", path, "--timeout", "5"],
        ...where,
      );
      expect([await ann.exit(), await bob.exit()]).toEqual([0, 0]);
      expect(Buffer.compare(readFileSync(join(directory, name)), bytes)).toBe(0);
    }
  });

  test("go to a person who takes them later, between commands for scripts", async () => {
    await using lan = await CliLan.open();
    await using others = lan.otherUser();
    const { address } = await lan.serve("--name", "office");
    const path = join(lan.data, "tea.bin");
    writeFileSync(path, bytes);
    const directory = join(others.data, "in");
    mkdirSync(directory);
    const where = ["--server", address];

    const early = others.start("send", "--nick", "bob", ...where, "hello");
    expect(await early.exit()).toBe(0);
    const waiting = others.start("receive", "--nick", "bob", "--once", "--timeout", "1", ...where);
    expect(await waiting.exit()).toBe(3);
    const bob = others.start(
      ...["receive", "--nick", "bob", "--from", "ann", "--once", "--directory", directory],
      ...where,
    );
    await bob.until(() => bob.stderr.includes("waiting"), "its being there");
    const ann = lan.start("send", "--nick", "ann", "--room", "lobby", "--file", path, ...where);
    expect(await ann.exit()).toBe(0);
    expect(await bob.exit()).toBe(0);
    expect(bob.stdout.trim()).toBe(join(directory, "tea.bin"));
    expect(Buffer.compare(readFileSync(join(directory, "tea.bin")), bytes)).toBe(0);

    const late = lan.start(
      ...["send", "--nick", "ann", "--to", "bob", "--file", path, "--timeout", "1"],
      ...where,
    );
    expect(await late.exit()).toBe(1);
  });
});
