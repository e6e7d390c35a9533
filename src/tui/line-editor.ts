import assert from "node:assert/strict";
import { rowStep } from "./editor-rows.ts";
import {
  blankLeft,
  capitalised,
  isBlank,
  lineEnd,
  lineEndOrBreak,
  lineStart,
  lineStartOrBreak,
  type Motion,
  wordLeft,
  wordRight,
  wordsAround,
} from "./editor-words.ts";
import type { KeyEvent } from "./key.ts";
import { emptyKills, type KillRing, killAt, withKill, withKillGrown } from "./kill-ring.ts";
import { graphemeBoundary, graphemeEnd, graphemeStart, type TextRange } from "./text.ts";

/** UTF-16 units in the editor: as many as the longest message may have bytes. */
export const editorUnitsMax: number = 16 * 2 ** 20;

/** Steps that can be undone, and as many that can be done again. */
export const undoStepsMax = 100;

/** UTF-16 units of all texts kept for undo, and as many for redo: two of the longest. */
export const undoUnitsMax: number = 2 * editorUnitsMax;

/** What a person is writing. Immutable; every function here gives a new one or the same. */
export interface EditorState {
  /** May have several lines, parted by `\n`. */
  readonly text: string;
  /** Offset in UTF-16 units, always a boundary between graphemes. */
  readonly cursor: number;
  /** What was cut, for yank. */
  readonly kills: KillRing;
  /** Oldest first. */
  readonly undo: readonly Snapshot[];
  /** What was undone, the last at the end. */
  readonly redo: readonly Snapshot[];
  readonly last: LastAction;
}

/** What undo brings back. */
export interface Snapshot {
  readonly text: string;
  readonly cursor: number;
}

/** What was done last, where the next action depends on it. */
export type LastAction =
  | { readonly type: "other" }
  /** Typing goes on in one step of undo. */
  | { readonly type: "insert" }
  /** What is cut next is added to what was cut. */
  | { readonly type: "kill" }
  /** What was put back stands from `start` to the cursor; Alt-Y puts an older cut in its place. */
  | { readonly type: "yank"; readonly start: number; readonly back: number }
  /** Moving on up or down keeps the column in cells, also over shorter lines. */
  | { readonly type: "vertical"; readonly column: number };

const other: LastAction = { type: "other" };

/** Nothing written, nothing cut, nothing to undo. */
export const emptyEditor: EditorState = {
  text: "",
  cursor: 0,
  kills: emptyKills,
  undo: [],
  redo: [],
  last: other,
};

/** The same editor where line feeds, which a paste may bring, became spaces. */
export function oneLineEditor(editor: EditorState): EditorState {
  return editor.text.includes("\n") ? editorWith(editor.text.replaceAll("\n", " ")) : editor;
}

/** An editor with this text and the cursor after it. */
export function editorWith(text: string): EditorState {
  return { ...emptyEditor, text, cursor: text.length };
}

/** An empty editor in which what was cut before can be put back. */
export function emptiedEditor({ kills }: EditorState): EditorState {
  return { ...emptyEditor, kills };
}

/**
 * Does what readline does for a key; text and pastes are inserted. `undefined` when the key is not an
 * editing key and the caller may use it: Enter, Escape and Tab, Ctrl-D on an empty text, Ctrl-K at its
 * end, Up on the first row and Down on the last. Rows are `cells` wide; without, only line feeds end them.
 */
export function handleEditorKey(
  state: EditorState,
  event: KeyEvent,
  cells: number = Number.POSITIVE_INFINITY,
): EditorState | undefined {
  if (event.type === "text") return type(state, event.text);
  if (event.type === "paste") return insertText(state, event.text);
  const { isCtrl, isAlt, isShift, name } = event;
  const chord = `${isCtrl ? "C-" : ""}${isAlt ? "M-" : ""}${isShift ? "S-" : ""}${name}`;
  if (chord === "C-d" && state.text === "") return undefined;
  if (chord === "C-k" && state.cursor === state.text.length) return undefined;
  if (chord === "up" || chord === "down") return moveByRow(state, cells, chord === "up" ? -1 : 1);
  return bindings.get(chord)?.(state);
}

/** Puts text in at the cursor as one step of undo. Above `editorUnitsMax` the state stays the same. */
export function insertText(state: EditorState, text: string): EditorState {
  return replaceRange(state, { start: state.cursor, end: state.cursor }, text);
}

/** Puts text in the place of a range; the cursor is then after it. The limit as in `insertText`. */
export function replaceRange(state: EditorState, range: TextRange, text: string): EditorState {
  assert(0 <= range.start && range.start <= range.end && range.end <= state.text.length);
  const isFull = editorUnitsMax < state.text.length - (range.end - range.start) + text.length;
  if (isFull || (text === "" && range.start === range.end)) return state;
  const changed = state.text.slice(0, range.start) + text + state.text.slice(range.end);
  return changeText(state, changed, range.start + text.length);
}

/** Puts other text in the place of all; the cursor is then after it. The limit as in `insertText`. */
export function replaceText(state: EditorState, text: string): EditorState {
  return replaceRange(state, { start: 0, end: state.text.length }, text);
}

/** Empties the editor; Ctrl-Y brings the text back. */
export function killAll(state: EditorState): EditorState {
  if (state.text === "") return state;
  return { ...replaceText(state, ""), kills: withKill(state.kills, state.text) };
}

type Edit = (state: EditorState) => EditorState;

const bindings: ReadonlyMap<string, Edit> = new Map<string, Edit>([
  ["left", move(graphemeLeft)],
  ["right", move(graphemeRight)],
  ["C-b", move(graphemeLeft)],
  ["C-f", move(graphemeRight)],
  ["C-left", move(wordLeft)],
  ["C-right", move(wordRight)],
  ["M-b", move(wordLeft)],
  ["M-f", move(wordRight)],
  ["home", move(lineStart)],
  ["end", move(lineEnd)],
  ["C-a", move(lineStart)],
  ["C-e", move(lineEnd)],
  ["backspace", erase(graphemeLeft)],
  ["S-backspace", erase(graphemeLeft)],
  ["C-h", erase(graphemeLeft)],
  ["delete", erase(graphemeRight)],
  ["C-d", erase(graphemeRight)],
  ["C-k", kill(lineEndOrBreak)],
  ["C-u", kill(lineStartOrBreak)],
  ["C-w", kill(blankLeft)],
  ["M-backspace", kill(wordLeft)],
  ["C-backspace", kill(wordLeft)],
  ["M-d", kill(wordRight)],
  ["C-delete", kill(wordRight)],
  ["C-y", yank],
  ["M-y", yankOlder],
  ["C-t", transpose],
  ["M-t", transposeWords],
  ["M-u", changeWord((word) => word.toUpperCase())],
  ["M-l", changeWord((word) => word.toLowerCase())],
  ["M-c", changeWord(capitalised)],
  ["C-_", undo],
  ["C-S-_", undo],
  ["C-/", undo],
  ["M-_", redo],
  ["M-S-_", redo],
  ["M-enter", (state) => insertText(state, "\n")],
  ["S-enter", (state) => insertText(state, "\n")],
]);

function graphemeLeft(text: string, cursor: number): number {
  return graphemeStart(text, cursor);
}

function graphemeRight(text: string, cursor: number): number {
  return graphemeEnd(text, cursor);
}

function move(motion: Motion): Edit {
  return (state) => ({ ...state, cursor: motion(state.text, state.cursor), last: other });
}

function moveByRow(state: EditorState, cells: number, by: -1 | 1): EditorState | undefined {
  const column = state.last.type === "vertical" ? state.last.column : undefined;
  const step = rowStep(state, { cells, by, column });
  if (step === undefined) return undefined;
  return { ...state, cursor: step.cursor, last: { type: "vertical", column: step.column } };
}

function erase(motion: Motion): Edit {
  return (state) => {
    const { start, end } = between(state, motion);
    if (start === end) return state;
    return changeText(state, state.text.slice(0, start) + state.text.slice(end), start);
  };
}

function kill(motion: Motion): Edit {
  return (state) => {
    const { start, end } = between(state, motion);
    if (start === end) return state;
    const piece = state.text.slice(start, end);
    const side = start < state.cursor ? "start" : "end";
    const kills =
      state.last.type === "kill"
        ? withKillGrown(state.kills, piece, side)
        : withKill(state.kills, piece);
    const changed = changeText(state, state.text.slice(0, start) + state.text.slice(end), start);
    return { ...changed, kills, last: { type: "kill" } };
  };
}

function between({ text, cursor }: EditorState, motion: Motion): TextRange {
  const target = motion(text, cursor);
  return { start: Math.min(cursor, target), end: Math.max(cursor, target) };
}

function yank(state: EditorState): EditorState {
  const put = insertText(state, killAt(state.kills, 0));
  if (put === state) return state;
  return { ...put, last: { type: "yank", start: state.cursor, back: 0 } };
}

/** Right after a yank: the cut before the one that was put back, in its place and in one step with it. */
function yankOlder(state: EditorState): EditorState {
  const { last, kills, cursor } = state;
  if (last.type !== "yank" || cursor < last.start) return state;
  const back = last.back + 1;
  const put = replaceRange(state, { start: last.start, end: cursor }, killAt(kills, back));
  if (put === state) return state;
  return { ...put, undo: state.undo, last: { type: "yank", start: last.start, back } };
}

/** Swaps the graphemes around the cursor; at the end of a line the two before it. */
function transpose(state: EditorState): EditorState {
  const { text, cursor } = state;
  const isAtEnd = lineEnd(text, cursor) === cursor;
  const middle = isAtEnd ? graphemeStart(text, cursor) : cursor;
  const start = graphemeStart(text, middle);
  const end = graphemeEnd(text, middle);
  const first = text.slice(start, middle);
  const second = text.slice(middle, end);
  if (first === "" || second === "" || `${first}${second}`.includes("\n")) return state;
  return replaceRange(state, { start, end }, second + first);
}

/** Swaps the word at the cursor with the one before it; the cursor is then after both. */
function transposeWords(state: EditorState): EditorState {
  const { text, cursor } = state;
  const words = wordsAround(text, cursor);
  if (words === undefined) return state;
  const { first, second } = words;
  const part = ({ start, end }: TextRange) => text.slice(start, end);
  const between = text.slice(first.end, second.start);
  const range = { start: first.start, end: second.end };
  return replaceRange(state, range, part(second) + between + part(first));
}

/** Writes the rest of the word, or the next one, in another way. */
function changeWord(change: (word: string) => string): Edit {
  return (state) => {
    const range = between(state, wordRight);
    const word = state.text.slice(range.start, range.end);
    const changed = change(word);
    if (changed === word) return { ...state, cursor: range.end, last: other };
    return replaceRange(state, range, changed);
  };
}

function undo(state: EditorState): EditorState {
  const snapshot = state.undo.at(-1);
  if (snapshot === undefined) return state;
  const redoable = addSnapshot(state.redo, state);
  return { ...state, ...snapshot, undo: state.undo.slice(0, -1), redo: redoable, last: other };
}

function redo(state: EditorState): EditorState {
  const snapshot = state.redo.at(-1);
  if (snapshot === undefined) return state;
  const undoable = addSnapshot(state.undo, state);
  return { ...state, ...snapshot, undo: undoable, redo: state.redo.slice(0, -1), last: other };
}

/** Typed text: a word and the blanks after it are one step of undo. */
function type(state: EditorState, text: string): EditorState {
  const isWordStart = isBlank(state.text.charAt(state.cursor - 1)) && !isBlank(text.charAt(0));
  const goesOn = state.last.type === "insert" && !isWordStart;
  const inserted = insertText(state, text);
  if (inserted === state) return state;
  return { ...inserted, undo: goesOn ? state.undo : inserted.undo, last: { type: "insert" } };
}

/** Joining two pieces may join two graphemes; the cursor is then after the whole. */
function changeText(state: EditorState, text: string, cursor: number): EditorState {
  return {
    ...state,
    text,
    cursor: graphemeBoundary(text, cursor),
    undo: addSnapshot(state.undo, state),
    redo: [],
    last: other,
  };
}

function addSnapshot(
  snapshots: readonly Snapshot[],
  { text, cursor }: EditorState,
): readonly Snapshot[] {
  const added = [...snapshots, { text, cursor }].slice(-undoStepsMax);
  let units = added.reduce((total, snapshot) => total + snapshot.text.length, 0);
  while (undoUnitsMax < units) units -= added.shift()?.text.length ?? 0;
  return added;
}
