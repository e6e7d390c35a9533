import { fingerprintOf } from "../base/fingerprint.ts";
import { inputRows } from "./input-rows.ts";
import type { Picture, Row } from "./picture.ts";
import { barRow, span } from "./row.ts";
import { clip, wrap } from "./text.ts";
import { changeText } from "./trust.ts";
import type { ChangedScreen, ViewState } from "./view-state.ts";

/** The picture of a server whose key has changed: both fingerprints, and how to go on. */
export function changedPicture(state: ViewState, screen: ChangedScreen): Picture {
  const { size, settings } = state;
  const { theme, timeFormat } = settings;
  const { change } = screen;
  const { ellipsis, separator } = theme.glyphs;
  const cells = size.columns - 6;
  const paragraph = (text: string, style = theme.plain): Row[] =>
    wrap(text, cells).map((line) => [span(`   ${line}`, style)]);
  const body = [
    ...paragraph(`CHANGED: ${changeText(change, timeFormat)}.`, theme.alert),
    ...paragraph(`Now: ${fingerprintOf(change.key)}`, theme.strong),
    ...paragraph(`Before: ${fingerprintOf(change.knownKey)}`),
    [],
    ...paragraph("It was set up anew, or somebody else answers in its place; it was told nothing."),
    ...paragraph(
      "To join it all the same, compare with the words on the server's own screen and type the first two.",
    ),
  ];
  const input = inputRows(screen.editor, {
    prompt: "   Words: ",
    columns: size.columns,
    rowsMax: 1,
  });
  const { problem } = screen;
  const news: Row[] = problem === undefined ? [] : [[span(`   ! ${problem}`, theme.alert)]];
  const hints = `   Enter join ${separator} Esc back to the servers`;
  const bottom = [...news, ...input.rows, [span(clip(hints, size.columns, ellipsis), theme.dim)]];
  const title = barRow(` ${change.label.text}`, "F1 help ", size.columns, theme);
  const room = size.rows - 1 - bottom.length;
  const spaced: Row[] = [[], ...body, []];
  const top = [title, ...(spaced.length <= room ? spaced : body.slice(0, room))];
  return {
    rows: [...top, ...bottom],
    cursor: { column: input.cursor.column, row: top.length + news.length + input.cursor.row },
  };
}
