import { describe, expect, test } from "vitest";
import { inputRows } from "../../src/tui/input-rows.ts";
import type { KeyEvent } from "../../src/tui/key.ts";
import { killsMax } from "../../src/tui/kill-ring.ts";
import {
  type EditorState,
  editorUnitsMax,
  editorWith,
  emptyEditor,
  handleEditorKey,
  insertText,
  killAll,
  replaceRange,
  replaceText,
  undoStepsMax,
  undoUnitsMax,
} from "../../src/tui/line-editor.ts";
import { graphemeEnd } from "../../src/tui/text.ts";
import { SeededRandom } from "../support/random.ts";

function key(chord: string): KeyEvent {
  const name = chord.replace(/^(?:[CMS]-)*(?=.)/, "");
  const modifiers = chord.slice(0, chord.length - name.length);
  return {
    type: "key",
    name,
    isCtrl: modifiers.includes("C-"),
    isAlt: modifiers.includes("M-"),
    isShift: modifiers.includes("S-"),
  };
}

/** An editor whose cursor stands at the bar. */
function editor(marked: string): EditorState {
  const cursor = marked.indexOf("|");
  return { ...emptyEditor, text: marked.replace("|", ""), cursor };
}

function press(state: EditorState, ...chords: readonly string[]): EditorState {
  return chords.reduce((before, chord) => {
    const after = handleEditorKey(before, key(chord));
    if (after === undefined) throw new Error(`${chord} is no editing key`);
    return after;
  }, state);
}

function type(state: EditorState, text: string): EditorState {
  return Array.from(text).reduce(
    (before, character) => handleEditorKey(before, { type: "text", text: character })!,
    state,
  );
}

function show({ text, cursor }: EditorState): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

const family = "👩‍👩‍👧";

describe("the line editor", () => {
  test.each([
    ["left", "ab|c", "a|bc"],
    ["left", "|abc", "|abc"],
    ["left", `a${family}|`, `a|${family}`],
    ["C-b", "e\u0301|", "|e\u0301"],
    ["right", `|${family}b`, `${family}|b`],
    ["right", "abc|", "abc|"],
    ["C-f", "a|b", "ab|"],
    ["C-left", "one two, three|", "one two, |three"],
    ["C-left", "one two, |three", "one |two, three"],
    ["M-b", "one  |", "|one  "],
    ["C-right", "|one two", "one| two"],
    ["M-f", "one| , two", "one , two|"],
    ["M-f", "|größe x", "größe| x"],
    ["home", "a\nbc|d\ne", "a\n|bcd\ne"],
    ["C-a", "abc|", "|abc"],
    ["end", "a\n|bcd\ne", "a\nbcd|\ne"],
    ["C-e", "|abc", "abc|"],
    ["backspace", `a${family}|b`, "a|b"],
    ["backspace", "|a", "|a"],
    ["backspace", "a\n|b", "a|b"],
    ["C-h", "ab|", "a|"],
    ["delete", `|${family}b`, "|b"],
    ["delete", "a|", "a|"],
    ["C-d", "a|bc", "a|c"],
    ["C-k", "a|bc\nd", "a|\nd"],
    ["C-k", "a|\nd", "a|d"],
    ["C-u", "a\nbc|d", "a\n|d"],
    ["C-u", "a\n|d", "a|d"],
    ["C-w", "cd /var/log  |x", "cd |x"],
    ["M-backspace", "cd /var/log|", "cd /var/|"],
    ["C-backspace", "one two|", "one |"],
    ["M-d", "one| two three", "one| three"],
    ["C-delete", "|one two", "| two"],
    ["C-t", "a|bc", "ba|c"],
    ["C-t", "abc|", "acb|"],
    ["C-t", "|abc", "|abc"],
    ["C-t", "a|", "a|"],
    ["C-t", `a|${family}`, `${family}a|`],
    ["C-t", "a\n|b", "a\n|b"],
    ["M-t", "one| two, three", "two one|, three"],
    ["M-t", "one tw|o", "two one|"],
    ["M-t", "one, two |", "two, one| "],
    ["M-t", "one|", "one|"],
    ["M-t", "|", "|"],
    ["M-u", "o|ne two", "oNE| two"],
    ["M-u", "|straße x", "STRASSE| x"],
    ["M-l", "|ONE Two", "one| Two"],
    ["M-l", "|one Two", "one| Two"],
    ["M-c", "one| (two)", "one (Two|)"],
    ["M-c", "|oNE", "One|"],
    ["M-c", "a |漢", "a 漢|"],
    ["M-enter", "a|b", "a\n|b"],
    ["S-enter", "a|", "a\n|"],
    ["up", "abcd\nef|", "ab|cd\nef"],
    ["up", "漢字\nab|", "漢|字\nab"],
    ["up", "漢字\na|", "|漢字\na"],
    ["down", "ab|cd\ne", "abcd\ne|"],
    ["down", "ab|cd\nefg\nh", "abcd\nef|g\nh"],
  ])("%s makes %j into %j", (chord, before, after) => {
    expect(show(press(editor(before), chord))).toBe(after);
  });

  test("leaves other keys to its owner", () => {
    const others = [
      "enter",
      "escape",
      "tab",
      "S-tab",
      "page-up",
      "C-c",
      "C-z",
      "M-a",
      "S-up",
      "f1",
    ];
    for (const chord of others) {
      expect(handleEditorKey(editor("a|"), key(chord)), chord).toBeUndefined();
    }
    expect(handleEditorKey(emptyEditor, key("C-d"))).toBeUndefined();
    expect(handleEditorKey(editor("a|"), key("C-k"))).toBeUndefined();
  });

  test("keeps the column while moving over shorter lines, until something else is done", () => {
    const state = editor("abcdef\ng\nhijklm|");
    expect(show(press(state, "up"))).toBe("abcdef\ng|\nhijklm");
    expect(show(press(state, "up", "up"))).toBe("abcdef|\ng\nhijklm");
    expect(show(press(state, "up", "left", "up"))).toBe("|abcdef\ng\nhijklm");
  });

  test("brings back what was cut, neighbouring cuts together", () => {
    expect(show(press(editor("one two three|"), "C-w", "C-w", "C-a", "C-y"))).toBe(
      "two three|one ",
    );
    expect(show(press(editor("|one two three"), "M-d", "M-d", "C-e", "C-y"))).toBe(
      " three" + "one two|",
    );
    expect(press(editor("one two|"), "C-w", "left", "C-u").kills).toEqual(["two", "one"]);
  });

  test("brings back older cuts in the place of the one that was just put back", () => {
    const state = press(editor("one two three|"), "C-w", "left", "C-w", "C-e", "C-y");
    expect(show(state)).toBe("one  two|");
    expect(show(press(state, "M-y"))).toBe("one  three|");
    expect(show(press(state, "M-y", "M-y"))).toBe("one  two|");
    expect(show(press(state, "M-y", "C-_"))).toBe("one  |");
    expect(show(press(state, "left", "M-y"))).toBe("one  tw|o");
    expect(show(press(editor("a|"), "C-y", "M-y"))).toBe("a|");
  });

  test("empties the line and brings it back", () => {
    const state = killAll(editor("hel|lo"));
    expect(show(state)).toBe("|");
    expect(show(press(state, "C-y"))).toBe("hello|");
    expect(show(press(state, "C-_"))).toBe("hel|lo");
    expect(killAll(emptyEditor)).toBe(emptyEditor);
  });

  test("undoes word by word what was typed and step by step what was done", () => {
    const typed = type(emptyEditor, "one two");
    const state = press(typed, "C-a", "delete");
    expect(show(state)).toBe("|ne two");
    expect(show(press(state, "C-_"))).toBe("|one two");
    expect(show(press(state, "C-_", "C-/"))).toBe("one |");
    expect(show(press(state, "C-_", "C-_", "C-_"))).toBe("|");
    expect(show(press(state, "C-_", "C-_", "C-_", "C-_"))).toBe("|");
  });

  test("does again what was undone, until something else is written", () => {
    const state = press(type(emptyEditor, "one two"), "C-w", "C-_", "C-_", "C-_");
    expect(show(state)).toBe("|");
    expect(show(press(state, "M-_"))).toBe("one |");
    expect(show(press(state, "M-_", "M-_", "M-_", "M-_"))).toBe("one |");
    expect(show(press(state, "M-_", "M-_"))).toBe("one two|");
    expect(show(press(type(press(state, "M-_"), "x"), "M-_"))).toBe("one x|");
  });

  test("undoes so many steps", () => {
    const pasted = (count: number) =>
      Array.from({ length: count }).reduce<EditorState>(
        (state) => insertText(state, "x"),
        emptyEditor,
      );
    const undone = (state: EditorState) => press(state, ...Array(undoStepsMax + 5).fill("C-_"));
    expect(undone(pasted(undoStepsMax)).text).toBe("");
    expect(undone(pasted(undoStepsMax + 1)).text).toBe("x");
  });

  test("keeps no more for undo than its units", () => {
    const full = insertText(emptyEditor, "x".repeat(editorUnitsMax));
    const once = press(full, "backspace");
    const twice = press(once, "C-h");
    const units = (state: EditorState) =>
      state.undo.reduce((sum, { text }) => sum + text.length, 0);
    expect(units(twice)).toBe(undoUnitsMax - 1);
    expect(twice.undo).toHaveLength(3);
    const thrice = press(twice, "backspace");
    expect(units(thrice)).toBeLessThanOrEqual(undoUnitsMax);
    expect(thrice.undo).toHaveLength(2);
  });

  test("takes the longest text and stays as it is for one unit more", () => {
    const full = insertText(emptyEditor, "x".repeat(editorUnitsMax));
    expect(full.text.length).toBe(editorUnitsMax);
    expect(insertText(full, "x")).toBe(full);
    expect(type(full, "x")).toBe(full);
    expect(replaceRange(full, { start: 0, end: 1 }, "y").text.length).toBe(editorUnitsMax);
  });

  test("inserts a paste with its line ends as one step", () => {
    const state = handleEditorKey(editor("a|b"), { type: "paste", text: "1\n2\t3" })!;
    expect(show(state)).toBe("a1\n2\t3|b");
    expect(show(press(state, "C-_"))).toBe("a|b");
  });

  test("replaces a range, as a completion does", () => {
    expect(show(replaceRange(editor("hi bo|!"), { start: 3, end: 5 }, "bob: "))).toBe("hi bob: |!");
  });

  test("leaves up on the first line and down on the last to its owner", () => {
    expect(handleEditorKey(editor("a|\nb"), key("up"))).toBeUndefined();
    expect(handleEditorKey(editor("a\nb|"), key("down"))).toBeUndefined();
    expect(handleEditorKey(editor("a|"), key("down"))).toBeUndefined();
  });

  test("moves over the rows that a long line is broken into, and keeps the column", () => {
    const up = (marked: string) => handleEditorKey(editor(marked), key("up"), 4);
    const down = (marked: string) => handleEditorKey(editor(marked), key("down"), 4);
    expect(show(up("abcdef|")!)).toBe("ab|cdef");
    expect(show(up("abcd|ef")!)).toBe("|abcdef");
    expect(show(down("abc|def\ng")!)).toBe("abcdef|\ng");
    expect(show(down("abcdef|\ng")!)).toBe("abcdef\ng|");
    expect(up("abc|def")).toBeUndefined();
    expect(down("abcde|f")).toBeUndefined();
    expect(show(down("ab|cd漢字")!)).toBe("abcd漢|字");
  });

  test("moves the cursor by one row of the picture, wherever it is and however narrow", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = new SeededRandom(seed);
      const text = Array.from({ length: random.between(0, 30) }, () => random.pick(texts)).join("");
      const cells = random.between(2, 9);
      let cursor = 0;
      while (cursor < text.length && random.between(0, 30) < 27) cursor = graphemeEnd(text, cursor);
      const state = { ...emptyEditor, text, cursor };
      const rowOf = ({ text: shown, cursor: at }: EditorState) =>
        inputRows({ text: shown, cursor: at }, { prompt: "", columns: cells, rowsMax: 999 }).cursor
          .row;
      const row = rowOf(state);
      const up = handleEditorKey(state, key("up"), cells);
      const down = handleEditorKey(state, key("down"), cells);
      const what = `seed ${seed}: ${JSON.stringify(text)} at ${cursor}, ${cells} cells`;
      if (up === undefined) expect(row, what).toBe(0);
      else expect(rowOf(up), what).toBe(row - 1);
      if (down !== undefined) expect(rowOf(down), what).toBe(row + 1);
    }
  });

  test("never stops at the end of a broken row, which is the start of the next", () => {
    const state = handleEditorKey(editor("abcd\nefghij|"), key("up"), 4)!;
    expect(show(state)).toBe("abcd\nef|ghij");
    expect(show(handleEditorKey(editor("abcdefgh\nijkl|"), key("up"), 4)!)).toBe("abcdefgh\n|ijkl");
    expect(show(handleEditorKey(editor("abcdefghi\njkl|"), key("up"), 4)!)).toBe("abcdefghi|\njkl");
  });

  test("takes another text, which can be undone", () => {
    const state = replaceText(editor("dr|aft"), "recalled");
    expect(show(state)).toBe("recalled|");
    expect(show(press(state, "C-_"))).toBe("dr|aft");
    expect(show(editorWith("a漢"))).toBe("a漢|");
  });

  test("keeps the cursor between graphemes when typing joins them", () => {
    const state = handleEditorKey(editor("👩|👧"), { type: "text", text: "\u200d" })!;
    expect(show(state)).toBe("👩\u200d👧|");
    expect(show(press(editor("ax|\u0301b"), "backspace"))).toBe("a\u0301|b");
  });

  test("does the same as a naive editor over an array of graphemes", () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = new SeededRandom(seed);
      const model = new NaiveEditor();
      let state = emptyEditor;
      for (let step = 0; step < 60; step += 1) {
        const action = random.pick(actions);
        const text = random.pick(texts);
        model.apply(action, text);
        const event: KeyEvent = action === "text" ? { type: "text", text } : key(action);
        state = handleEditorKey(state, event) ?? state;
        expect(show(state), `seed ${seed}, step ${step}: ${action}`).toBe(model.show());
      }
      const depth = state.undo.length;
      if (undoStepsMax <= depth) continue;
      const undone = press(state, ...Array(depth).fill("C-_"));
      expect(undone.text).toBe("");
      expect(press(undone, ...Array(depth).fill("M-_")).text, `seed ${seed}`).toBe(state.text);
    }
  });
});

const texts = [
  "a",
  "word",
  " ",
  "\n",
  "漢",
  family,
  "e\u0301",
  "👍🏽",
  "-",
  "\u0301",
  "\u200d",
  "क्",
];
const actions = [
  ...["text", "text", "text", "left", "right", "home", "end", "M-b", "M-f", "backspace", "delete"],
  ...["C-k", "C-u", "C-w", "M-d", "M-backspace", "C-y", "M-y", "C-t", "M-t", "M-enter"],
  ...["M-u", "M-l", "M-c", "left", "text", "text"],
] as const;

/** The same editor, written without any thought of speed. */
class NaiveEditor {
  #before: string[] = [];
  #after: string[] = [];
  #kills: string[] = [];
  #wasKill = false;
  /** What `C-y` put in, and how often it was exchanged. */
  #yanked: { readonly start: number; readonly back: number } | undefined;

  show(): string {
    return `${this.#before.join("")}|${this.#after.join("")}`;
  }

  apply(action: (typeof actions)[number], text: string): void {
    const isKill = isCut(action);
    const wasKill = this.#wasKill;
    const before = this.show();
    const yankStart = this.#before.join("").length;
    this.#change(action, text, wasKill);
    // What changes nothing ends nothing, but for moves.
    const isMove = /^(?:left|right|home|end|M-[bfulc])$/.test(action);
    if (!isMove && this.show() === before) return;
    this.#wasKill = isKill;
    if (action === "C-y") this.#yanked = { start: yankStart, back: 0 };
    else if (action !== "M-y") this.#yanked = undefined;
  }

  #change(action: (typeof actions)[number], text: string, wasKill: boolean): void {
    if (action === "text") this.#insert(text);
    else if (action === "M-enter") this.#insert("\n");
    else if (action === "C-y") this.#insert(this.#kills.at(-1) ?? "");
    else if (action === "M-y") this.#exchange();
    else if (action === "C-t") this.#transpose();
    else if (action === "M-t") this.#transposeWords();
    else if (/^M-[ulc]$/.test(action)) this.#changeCase(action);
    else if (isCut(action)) this.#kill(action, wasKill);
    else if (action === "backspace") this.#set(this.#before.slice(0, -1), this.#after);
    else if (action === "delete") this.#set(this.#before, this.#after.slice(1));
    else this.#jump(this.#target(action));
  }

  #target(action: string): number {
    const at = this.#before.length;
    const all = [...this.#before, ...this.#after];
    const isWord = (grapheme: string) => /[\p{L}\p{N}]/u.test(grapheme);
    const lineStart = this.#before.lastIndexOf("\n") + 1;
    const newline = this.#after.indexOf("\n");
    const lineEnd = newline === -1 ? all.length : at + newline;
    switch (action) {
      case "left":
        return Math.max(0, at - 1);
      case "right":
        return Math.min(all.length, at + 1);
      case "home":
        return lineStart;
      case "end":
        return lineEnd;
      case "C-u":
        return lineStart === at ? Math.max(0, at - 1) : lineStart;
      case "C-k":
        return lineEnd === at ? Math.min(all.length, at + 1) : lineEnd;
      case "C-w":
        return at - stretch(this.#before.toReversed(), (grapheme) => !/^\s$/.test(grapheme));
      case "M-b":
      case "M-backspace":
        return at - stretch(this.#before.toReversed(), isWord);
      default:
        return at + stretch(this.#after, isWord);
    }
  }

  #kill(action: string, wasKill: boolean): void {
    const at = this.#before.length;
    const to = this.#target(action);
    if (at === to) return;
    const all = [...this.#before, ...this.#after];
    const piece = all.slice(Math.min(at, to), Math.max(at, to)).join("");
    const kept = wasKill ? (this.#kills.pop() ?? "") : "";
    this.#kills = [...this.#kills, to < at ? piece + kept : kept + piece].slice(-killsMax);
    this.#set(all.slice(0, Math.min(at, to)), all.slice(Math.max(at, to)));
  }

  #exchange(): void {
    if (this.#yanked === undefined) return;
    const { start } = this.#yanked;
    const back = this.#yanked.back + 1;
    const kill = this.#kills[this.#kills.length - 1 - (back % this.#kills.length)] ?? "";
    this.#set([this.#before.join("").slice(0, start), kill], this.#after);
    this.#yanked = { start, back };
  }

  #changeCase(action: string): void {
    const at = this.#before.length;
    const count = this.#target("M-f") - at;
    const word = this.#after.slice(0, count).join("");
    const upper = word.toUpperCase();
    const lower = word.toLowerCase();
    const first = this.#after.findIndex((grapheme) => /[\p{L}\p{N}]/u.test(grapheme));
    const capital = this.#after
      .slice(0, count)
      .map((grapheme, index) => {
        if (index < first) return grapheme;
        return index === first ? grapheme.toUpperCase() : grapheme.toLowerCase();
      })
      .join("");
    const changed = action === "M-u" ? upper : action === "M-l" ? lower : capital;
    this.#set([...this.#before, changed], this.#after.slice(count));
  }

  #transposeWords(): void {
    const all = [...this.#before, ...this.#after];
    const isWord = all.map((grapheme) => /[\p{L}\p{N}]/u.test(grapheme));
    const words: { start: number; end: number }[] = [];
    isWord.forEach((is, index) => {
      if (is && isWord[index - 1] !== true) words.push({ start: index, end: index + 1 });
      else if (is) words.at(-1)!.end = index + 1;
    });
    const at = this.#before.length;
    const ahead = words.findIndex(({ end }) => at < end);
    const second = words[ahead === -1 ? words.length - 1 : ahead];
    const first = words[(ahead === -1 ? words.length - 1 : ahead) - 1];
    if (first === undefined || second === undefined) return;
    const swapped = [
      ...all.slice(0, first.start),
      ...all.slice(second.start, second.end),
      ...all.slice(first.end, second.start),
      ...all.slice(first.start, first.end),
    ];
    this.#set(swapped, all.slice(second.end));
  }

  #transpose(): void {
    const isAtEnd = this.#after.length === 0 || this.#after[0] === "\n";
    const all = [...this.#before, ...this.#after];
    const middle = this.#before.length - (isAtEnd ? 1 : 0);
    const first = all[middle - 1];
    const second = all[middle];
    if (first === undefined || second === undefined || `${first}${second}`.includes("\n")) return;
    this.#set([...all.slice(0, middle - 1), second, first], all.slice(middle + 1));
  }

  #insert(text: string): void {
    this.#set([...this.#before, text], this.#after);
  }

  #jump(to: number): void {
    const all = [...this.#before, ...this.#after];
    this.#before = all.slice(0, to);
    this.#after = all.slice(to);
  }

  #set(before: readonly string[], after: readonly string[]): void {
    const cursor = before.join("").length;
    const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
    const text = before.join("") + after.join("");
    const all = Array.from(segmenter.segment(text), ({ segment }) => segment);
    let to = 0;
    for (let offset = 0; offset < cursor; to += 1) offset += all[to]!.length;
    this.#before = all.slice(0, to);
    this.#after = all.slice(to);
  }
}

function isCut(action: string): boolean {
  return /^(?:C-[kuw]|M-d|M-backspace)$/.test(action);
}

/** How many do not match, and match then. */
function stretch(graphemes: readonly string[], isMatch: (grapheme: string) => boolean): number {
  const from = graphemes.findIndex(isMatch);
  if (from === -1) return graphemes.length;
  const count = graphemes.slice(from).findIndex((grapheme) => !isMatch(grapheme));
  return count === -1 ? graphemes.length : from + count;
}
