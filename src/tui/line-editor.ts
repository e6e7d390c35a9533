import assert from "node:assert/strict";
import type { KeyEvent } from "./key.ts";
import {
  graphemeBoundary,
  graphemeEnd,
  graphemeStart,
  graphemeWidth,
  type TextRange,
  textWidth,
} from "./text.ts";

/** UTF-16 units in the editor: as many as the longest message may have bytes. */
export const editorUnitsMax: number = 16 * 2 ** 20;

/** Steps that can be undone. */
export const undoStepsMax = 100;

/** UTF-16 units of all texts kept for undo: two of the longest. */
export const undoUnitsMax: number = 2 * editorUnitsMax;

/** What a person is writing. Immutable; every function here gives a new one or the same. */
export interface EditorState {
  /** May have several lines, parted by `\n`. */
  readonly text: string;
  /** Offset in UTF-16 units, always a boundary between graphemes. */
  readonly cursor: number;
  /** What was cut last, for yank. */
  readonly killed: string;
  /** Oldest first. */
  readonly undo: readonly Snapshot[];
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
  /** Moving on up or down keeps the column in cells, also over shorter lines. */
  | { readonly type: "vertical"; readonly column: number };

const other: LastAction = { type: "other" };

/** Nothing written, nothing cut, nothing to undo. */
export const emptyEditor: EditorState = {
  text: "",
  cursor: 0,
  killed: "",
  undo: [],
  last: other,
};

/** An editor with this text and the cursor after it. */
export function editorWith(text: string): EditorState {
  return { ...emptyEditor, text, cursor: text.length };
}

/**
 * Does what readline does for a key; text and pastes are inserted. `undefined` when the key is not an
 * editing key and the caller may use it: Enter, Escape and Tab, Ctrl-D on an empty text, Up on the
 * first line and Down on the last.
 */
export function handleEditorKey(state: EditorState, event: KeyEvent): EditorState | undefined {
  if (event.type === "text") return type(state, event.text);
  if (event.type === "paste") return insertText(state, event.text);
  const { isCtrl, isAlt, isShift, name } = event;
  const chord = `${isCtrl ? "C-" : ""}${isAlt ? "M-" : ""}${isShift ? "S-" : ""}${name}`;
  if (chord === "C-d" && state.text === "") return undefined;
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
  return { ...replaceText(state, ""), killed: state.text };
}

type Motion = (text: string, cursor: number) => number;
type Edit = (state: EditorState) => EditorState;
/** An edit that does not always apply. */
type TriedEdit = (state: EditorState) => EditorState | undefined;

const bindings: ReadonlyMap<string, TriedEdit> = new Map<string, TriedEdit>([
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
  ["up", moveUp],
  ["down", moveDown],
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
  ["C-t", transpose],
  ["C-_", undo],
  ["C-/", undo],
  ["M-enter", (state) => insertText(state, "\n")],
  ["S-enter", (state) => insertText(state, "\n")],
]);

function graphemeLeft(text: string, cursor: number): number {
  return graphemeStart(text, cursor);
}

function graphemeRight(text: string, cursor: number): number {
  return graphemeEnd(text, cursor);
}

function wordLeft(text: string, cursor: number): number {
  return skipLeft(text, skipLeft(text, cursor, isBetweenWords), isInWord);
}

function wordRight(text: string, cursor: number): number {
  return skipRight(text, skipRight(text, cursor, isBetweenWords), isInWord);
}

/** Ctrl-W goes back to a blank, so that it takes a whole path or address. */
function blankLeft(text: string, cursor: number): number {
  return skipLeft(text, skipLeft(text, cursor, isBlank), isNoBlank);
}

function lineStart(text: string, cursor: number): number {
  return cursor === 0 ? 0 : text.lastIndexOf("\n", cursor - 1) + 1;
}

function lineEnd(text: string, cursor: number): number {
  const end = text.indexOf("\n", cursor);
  return end === -1 ? text.length : end;
}

/** At the start of a line the line break before it is next. */
function lineStartOrBreak(text: string, cursor: number): number {
  const start = lineStart(text, cursor);
  return start === cursor ? graphemeStart(text, cursor) : start;
}

function lineEndOrBreak(text: string, cursor: number): number {
  const end = lineEnd(text, cursor);
  return end === cursor ? graphemeEnd(text, cursor) : end;
}

type Test = (grapheme: string) => boolean;

function skipLeft(text: string, cursor: number, isSkipped: Test): number {
  let at = cursor;
  while (0 < at) {
    const start = graphemeStart(text, at);
    if (!isSkipped(text.slice(start, at))) break;
    at = start;
  }
  return at;
}

function skipRight(text: string, cursor: number, isSkipped: Test): number {
  let at = cursor;
  while (at < text.length) {
    const end = graphemeEnd(text, at);
    if (!isSkipped(text.slice(at, end))) break;
    at = end;
  }
  return at;
}

function isInWord(grapheme: string): boolean {
  return /[\p{L}\p{N}]/u.test(grapheme);
}

function isBetweenWords(grapheme: string): boolean {
  return !isInWord(grapheme);
}

function isBlank(grapheme: string): boolean {
  return /^\s$/.test(grapheme);
}

function isNoBlank(grapheme: string): boolean {
  return !isBlank(grapheme);
}

function move(motion: Motion): Edit {
  return (state) => ({ ...state, cursor: motion(state.text, state.cursor), last: other });
}

function moveUp(state: EditorState): EditorState | undefined {
  const start = lineStart(state.text, state.cursor);
  return start === 0 ? undefined : moveToLine(state, lineStart(state.text, start - 1));
}

function moveDown(state: EditorState): EditorState | undefined {
  const end = lineEnd(state.text, state.cursor);
  return end === state.text.length ? undefined : moveToLine(state, end + 1);
}

function moveToLine(state: EditorState, target: number): EditorState {
  const { text, last } = state;
  const start = lineStart(text, state.cursor);
  const column =
    last.type === "vertical" ? last.column : textWidth(text.slice(start, state.cursor));
  const targetEnd = lineEnd(text, target);
  let cursor = target;
  for (let width = 0; cursor < targetEnd; ) {
    const next = graphemeEnd(text, cursor);
    width += graphemeWidth(text.slice(cursor, next));
    if (column < width) break;
    cursor = next;
  }
  return { ...state, cursor, last: { type: "vertical", column } };
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
    const before = state.last.type === "kill" ? state.killed : "";
    const killed = start < state.cursor ? piece + before : before + piece;
    const changed = changeText(state, state.text.slice(0, start) + state.text.slice(end), start);
    return { ...changed, killed, last: { type: "kill" } };
  };
}

function between({ text, cursor }: EditorState, motion: Motion): TextRange {
  const target = motion(text, cursor);
  return { start: Math.min(cursor, target), end: Math.max(cursor, target) };
}

function yank(state: EditorState): EditorState {
  return insertText(state, state.killed);
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

function undo(state: EditorState): EditorState {
  const snapshot = state.undo.at(-1);
  if (snapshot === undefined) return state;
  return { ...state, ...snapshot, undo: state.undo.slice(0, -1), last: other };
}

/** Typed text: a word and the blanks after it are one step of undo. */
function type(state: EditorState, text: string): EditorState {
  const isWordStart = isBlank(state.text.charAt(state.cursor - 1)) && isNoBlank(text.charAt(0));
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
    undo: addSnapshot(state),
    last: other,
  };
}

function addSnapshot({ undo: snapshots, text, cursor }: EditorState): readonly Snapshot[] {
  const added = [...snapshots, { text, cursor }].slice(-undoStepsMax);
  let units = added.reduce((total, snapshot) => total + snapshot.text.length, 0);
  while (undoUnitsMax < units) units -= added.shift()?.text.length ?? 0;
  return added;
}
