import { countOf, formatCount } from "./count-text.ts";
import { clip } from "./text.ts";
import type { ViewState } from "./view-state.ts";

/** More lines than this are only counted. */
const linesMax = 20;

/** Of each line this much shows which one it was. */
const textCells = 70;

/** What to print when the program ends before everything said was delivered. */
export function undeliveredReport(
  { screen, settings }: ViewState,
  count: number,
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
    `${undeliveredText(count)}:`,
    ...lines.slice(0, linesMax),
    ...(0 < hidden ? [`  ${ellipsis} and ${formatCount(hidden)} more`] : []),
  ];
}

/** That this many lines were lost. */
export function undeliveredText(count: number): string {
  return `${countOf(count, "line")} ${count === 1 ? "was" : "were"} not delivered`;
}
