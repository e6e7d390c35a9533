import { describe, expect, test } from "vitest";
import { CliLan } from "../support/cli.ts";

describe("earshot bot", () => {
  test("two bots find the server by themselves and chat", async () => {
    await using lan = await CliLan.open();
    await lan.serve("--name", "office");
    const ann = await lan.bot("ann");
    expect(await ann.line({ type: "ready" })).toMatchObject({
      type: "ready",
      server: "office",
      serverId: expect.stringMatching(/^[\w-]{43}$/),
      fingerprint: expect.stringMatching(/^([a-z]+ ){7}[a-z]+$/),
      nick: "ann",
    });
    const bob = await lan.bot("bob", "--server", "OFFICE");
    await ann.line({ type: "joined", room: "lobby", nick: "bob" });

    const text = "größe\n\t🦊 two lines";
    const answer = await ann.ask({ type: "say", room: "lobby", text });
    expect(answer).toEqual({
      type: "ok",
      ref: expect.any(String),
      room: "lobby",
      id: expect.stringMatching(/^[\w-]{21}$/),
      sequence: 1,
    });
    const said = {
      type: "said",
      room: "lobby",
      sequence: 1,
      id: answer.id,
      author: "ann",
      person: expect.stringMatching(/^~[\w-]{16}$/),
      isGuest: true,
      ordinal: 1,
      sentAt: expect.any(Number),
      text,
    };
    expect(await bob.line({ type: "said" })).toEqual(said);
    expect(await ann.line({ type: "said" })).toEqual(said);

    bob.endInput();
    expect(await bob.exit()).toBe(0);
    expect(await ann.line({ type: "left", nick: "bob" })).toEqual({
      type: "left",
      room: "lobby",
      nick: "bob",
      reason: "quit",
    });
  });

  test("answers history, members, join and leave", async () => {
    await using lan = await CliLan.open();
    const { address } = await lan.serve("--name", "office");
    const ann = await lan.bot("ann", "--server", address);
    for (const text of ["one", "two", "three"]) ann.send({ type: "say", room: "lobby", text });
    await ann.line({ type: "said", sequence: 3 });
    const page = await ann.ask({ type: "history", room: "lobby", before: 3, limit: 1 });
    expect(page).toMatchObject({ type: "ok", room: "lobby", hasMore: true, damaged: [] });
    expect(page.entries).toMatchObject([{ sequence: 2, author: "ann", text: "two" }]);
    expect(await ann.ask({ type: "join", room: "#Dev" })).toMatchObject({
      type: "ok",
      room: "dev",
      nicks: ["ann"],
      lastSequence: 0,
    });
    expect(await ann.ask({ type: "members", room: "dev" })).toMatchObject({ nicks: ["ann"] });
    expect(await ann.ask({ type: "leave", room: "dev" })).toMatchObject({ type: "ok" });
    expect(await ann.ask({ type: "say", room: "dev", text: "x" })).toMatchObject({
      type: "error",
      code: "not-joined",
    });
  });

  test("answers what makes no sense and goes on", async () => {
    await using lan = await CliLan.open();
    const { address } = await lan.serve("--name", "office");
    const ann = await lan.bot("ann", "--server", address);
    ann.write("this is no JSON\n");
    await ann.line({ type: "error", code: "request-invalid" });
    expect(await ann.ask({ type: "fly" })).toMatchObject({ code: "request-invalid" });
    expect(await ann.ask({ type: "say", room: "lobby", text: "" })).toMatchObject({
      code: "text-empty",
    });
    expect(await ann.ask({ type: "history", room: "lobby", limit: 201 })).toMatchObject({
      code: "request-invalid",
    });
    expect(await ann.ask({ type: "quit" })).toMatchObject({ type: "ok" });
    expect(await ann.exit()).toBe(0);
  });

  test("does not take another nickname when its own is taken", async () => {
    await using lan = await CliLan.open();
    const { address } = await lan.serve("--name", "office");
    await lan.bot("ann", "--server", address);
    const second = lan.start("bot", "--nick", "Ann", "--server", address);
    expect(await second.exit()).toBe(1);
    expect(second.lines.at(-1)).toMatchObject({
      type: "error",
      code: "nickname-taken",
      suggestion: "Ann2",
    });
  });

  test("says all of its input before it ends", async () => {
    await using lan = await CliLan.open();
    const { address } = await lan.serve("--name", "office");
    const bot = lan.start("bot", "--nick", "ann", "--room", "lobby", "--server", address);
    const texts = Array.from({ length: 500 }, (_, index) => `line ${index + 1}`);
    const requests = texts.map((text, ref) =>
      JSON.stringify({ type: "say", room: "lobby", text, ref }),
    );
    bot.endInput(requests.join("\n"));
    expect(await bot.exit()).toBe(0);
    expect(bot.linesOf("ok").map((line) => line.ref)).toEqual(texts.map((_, ref) => ref));
    expect(bot.linesOf("ok").map((line) => line.sequence)).toEqual(texts.map((_, ref) => ref + 1));
  });

  test("carries a text of 1 MiB whole", async () => {
    await using lan = await CliLan.open();
    const { address } = await lan.serve("--name", "office");
    const ann = await lan.bot("ann", "--server", address);
    const bob = await lan.bot("bob", "--server", address);
    const text = Array.from({ length: 2 ** 20 / 16 }, (_, index) =>
      `${index} `.padEnd(15, "ab"),
    ).join("\n");
    expect(await ann.ask({ type: "say", room: "lobby", text })).toMatchObject({ type: "ok" });
    const said = await bob.line({ type: "said" });
    expect(Buffer.compare(Buffer.from(said.text), Buffer.from(text))).toBe(0);
  });

  test("ends with 2 when there is no server, and when nothing answers at the address", async () => {
    await using lan = await CliLan.open();
    const none = lan.start("bot", "--nick", "ann", "--wait", "100");
    expect(await none.exit()).toBe(2);
    expect(none.lines).toMatchObject([{ type: "error", code: "no-server" }]);
    const unknown = lan.start(
      "bot",
      "--nick",
      "ann",
      "--wait",
      "100",
      "--server",
      "no such server",
    );
    expect(await unknown.exit()).toBe(2);
    expect(unknown.lines).toMatchObject([{ type: "error", code: "no-server" }]);
  });

  test("does not choose among several servers", async () => {
    await using lan = await CliLan.open();
    await lan.serve("--name", "kitchen");
    await lan.serve("--name", "office");
    const bot = lan.start("bot", "--nick", "ann", "--wait", "5000");
    expect(await bot.exit()).toBe(1);
    expect(bot.lines[0]?.message).toMatch(
      /^2 servers answered: kitchen \(.*\), office \(.*--server NAME$/,
    );
  });

  test("tells servers of one name apart by their ids", async () => {
    await using lan = await CliLan.open();
    await using other = lan.otherUser();
    await lan.serve("--name", "office");
    const { server } = await other.serve("--name", "Office");
    const { id } = await server.line({ type: "listening" });

    const unsure = lan.start("bot", "--nick", "ann", "--server", "office", "--wait", "5000");
    expect(await unsure.exit()).toBe(1);
    expect(unsure.lines[0]?.message).toContain("2 servers are called office");
    expect(unsure.lines[0]?.message).toContain(id.slice(0, 8));

    const sure = await lan.bot("ann", "--server", id.slice(0, 8));
    expect(await sure.line({ type: "ready" })).toMatchObject({ server: "Office", serverId: id });
  });

  test("ends quietly when nobody reads its output any more", async () => {
    await using lan = await CliLan.open();
    const { address } = await lan.serve("--name", "office");
    const ann = await lan.bot("ann", "--server", address);
    const bob = await lan.bot("bob", "--server", address);
    bob.hangUp();
    await ann.ask({ type: "say", room: "lobby", text: "anybody?" });
    expect(await bob.exit()).toBe(0);
    expect(bob.stderr).toBe("");
  });

  test("stays connected while its output is not read", async () => {
    await using lan = await CliLan.open();
    const { address } = await lan.serve("--name", "office");
    const ann = await lan.bot("ann", "--server", address);
    const bob = await lan.bot("bob", "--server", address);
    bob.pauseReading();
    const text = "x".repeat(15_000);
    for (let count = 0; count < 100; count += 1) ann.send({ type: "say", room: "lobby", text });
    await ann.line({ type: "said", sequence: 100 });
    expect(await ann.ask({ type: "members", room: "lobby" })).toMatchObject({
      nicks: ["ann", "bob"],
    });
    bob.resumeReading();
    await bob.line({ type: "said", sequence: 100 });
    expect(bob.linesOf("connection").map((line) => line.state)).toEqual(["open"]);
  });
});
