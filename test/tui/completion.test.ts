import { describe, expect, test } from "vitest";
import { commands } from "../../src/tui/command-table.ts";
import {
  type CompletionPlace,
  candidatesMax,
  commonStart,
  completionPlace,
  fileCandidates,
} from "../../src/tui/completion.ts";
import { emojiOf, emojiTable } from "../../src/tui/emoji-table.ts";
import { editorWith, emptyEditor } from "../../src/tui/line-editor.ts";
import { graphemes } from "../../src/tui/text.ts";

const names = { nicks: ["bob", "Alice", "albert", "max"], rooms: ["#lobby", "#dev"] };

function place(marked: string): CompletionPlace {
  const cursor = marked.includes("|") ? marked.indexOf("|") : marked.length;
  return completionPlace({ ...emptyEditor, text: marked.replace("|", ""), cursor }, names);
}

/** What may be meant at the bar, or at the end. */
function texts(marked: string): readonly string[] {
  const found = place(marked);
  return found.type === "files" ? ["files"] : found.candidates.map(({ text }) => text);
}

describe("what is completed", () => {
  test.each([
    ["al", ["Alice: ", "albert: "]],
    ["AL", ["Alice: ", "albert: "]],
    ["", ["bob: ", "Alice: ", "albert: ", "max: "]],
    ["hi al", ["Alice ", "albert "]],
    ["hi @a", ["@Alice ", "@albert "]],
    ["see #d", ["#dev "]],
    ["lic", ["Alice: "]],
    ["zzz", []],
    ["al| and more", ["Alice: ", "albert: "]],
    [":taco", ["🌮"]],
    ["lunch :pizz", ["🍕"]],
    [":", []],
    ["at 10:", []],
    ["/topi", ["/topic "]],
    ["/unreg", ["/unregister "]],
    ["/parti", []],
    ["/exi", ["/exit"]],
    ["//al", []],
    ["/whois al", ["Alice ", "albert "]],
    ["/query bob hi al", ["Alice ", "albert "]],
    ["/invite bob d", ["#dev "]],
    ["/invite bob #d", ["#dev "]],
    ["/react :taco", ["🌮"]],
    ["/react 12 :taco", ["🌮"]],
    ["/reply 12 al", ["Alice ", "albert "]],
    ["/help topi", ["topic"]],
    ["/mouse o", ["on", "off"]],
    ["/access in", ["invite"]],
    ["/theme pap", ["paper"]],
    ["/set not", ["notify "]],
    ["/set notify al", ["all"]],
    ["/bind ctrl+g redr", ["redraw"]],
    ["/bind f1", ["f1 ", "f12 "]],
    ["/search from:al", ["Alice ", "albert "]],
    ["/search in:d", ["dev "]],
    ["/nosuch al", []],
    ["/nick al", []],
    ["/save x", ["files"]],
    ["/send al", ["Alice ", "albert "]],
    ["/send #l", ["#lobby "]],
    ["/send bob x y", ["files"]],
  ])("%j may be %j", (typed, expected) => {
    expect(texts(typed)).toEqual(expected);
  });

  test("says what comes after a command and what it does", () => {
    const found = place("/topi");
    expect(found.type === "candidates" && found.candidates[0]).toMatchObject({
      label: "/topic [TEXT]",
      help: commands.find(({ name }) => name === "topic")?.help,
    });
  });

  test("finds every command by its name, and as many as there may be", () => {
    for (const { name } of commands) {
      expect(
        texts(`/${name}`).some((text) => text.trim() === `/${name}`),
        name,
      ).toBe(true);
    }
    const crowd = Array.from({ length: candidatesMax + 1 }, (_, index) => `nick${index}`);
    const found = completionPlace(editorWith("nick"), { nicks: crowd, rooms: [] });
    expect(found.type === "candidates" && found.candidates.length).toBe(candidatesMax);
  });
});

describe("files", () => {
  function filePlace(text: string) {
    const found = completionPlace(editorWith(text), names);
    if (found.type !== "files") throw new Error("no file is meant");
    return found;
  }

  const files = [
    { name: "notes.txt", isDirectory: false },
    { name: "note two.txt", isDirectory: false },
    { name: ".hidden", isDirectory: false },
    { name: "src", isDirectory: true },
  ];

  test("are told apart from their directory, blanks and all", () => {
    expect(filePlace("/save ~/my files/no")).toMatchObject({
      range: { start: 6, end: 19 },
      directory: "~/my files/",
      start: "no",
    });
    expect(filePlace("/save no")).toMatchObject({ directory: "", start: "no" });
  });

  test("begin as typed, hidden ones only with a dot, directories with a slash", () => {
    const found = (text: string) => fileCandidates(filePlace(text), files).map((each) => each.text);
    expect(found("/save no")).toEqual(["note two.txt", "notes.txt"]);
    expect(found("/save dir/s")).toEqual(["dir/src/"]);
    expect(found("/save ")).toEqual(["note two.txt", "notes.txt", "src/"]);
    expect(found("/save .")).toEqual([".hidden"]);
  });

  test("have in common what all begin with, never half a character", () => {
    const common = (...all: string[]) =>
      commonStart(all.map((text) => ({ text, label: text, help: "" })));
    expect(common("notes.txt", "note two.txt")).toBe("note");
    expect(common("a👍", "a👎")).toBe("a");
    expect(common("a", "b")).toBe("");
    expect(common()).toBe("");
  });
});

describe("the table of emoji", () => {
  test("has at least two hundred, each one character under one name of its own", () => {
    expect(emojiTable.size).toBeGreaterThanOrEqual(200);
    for (const [name, emoji] of emojiTable) {
      expect(name).toMatch(/^[a-z0-9_+-]+$/);
      expect(graphemes(emoji), name).toHaveLength(1);
    }
  });

  test("gives the emoji of a name between colons, and other text as it is", () => {
    expect([":tada:", "🎉", "tada", ":nosuch:"].map(emojiOf)).toEqual([
      "🎉",
      "🎉",
      "tada",
      ":nosuch:",
    ]);
  });
});
