import { type Anchor, type Conversation, canAskPast } from "./conversation.ts";
import { countOf } from "./count-text.ts";
import type { Line } from "./line.ts";
import type { MessageContext } from "./message-context.ts";
import { type Above, messageHeight, messageRows } from "./message-rows.ts";
import type { Row } from "./picture.ts";
import { span } from "./row.ts";

/** A conversation and the rectangle that it is seen through. */
export interface MessagePane {
  readonly conversation: Conversation;
  /** As people call it. */
  readonly room: string;
  /** Rows of the rectangle, at least 1. */
  readonly rows: number;
  readonly context: MessageContext;
}

/** A row of a line. Index -1 is the row above all lines that tells about the past. */
interface Position {
  readonly index: number;
  readonly row: number;
}

const headPosition: Position = { index: -1, row: 0 };

const headKey = "head";

/** The rows that are seen, at most as many as the pane has. */
export function visibleRows(pane: MessagePane): Row[] {
  const top = viewTop(pane);
  const rows: Row[] = [];
  let skipped = top.row;
  for (let index = top.index; rows.length < pane.rows; index += 1) {
    const all = index === -1 ? [headRow(pane)] : rowsAt(pane, index);
    if (all === undefined) break;
    rows.push(...all.slice(skipped));
    skipped = 0;
  }
  return rows.slice(0, pane.rows);
}

/** The lines of which something is seen, from top to bottom. */
export function visibleLines(pane: MessagePane): Line[] {
  const top = viewTop(pane);
  const lines: Line[] = [];
  let rows = -top.row;
  for (let index = top.index; rows < pane.rows; index += 1) {
    const line = lineAt(pane, index);
    if (line !== undefined) lines.push(line);
    else if (index !== headPosition.index) break;
    rows += heightAt(pane, index);
  }
  return lines;
}

/** The conversation with its view moved down by this many rows, up when negative. */
export function scrolledBy(pane: MessagePane, rows: number): Conversation {
  const from = viewBottom(pane);
  const to = rows < 0 ? moveUp(pane, from, -rows) : moveDown(pane, from, rows);
  if (to === undefined) return rows < 0 ? scrolledToTop(pane) : scrolledToEnd(pane);
  return scrolledTo(pane, to);
}

/** The conversation seen from its oldest line. */
export function scrolledToTop(pane: MessagePane): Conversation {
  return scrolledTo(pane, headPosition);
}

/** The conversation with the line of this index in the upper part of the view, and pointed at. */
export function pointedAt(pane: MessagePane, index: number): Conversation {
  const below = pane.rows - 1 - Math.floor(pane.rows / 3);
  const bottom = moveDown(pane, { index, row: 0 }, below);
  const seen = bottom === undefined ? scrolledToEnd(pane) : scrolledTo(pane, bottom);
  return { ...seen, marked: lineAt(pane, index)?.key };
}

/** The conversation following its newest line. */
export function scrolledToBottom(conversation: Conversation): Conversation {
  return { ...conversation, anchor: undefined, marked: undefined, newBelow: 0 };
}

/** Whether an older page is wanted: less than a screen is left above what is seen. */
export function wantsPast(pane: MessagePane): boolean {
  return canAskPast(pane.conversation) && isNearTop(pane);
}

/** Whether less than a screen is left above what is seen. */
export function isNearTop(pane: MessagePane): boolean {
  const rows = 2 * pane.rows;
  // Each line has a row at least, so that most often nothing needs to be wrapped.
  return bottomIndex(pane) < rows && moveUp(pane, viewBottom(pane), rows) === undefined;
}

/** Whether less than a screen is left below what is seen of a part of the past. */
export function isNearEnd(pane: MessagePane): boolean {
  if (pane.conversation.future === "live") return false;
  const isFar = bottomIndex(pane) + 2 * pane.rows < pane.conversation.lines.length;
  return !isFar && moveDown(pane, viewBottom(pane), pane.rows) === undefined;
}

/** The row at the top of the view. */
function viewTop(pane: MessagePane): Position {
  return moveUp(pane, viewBottom(pane), pane.rows - 1) ?? headPosition;
}

/** The row at the bottom of the view. */
function viewBottom(pane: MessagePane): Position {
  const { anchor } = pane.conversation;
  return anchor === undefined ? lastPosition(pane) : positionOf(pane, anchor);
}

/** The line at the bottom of the view. */
function bottomIndex({ conversation }: MessagePane): number {
  const { anchor, lines, pending } = conversation;
  return anchor === undefined
    ? lines.length + pending.length - 1
    : anchorIndex(conversation, anchor);
}

function positionOf(pane: MessagePane, anchor: Anchor): Position {
  if (anchor.key === headKey) return headPosition;
  const index = anchorIndex(pane.conversation, anchor);
  return { index, row: Math.max(0, heightAt(pane, index) - 1 - anchor.below) };
}

function anchorIndex({ lines, pending }: Conversation, anchor: Anchor): number {
  if (anchor.key === headKey) return headPosition.index;
  const isAnchor = (line: Line) => line.key === anchor.key;
  const index = lines.findLastIndex(isAnchor);
  if (index !== -1) return index;
  const pendingIndex = pending.findIndex(isAnchor);
  // A line that was dropped was the oldest; what is oldest now is nearest to it.
  return pendingIndex === -1 ? 0 : lines.length + pendingIndex;
}

/** With this row at the bottom, as far as the view is full then. */
function scrolledTo(pane: MessagePane, bottom: Position): Conversation {
  const highest = highestBottom(pane);
  if (highest === undefined) return scrolledToEnd(pane);
  const to = isAtOrBelow(bottom, highest) ? bottom : highest;
  return isAtOrBelow(to, lastPosition(pane)) ? scrolledToEnd(pane) : anchored(pane, to);
}

/** At the last line; a part of the past stays there when more is added below. */
function scrolledToEnd(pane: MessagePane): Conversation {
  return pane.conversation.future === "live"
    ? scrolledToBottom(pane.conversation)
    : anchored(pane, lastPosition(pane));
}

function anchored(pane: MessagePane, position: Position): Conversation {
  const key = lineAt(pane, position.index)?.key ?? headKey;
  const below = heightAt(pane, position.index) - 1 - position.row;
  return { ...pane.conversation, anchor: { key, below } };
}

/** Where the view's bottom is when it shows the very top; `undefined` when everything fits. */
function highestBottom(pane: MessagePane): Position | undefined {
  return moveDown(pane, headPosition, pane.rows - 1);
}

function lastPosition(pane: MessagePane): Position {
  const index = pane.conversation.lines.length + pane.conversation.pending.length - 1;
  return { index, row: heightAt(pane, index) - 1 };
}

/** The position this many rows above, or `undefined` when it is above the head. */
function moveUp(pane: MessagePane, from: Position, rows: number): Position | undefined {
  let { index, row } = from;
  let left = rows;
  while (row < left) {
    left -= row + 1;
    index -= 1;
    if (index < -1) return undefined;
    row = heightAt(pane, index) - 1;
  }
  return { index, row: row - left };
}

/** The position this many rows below, or `undefined` when it is below the last. */
function moveDown(pane: MessagePane, from: Position, rows: number): Position | undefined {
  const last = lastPosition(pane);
  let { index, row } = from;
  let left = rows;
  for (;;) {
    const below = heightAt(pane, index) - 1 - row;
    if (left <= below) return { index, row: row + left };
    if (last.index <= index) return undefined;
    left -= below + 1;
    index += 1;
    row = 0;
  }
}

function isAtOrBelow(a: Position, b: Position): boolean {
  return b.index < a.index || (b.index === a.index && b.row <= a.row);
}

function lineAt(
  { conversation: { lines, pending } }: MessagePane,
  index: number,
): Line | undefined {
  if (index < 0) return undefined;
  return index < lines.length ? lines.at(index) : pending[index - lines.length];
}

function heightAt(pane: MessagePane, index: number): number {
  const line = lineAt(pane, index);
  return line === undefined ? 1 : messageHeight(line, above(pane, index), pane.context);
}

function rowsAt(pane: MessagePane, index: number): Row[] | undefined {
  const line = lineAt(pane, index);
  return line === undefined ? undefined : messageRows(line, above(pane, index), pane.context);
}

function above(pane: MessagePane, index: number): Above {
  let dated = index - 1;
  let line = lineAt(pane, dated);
  while (line !== undefined && line.type !== "said") {
    dated -= 1;
    line = lineAt(pane, dated);
  }
  const { sentAt, sequence } = line?.entry ?? {};
  return { line: lineAt(pane, index - 1), sentAt, sequence };
}

function headRow(pane: MessagePane): Row {
  const { theme } = pane.context;
  return [span(` -- ${headText(pane)}`, theme.dim)];
}

function headText({ conversation, room, context }: MessagePane): string {
  switch (conversation.past) {
    case "unknown":
    case "loading":
      return `loading${context.theme.glyphs.ellipsis}${olderText(conversation)}`;
    case "more":
      return canAskPast(conversation) ? "older lines: scroll up" : "older lines are not kept here";
    case "cleared":
      return "older lines: scroll up";
    case "complete":
      return `beginning of ${room}`;
  }
}

/** How much may still come; what is not kept any more is not known here. */
function olderText({ oldest = 1 }: Conversation): string {
  return oldest <= 1 ? "" : ` at most ${countOf(oldest - 1, "older line")}`;
}
