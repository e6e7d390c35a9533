import { type Anchor, type Conversation, canAskPast } from "./conversation.ts";
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
  if (to === undefined) return rows < 0 ? scrolledToTop(pane) : scrolledToBottom(pane.conversation);
  const highest = highestBottom(pane);
  if (highest === undefined || isAtOrBelow(to, lastPosition(pane))) {
    return scrolledToBottom(pane.conversation);
  }
  return anchored(pane, isAtOrBelow(to, highest) ? to : highest);
}

/** The conversation seen from its oldest line. */
export function scrolledToTop(pane: MessagePane): Conversation {
  const highest = highestBottom(pane);
  if (highest === undefined || isAtOrBelow(highest, lastPosition(pane))) {
    return scrolledToBottom(pane.conversation);
  }
  return anchored(pane, highest);
}

/** The conversation following its newest line. */
export function scrolledToBottom(conversation: Conversation): Conversation {
  return { ...conversation, anchor: undefined, newBelow: 0 };
}

/** Whether an older page is wanted: less than a screen is left above what is seen. */
export function wantsPast(pane: MessagePane): boolean {
  if (!canAskPast(pane.conversation)) return false;
  return moveUp(pane, viewBottom(pane), 2 * pane.rows) === undefined;
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

function positionOf(pane: MessagePane, anchor: Anchor): Position {
  if (anchor.key === headKey) return headPosition;
  const { lines, pending } = pane.conversation;
  const isAnchor = (line: Line) => line.key === anchor.key;
  let index = lines.findIndex(isAnchor);
  if (index === -1) {
    const pendingIndex = pending.findIndex(isAnchor);
    // A line that was dropped was the oldest; what is oldest now is nearest to it.
    index = pendingIndex === -1 ? 0 : lines.length + pendingIndex;
  }
  return { index, row: Math.min(anchor.row, Math.max(0, heightAt(pane, index) - 1)) };
}

function anchored(pane: MessagePane, position: Position): Conversation {
  const key = lineAt(pane, position.index)?.key ?? headKey;
  return { ...pane.conversation, anchor: { key, row: position.row } };
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
  return index < lines.length ? lines[index] : pending[index - lines.length];
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
  return { line: lineAt(pane, index - 1), sentAt: line?.entry.sentAt };
}

function headRow(pane: MessagePane): Row {
  const { theme } = pane.context;
  return [span(` -- ${headText(pane)}`, theme.dim)];
}

function headText({ conversation, room, context }: MessagePane): string {
  switch (conversation.past) {
    case "unknown":
    case "loading":
      return `loading${context.theme.glyphs.ellipsis}`;
    case "more":
      return canAskPast(conversation) ? "older lines: scroll up" : "older lines are not kept here";
    case "cleared":
      return "older lines: scroll up";
    case "complete":
      return `beginning of ${room}`;
  }
}
