import { describe, expect, test } from "vitest";
import { CliLan } from "../support/cli.ts";

/** The lines that were said, without the time. */
function said(stdout: string): string[] {
  const lines = stdout.split("\n").filter((line) => /^\d\d:\d\d /.test(line));
  return lines.map((line) => line.slice("09:31 ".length));
}

describe("earshot without a terminal", () => {
  test("hosts a server when there is none, says its input, prints it, and ends", async () => {
    await using lan = await CliLan.open();
    const chat = lan.start("chat", "--nick", "ann", "--wait", "200");
    chat.endInput("hello\nand good bye\n");
    expect(await chat.exit()).toBe(0);
    expect(chat.stdout).toMatch(
      /^-- no server answered on lo on UDP port \d+ within 200 ms; earshot doctor says why\n/,
    );
    expect(chat.stdout).toMatch(/\n-- hosting \S+ here: 127\.0\.0\.1:\d+\n/);
    expect(said(chat.stdout)).toEqual(["ann: hello", "ann: and good bye"]);
    expect(chat.stderr).toBe("");

    const again = lan.start("chat", "--nick", "bob", "--wait", "200");
    again.endInput("");
    expect(await again.exit()).toBe(0);
    expect(said(again.stdout)).toEqual(["ann: hello", "ann: and good bye"]);
  });

  test("joins the one server that there is, and enters the lobby", async () => {
    await using lan = await CliLan.open();
    await lan.serve("--name", "office");
    const bot = await lan.bot("ann");
    const chat = lan.start("chat", "--nick", "bob", "--wait", "5000");
    await chat.until(() => chat.stdout.includes("-- entered #lobby"), "the lobby");
    expect(chat.stdout).toMatch(/^-- joining office \(127\.0\.0\.1:\d+\)\n/);
    await bot.ask({ type: "say", room: "lobby", text: "hi bob\nhow are you?" });
    await chat.until(() => chat.stdout.includes("how are you?"), "the bot's line");
    expect(chat.stdout).toMatch(/\d\d:\d\d ann: hi bob\n +how are you\?\n/);
    chat.endInput("fine\n");
    await bot.line({ type: "said", author: "bob", text: "fine" });
    expect(await chat.exit()).toBe(0);
    await bot.line({ type: "left", nick: "bob", reason: "quit" });
  });

  test("two people on one machine with one name both get in", async () => {
    await using lan = await CliLan.open();
    const { address } = await lan.serve("--name", "office");
    const chats = [1, 2].map(() => lan.start("chat", "--nick", "ann", "--server", address));
    for (const chat of chats) {
      await chat.until(() => chat.stdout.includes("-- entered #lobby"), "the lobby");
    }
    const nicks = chats.map((chat) => / as (\w+)\n/.exec(chat.stdout)?.[1]);
    expect(nicks.sort()).toEqual(["ann", "ann2"]);
  });

  test("says piped lines as they are, and does what they ask for only with --plain", async () => {
    await using lan = await CliLan.open();
    const { address } = await lan.serve("--name", "office");
    const args = ["chat", "--nick", "ann", "--server", address];
    const piped = lan.start(...args);
    piped.endInput("/join dev\n");
    expect(await piped.exit()).toBe(0);
    expect(said(piped.stdout)).toEqual(["ann: /join dev"]);
    const plain = lan.start(...args, "--plain");
    plain.endInput("/join dev\nhello\n");
    expect(await plain.exit()).toBe(0);
    expect(plain.stdout).toContain("-- entered #dev");
    expect(said(plain.stdout)).toEqual(["ann: /join dev", "ann: hello"]);
  });

  test("names the servers when several answer, and joins neither", async () => {
    await using lan = await CliLan.open();
    await lan.serve("--name", "kitchen");
    await lan.serve("--name", "office");
    const chat = lan.start("chat", "--wait", "5000");
    expect(await chat.exit()).toBe(1);
    expect(chat.stderr).toMatch(/^earshot: 2 servers answered: kitchen \(.*\), office \(.*\n$/);
  });

  test("ends with 2 when there is no server of that name", async () => {
    await using lan = await CliLan.open();
    const chat = lan.start("chat", "--server", "no such server", "--wait", "100");
    chat.endInput("hello\n");
    expect(await chat.exit()).toBe(2);
    expect(chat.stdout).toContain("-- no server and no host called no such server was found\n");
  });

  test("a host that is stopped tells its guests", async () => {
    await using lan = await CliLan.open();
    const host = lan.start("chat", "--nick", "ann", "--wait", "100");
    await host.until(() => host.stdout.includes("-- entered #lobby"), "the lobby");
    const guest = await lan.bot("bob");
    await host.kill("SIGTERM");
    expect(await host.exit()).toBe(0);
    await guest.line({ type: "shutdown", reason: "its host has left" });
  });

  test("writes no escape codes, and ends quietly when its output is closed", async () => {
    await using lan = await CliLan.open();
    const { address } = await lan.serve("--name", "office");
    const ann = await lan.bot("ann", "--server", address);
    const chat = lan.start("chat", "--nick", "bob", "--server", address);
    await chat.until(() => chat.stdout.includes("-- entered #lobby"), "the lobby");
    await ann.ask({ type: "say", room: "lobby", text: "\u001b[31mred\u0007" });
    await chat.until(() => chat.stdout.includes("[31mred"), "the line");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(chat.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    chat.hangUp();
    await ann.ask({ type: "say", room: "lobby", text: "anybody?" });
    expect(await chat.exit()).toBe(0);
    expect(chat.stderr).toBe("");
  });
});
