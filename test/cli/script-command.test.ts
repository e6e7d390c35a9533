import { describe, expect, test } from "vitest";
import { parseCommand } from "../../src/cli/args.ts";
import { countMax } from "../../src/cli/script-command.ts";

function parse(...words: string[]) {
  return parseCommand(words, {});
}

describe("commands for scripts", () => {
  test("send takes its text from its words, or from stdin", () => {
    expect(parse("send", "backup", "done")).toMatchObject({
      command: "send",
      text: "backup done",
      room: undefined,
      to: undefined,
      timeoutMs: 10_000,
      isWaitingForDelivery: false,
    });
    expect(parse("send")).toMatchObject({ text: undefined });
    expect(parse("send", "-", "--room", "#Builds")).toMatchObject({
      text: undefined,
      room: "builds",
    });
    expect(parse("send", "--", "--to", "-x")).toMatchObject({ text: "--to -x", to: undefined });
  });

  test("a link in a text or a query is text, and no server to join", () => {
    const link = "earshot://10.0.0.1/?k=x";
    expect(parse("send", "see", link)).toMatchObject({ text: `see ${link}`, server: undefined });
    expect(parse("search", link)).toMatchObject({ query: link, server: undefined });
  });

  test("send speaks to a room or to a person", () => {
    expect(parse("send", "--to", "ann", "hi", "--wait-delivered", "--timeout", "3")).toMatchObject({
      to: "ann",
      timeoutMs: 3_000,
      isWaitingForDelivery: true,
    });
    expect(() => parse("send", "--to", "ann", "--room", "dev")).toThrow("--room or --to");
    expect(() => parse("send", "--room", "a", "--room", "b")).toThrow("send takes one room");
  });

  test("send offers a file in place of a text, and has an hour for it", () => {
    expect(parse("send", "--file", "tea.pdf", "--to", "ann")).toMatchObject({
      file: "tea.pdf",
      to: "ann",
      timeoutMs: 3_600_000,
    });
    expect(() => parse("send", "--file", "tea.pdf", "and a text")).toThrow("--file or a text");
  });

  test("receive takes what anybody offers in the lobby, or as it is told", () => {
    expect(parse("receive")).toMatchObject({
      command: "receive",
      rooms: [],
      from: undefined,
      directory: ".",
      isOnce: false,
      timeoutMs: undefined,
    });
    const words = ["--from", "ann", "--directory", "in", "--once", "--room", "a", "--room", "b"];
    expect(parse("receive", ...words, "--timeout", "5", "--json")).toMatchObject({
      ...{ rooms: ["a", "b"], from: "ann", directory: "in", isOnce: true },
      ...{ timeoutMs: 5_000, isJson: true },
    });
  });

  test("tail follows several rooms and shows ten lines of their past", () => {
    const command = parse("tail", "--room", "a", "--room", "b");
    expect(command).toMatchObject({ command: "tail", rooms: ["a", "b"], count: 10, isJson: false });
    expect(parse("tail", "-n", "0", "--json")).toMatchObject({ count: 0, isJson: true, rooms: [] });
  });

  test("history takes one place at most", () => {
    const command = parse("history", "--after", "2h", "-n", "3");
    expect(command).toMatchObject({ command: "history", after: "2h", before: undefined, count: 3 });
    expect(() => parse("history", "--after", "1", "--before", "9")).toThrow("one of --before");
    expect(() => parse("history", "-n", "0")).toThrow("must be a whole number from 1");
  });

  test("no more lines are asked for than there is sense in", () => {
    for (const words of [["tail"], ["history"], ["search", "x"]]) {
      expect(() => parse(...words, "-n", String(countMax))).not.toThrow();
      expect(() => parse(...words, "-n", String(countMax + 1))).toThrow("must be a whole number");
    }
  });

  test("search, rooms and who", () => {
    expect(parse("search", "from:ann", "disk", "--room", "dev")).toMatchObject({
      command: "search",
      query: "from:ann disk",
      room: "dev",
    });
    expect(() => parse("search")).toThrow("search needs something to look for");
    expect(parse("rooms", "--json")).toMatchObject({ command: "rooms", isJson: true });
    expect(parse("who", "--room", "dev")).toMatchObject({ command: "who", room: "dev" });
    expect(() => parse("who", "ann")).toThrow("who takes no argument");
  });
});
