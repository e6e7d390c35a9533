import { graphemeEnd, graphemeStart, type TextRange } from "./text.ts";

/** Where a motion leads from an offset in UTF-16 units; both are boundaries between graphemes. */
export type Motion = (text: string, cursor: number) => number;

/** Back over what is between words, then over the word. */
export function wordLeft(text: string, cursor: number): number {
  return skipLeft(text, skipLeft(text, cursor, isBetweenWords), isInWord);
}

/** Forward over what is between words, then over the word. */
export function wordRight(text: string, cursor: number): number {
  return skipRight(text, skipRight(text, cursor, isBetweenWords), isInWord);
}

/** Ctrl-W goes back to a blank, so that it takes a whole path or address. */
export function blankLeft(text: string, cursor: number): number {
  return skipLeft(text, skipLeft(text, cursor, isBlank), isNoBlank);
}

/** The start of the line, up to the line break before it. */
export function lineStart(text: string, cursor: number): number {
  return cursor === 0 ? 0 : text.lastIndexOf("\n", cursor - 1) + 1;
}

/** The line break at the end of the line, or the end of the text. */
export function lineEnd(text: string, cursor: number): number {
  const end = text.indexOf("\n", cursor);
  return end === -1 ? text.length : end;
}

/** At the start of a line the line break before it is next. */
export function lineStartOrBreak(text: string, cursor: number): number {
  const start = lineStart(text, cursor);
  return start === cursor ? graphemeStart(text, cursor) : start;
}

/** At the end of a line the line break is next. */
export function lineEndOrBreak(text: string, cursor: number): number {
  const end = lineEnd(text, cursor);
  return end === cursor ? graphemeEnd(text, cursor) : end;
}

/** The word at the cursor or behind it, with the one before it, or `undefined` when there are not two. */
export function wordsAround(
  text: string,
  cursor: number,
): { readonly first: TextRange; readonly second: TextRange } | undefined {
  const second = wordAt(text, wordLeft(text, wordRight(text, cursor)));
  const first = wordAt(text, wordLeft(text, second.start));
  return first.start < first.end && first.end <= second.start ? { first, second } : undefined;
}

/** Whether words are parted here. */
export function isBlank(grapheme: string): boolean {
  return /^\s$/.test(grapheme);
}

/** As a word is written at the start of a sentence. */
export function capitalised(text: string): string {
  const start = text.search(/[\p{L}\p{N}]/u);
  if (start < 0) return text;
  const end = graphemeEnd(text, start);
  return (
    text.slice(0, start) + text.slice(start, end).toUpperCase() + text.slice(end).toLowerCase()
  );
}

function wordAt(text: string, start: number): TextRange {
  return { start, end: skipRight(text, start, isInWord) };
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

function isNoBlank(grapheme: string): boolean {
  return !isBlank(grapheme);
}
