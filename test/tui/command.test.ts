import { describe, expect, test } from "vitest";
import { commandHelp, parseInput } from "../../src/tui/command.ts";
import { commands } from "../../src/tui/command-table.ts";
import { roomName } from "../../src/tui/typed-words.ts";

describe("typed lines", () => {
  test("are said as they are", () => {
    expect(parseInput("hello / world")).toEqual({ type: "say", text: "hello / world" });
  });

  test("of blanks are nothing", () => {
    expect(parseInput("  \t ")).toEqual({ type: "empty" });
  });

  test("with two slashes say one", () => {
    expect(parseInput("//etc/hosts")).toEqual({ type: "say", text: "/etc/hosts" });
  });

  test("with a slash are commands, whatever the case, with the rest as the argument", () => {
    expect(parseInput("/Join  #Dev ")).toEqual({ type: "command", name: "join", arg: "#Dev" });
  });

  test.each([
    ["/part", "leave"],
    ["/names", "members"],
    ["/exit", "quit"],
    ["/j x", "join"],
    ["/serv", "servers"],
    ["/msg ben hi", "query"],
    ["/ME waves", "me"],
  ])("%s is /%s", (line, name) => {
    expect(parseInput(line)).toMatchObject({ type: "command", name });
  });

  test.each([
    ["/jion #dev", "did you mean /join?"],
    ["/zzzzzz", "/help lists"],
    ["/", "/help lists"],
    ["/un", "/unignore or /unreact or /unregister or /unban"],
    ["/back soon", "takes nothing after it"],
    ["/reply", "needs [LINE] TEXT"],
    ["/join", "needs ROOM"],
    ["/members #dev", "takes nothing after it"],
  ])("%s is refused and not sent: %s", (line, reason) => {
    const input = parseInput(line);
    expect(input).toMatchObject({ type: "refused" });
    expect(input.type === "refused" && input.reason).toContain(reason);
  });

  test("with a line feed in the argument keep it as one argument", () => {
    expect(parseInput("/join a\nb")).toEqual({ type: "command", name: "join", arg: "a\nb" });
  });
});

describe("help", () => {
  test("has a line for every command and for the double slash", () => {
    const help = commandHelp();
    expect(help).toHaveLength(commands.length + 1);
    for (const { name } of commands)
      expect(help.some((line) => line.startsWith(`/${name}`))).toBe(true);
  });

  test("of one command is found by any of its names", () => {
    expect(commandHelp("/part")).toEqual(commandHelp("leave"));
    expect(commandHelp("leave")).toEqual([
      "/leave [ROOM]  leave this room or another, also /part, also /close",
    ]);
  });
});

test("no two commands share a name", () => {
  const names = commands.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect(new Set(names).size).toBe(names.length);
});

test("rooms are named without the hash, in lower case", () => {
  expect(roomName("#Dev")).toBe("dev");
});
