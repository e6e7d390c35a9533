/** Lines that are remembered: as bash does by default. */
export const historyLinesMax = 500;

/** UTF-16 units of all remembered lines together: 500 lines of 8 KiB. A longer line is forgotten. */
export const historyUnitsMax: number = 4 * 2 ** 20;

/** What was sent, oldest first, and where in it a person is. Immutable. */
export interface InputHistory {
  readonly lines: readonly string[];
  /** Which line is shown; `undefined` when it is the draft. */
  readonly shown: number | undefined;
  /** What was typed and not sent when looking back began. */
  readonly draft: string;
}

/** The history after a step in it, and the text to show. */
export interface HistoryStep {
  readonly history: InputHistory;
  readonly text: string;
}

/** Nothing sent yet. */
export const emptyHistory: InputHistory = { lines: [], shown: undefined, draft: "" };

/** Adds a line that was sent, unless it is blank or the same as the last; the draft is gone. */
export function remember(history: InputHistory, line: string): InputHistory {
  const isWorthIt = line.trim() !== "" && line !== history.lines.at(-1);
  if (!isWorthIt || historyUnitsMax < line.length) return { ...emptyHistory, lines: history.lines };
  const lines = [...history.lines, line].slice(-historyLinesMax);
  let units = lines.reduce((total, { length }) => total + length, 0);
  while (historyUnitsMax < units) units -= lines.shift()?.length ?? 0;
  return { ...emptyHistory, lines };
}

/** One line back from what is shown as `text`; the same at the oldest. */
export function historyOlder(history: InputHistory, text: string): HistoryStep {
  const shown = (history.shown ?? history.lines.length) - 1;
  const line = history.lines[shown];
  if (line === undefined) return { history, text };
  return { history: { ...history, shown, draft: draftOf(history, text) }, text: line };
}

/** One line forward, at last the draft; the same when that is shown already. */
export function historyNewer(history: InputHistory, text: string): HistoryStep {
  if (history.shown === undefined) return { history, text };
  const draft = draftOf(history, text);
  const shown = history.shown + 1;
  const line = history.lines[shown];
  if (line === undefined) return { history: { ...history, shown: undefined, draft }, text: draft };
  return { history: { ...history, shown, draft }, text: line };
}

/** A line from the history that was changed is what the person is writing now. */
function draftOf({ lines, shown, draft }: InputHistory, text: string): string {
  return shown !== undefined && lines[shown] === text ? draft : text;
}
