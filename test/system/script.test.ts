import { describe, expect, test } from "vitest";
import { CliLan } from "../support/cli.ts";

describe("commands for scripts", () => {
  test("what send stores, history, search and tail print", async () => {
    await using lan = await CliLan.open();
    await lan.serve("--name", "kitchen");
    const piped = lan.start("send", "--nick", "ann");
    piped.endInput("build failed\n\u001b[31mred\u001b[0m\n\n");
    expect(await piped.exit()).toBe(0);
    expect(piped.stdout).toBe("");

    const tail = lan.start("tail", "--room", "lobby", "--nick", "tina");
    await tail.until(() => tail.stdout.includes("build failed"), "the past");
    const sent = lan.start("send", "--nick", "ann", "--wait-delivered", "it", "works");
    expect(await sent.exit()).toBe(0);
    await tail.until(() => tail.stdout.includes("it works"), "what was said");
    expect(tail.stdout).toMatch(/^\S+Z ann: build failed\n {2}\[31mred\[0m\n\S+Z ann: it works\n$/);
    await tail.kill("SIGINT");
    expect(await tail.exit()).toBe(0);

    const history = lan.start("history", "-n", "1", "--json");
    expect(await history.exit()).toBe(0);
    expect(history.lines).toMatchObject([{ type: "said", room: "lobby", text: "it works" }]);
    const found = lan.start("search", "build", "--room", "lobby");
    expect(await found.exit()).toBe(0);
    expect(found.stdout).toMatch(/^#lobby \S+Z ann: build failed\n/);
  });

  test("send to a person waits in their mailbox, and says what is not delivered in time", async () => {
    await using lan = await CliLan.open();
    const { server } = await lan.serve("--name", "kitchen");
    const carl = lan.otherUser();
    const bot = await carl.bot("carl");
    const words = ["--nick", "ann", "--to", "carl", "--wait-delivered", "--timeout", "1", "psst"];
    const sent = lan.start("send", ...words);
    await bot.line({ type: "asked", by: "ann" });
    expect(await sent.exit()).toBe(3);
    expect(sent.stderr).toContain("0 of 1 have it; not yet: carl");
    await server.kill("SIGTERM");
    await server.exit();
    const vain = lan.start("send", "--wait", "100", "hello");
    expect(await vain.exit()).toBe(2);
  });

  test("tail ends when nobody reads any more", async () => {
    await using lan = await CliLan.open();
    await lan.serve("--name", "kitchen");
    const bot = await lan.bot("carl");
    const tail = lan.start("tail", "--nick", "tina");
    await bot.line({ type: "joined", nick: "tina" });
    tail.hangUp();
    await bot.ask({ type: "say", room: "lobby", text: "one" });
    expect(await tail.exit()).toBe(0);
    expect(tail.stderr).toBe("");
  });
});
