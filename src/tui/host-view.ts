import type { HostForm } from "./host-form.ts";
import { inputRows } from "./input-rows.ts";
import type { Picture, Row } from "./picture.ts";
import { warningText } from "./quitting.ts";
import { barRow, span } from "./row.ts";
import { clip, wrap } from "./text.ts";
import type { PickerScreen, ViewState } from "./view-state.ts";

const namePrompt = "   Name:     ";
const portPrompt = "   Port:     ";

/** The picture of the form for a server of one's own. */
export function hostPicture(state: ViewState, screen: PickerScreen, form: HostForm): Picture {
  const { size, settings } = state;
  const { theme } = settings;
  const { separator, ellipsis } = theme.glyphs;
  const { columns } = size;
  const line = (prompt: string, editor: HostForm["name"]) =>
    inputRows(editor, { prompt, columns, rowsMax: 1 });
  const [name, port] = [line(namePrompt, form.name), line(portPrompt, form.port)];
  const adapters = form.adapters.map((adapter, index): Row => {
    const label = index === 0 ? "   Adapters: " : "             ";
    const text = `${label}[${adapter.isOn ? "x" : " "}] ${adapter.name}`;
    return [span(clip(text, columns, ellipsis))];
  });
  const notes = [
    "Empty lines are as usual: the name of this computer, the usual port or the next free one.",
    "It runs while earshot runs here; quitting asks you while others are in it.",
  ].flatMap((text) => wrap(text, columns - 6).map((row): Row => [span(`   ${row}`, theme.dim)]));
  const problem: Row[] =
    screen.problem === undefined ? [] : [[span(` ! ${screen.problem}`, theme.alert)]];
  const keys = ["Enter start", "Tab next", "Space on or off", "Esc back"].join(` ${separator} `);
  const hints = clip(`   ${warningText(state) ?? keys}`, columns, ellipsis);
  const title = barRow(" Host a server on this computer", "F1 help ", columns, theme);
  const bottom: Row[] = [...problem, [span(hints, theme.dim)]];
  const body = [...name.rows, ...port.rows, ...adapters];
  const room = size.rows - 1 - bottom.length;
  const spaced = body.length + 2 + notes.length <= room ? [[], ...body, [], ...notes] : body;
  const top = spaced === body ? 1 : 2;
  const rows = [title, ...spaced.slice(0, room), ...bottom];
  return { rows, cursor: cursorOf(form, [name.cursor.column, port.cursor.column], top, room) };
}

function cursorOf(
  { field }: HostForm,
  columns: readonly number[],
  top: number,
  room: number,
): { readonly column: number; readonly row: number } {
  // Of an adapter the cursor is on its mark.
  const column = columns[field] ?? namePrompt.length + 1;
  return { column, row: Math.min(top + field, room) };
}
