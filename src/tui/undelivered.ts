import { countOf, formatCount } from "./count-text.ts";
import { clip } from "./text.ts";
import type { ViewState } from "./view-state.ts";

/** More lines than this are only counted. */
const linesMax = 20;

/** Of each line this much shows which one it was. */
const textCells = 70;

/** Own lines that are not on the server when the program ends. */
export interface Undelivered {
  /** All of them. */
  readonly count: number;
  /** Those that this computer keeps for the next visit; the others are lost. */
  readonly keptCount: number;
}

/**
 * What to print when the program ends before everything said was delivered. The exit code says that
 * in any case; these words say whether it has to be said again.
 */
export function undeliveredReport(
  { screen, settings }: ViewState,
  undelivered: Undelivered,
): readonly string[] {
  const rooms = screen.type === "room" ? screen.rooms : [];
  const { ellipsis } = settings.theme.glyphs;
  const lines = rooms.flatMap(({ title, conversation }) =>
    conversation.pending
      .filter(({ isStored }) => !isStored)
      .map(({ text }) => `  ${title} ${clip(text.replaceAll("\n", " "), textCells, ellipsis)}`),
  );
  const hidden = lines.length - linesMax;
  return [
    `${undeliveredText(undelivered)}:`,
    ...lines.slice(0, linesMax),
    ...(0 < hidden ? [`  ${ellipsis} and ${formatCount(hidden)} more`] : []),
  ];
}

/** What becomes of these lines; some are lost, or wait. */
export function undeliveredText({ count, keptCount }: Undelivered): string {
  const lostCount = count - keptCount;
  const kept = `${countOf(keptCount, "line")} ${keptCount === 1 ? "waits" : "wait"} for your next visit`;
  if (lostCount === 0) return kept;
  const lost = `${countOf(lostCount, "line")} ${lostCount === 1 ? "was" : "were"} not delivered`;
  return keptCount === 0 ? lost : `${kept}, ${lost}`;
}
