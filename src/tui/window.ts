import type { Conversation, Page } from "./conversation.ts";
import { emptyConversation, withPage } from "./conversation.ts";
import { bounded, linesMax, unitsMax } from "./conversation-lines.ts";
import { type Line, lineSequence, lineUnits } from "./line.ts";
import { LineList } from "./line-list.ts";

/** Lines of a full conversation with which going further into the past begins. */
const leftLines = 500;

/** A part of the past that somebody goes to, of which this is the first page. */
export function windowOf(page: Page, ownPerson: string): Conversation {
  const window = withPage({ ...emptyConversation, future: "more" }, page, ownPerson);
  // Whether there is more above is found out when it is wanted.
  return { ...window, past: "more" };
}

/** The oldest lines of a conversation that has no room for older ones, to go on from there. */
export function leftWindow(live: Conversation): Conversation {
  const lines = live.lines.slice(0, leftLines);
  const { anchor, newBelow, past, oldest } = live;
  return windowWith({ ...emptyConversation, anchor, newBelow, past, oldest }, lines);
}

/** The window with an older page; what is too much is dropped from below. */
export function withOlderPage(window: Conversation, page: Page, ownPerson: string): Conversation {
  const next = withPage(window, page, ownPerson);
  let units = 0;
  let count = 0;
  for (const line of next.lines) {
    units += lineUnits(line);
    if (0 < count && (linesMax <= count || unitsMax < units)) break;
    count += 1;
  }
  return count === next.lines.length ? next : windowWith(next, next.lines.slice(0, count));
}

/** The window with a newer page, which follows it; another one changes nothing. */
export function withNewerPage(window: Conversation, page: Page, ownPerson: string): Conversation {
  const newest = newestSequenceOf(window) ?? 0;
  const first = Math.min(
    ...page.entries.map(({ sequence }) => sequence),
    ...page.damaged.map(({ from }) => from),
  );
  const next = { ...window, future: "more" } as const;
  // A page without anything says that the end is here, as far as the server knew.
  if (newest + 1 < first || first === Number.POSITIVE_INFINITY) return next;
  return bounded({ ...withPage(next, page, ownPerson), past: window.past });
}

/** The newest sequence of the window, which is the place to read on from. */
export function newestSequenceOf({ lines, newest }: Conversation): number | undefined {
  let found = newest?.sequence;
  for (const line of lines.slice(-1)) {
    if (line.type === "damaged") found = Math.max(found ?? 0, line.range.to);
  }
  return found;
}

/** A newer page was asked for, or (`false`) will not come. */
export function withFutureLoading(window: Conversation, isLoading: boolean): Conversation {
  if (isLoading) return { ...window, future: "loading" };
  return window.future === "loading" ? { ...window, future: "more" } : window;
}

/** Whether no line is between the window and what is live. */
export function touches(window: Conversation, live: Conversation): boolean {
  const newest = newestSequenceOf(window);
  return newest !== undefined && live.oldest !== undefined && live.oldest <= newest + 1;
}

/** One conversation of a window and the live one that it touches, seen as the window was. */
export function joined(window: Conversation, live: Conversation): Conversation {
  const { anchor, marked, newBelow, past, oldest } = window;
  const first = live.oldest ?? 0;
  const here = new Set(live.lines.slice().map(({ key }) => key));
  const above = window.lines
    .slice()
    .filter((line) => !here.has(line.key) && (lineSequence(line) ?? 0) < first);
  const room = Math.max(leftLines, linesMax - live.lines.length);
  const kept = above.slice(-room);
  const lines = [...kept, ...live.lines];
  const isCut = kept.length < above.length;
  return {
    ...live,
    ...{ anchor, marked, newBelow },
    lines: new LineList(lines),
    units: lines.reduce((sum, line) => sum + lineUnits(line), 0),
    past: isCut ? "more" : past,
    oldest: isCut ? kept.map(lineSequence).find((each) => each !== undefined) : oldest,
  };
}

function windowWith(window: Conversation, lines: Line[]): Conversation {
  const last = lines.findLast((line) => line.type === "said");
  const newest =
    last?.type === "said"
      ? { sequence: last.entry.sequence, ordinal: last.entry.ordinal }
      : undefined;
  return {
    ...window,
    lines: new LineList(lines),
    units: lines.reduce((sum, line) => sum + lineUnits(line), 0),
    future: "more",
    newest,
  };
}
