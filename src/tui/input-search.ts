import type { InputHistory } from "./input-history.ts";
import type { InputRows } from "./input-rows.ts";
import { inputRows } from "./input-rows.ts";
import type { KeyEvent } from "./key.ts";
import { actionOf } from "./key-table.ts";
import { handleEditorKey, replaceText } from "./line-editor.ts";
import { clip, graphemeStart } from "./text.ts";
import { type RoomScreen, type Step, show, type ViewState } from "./view-state.ts";

/** UTF-16 units of what is looked for. */
export const inputSearchUnitsMax = 200;

/** Looking for a line among those that were sent. */
export interface InputSearch {
  readonly query: string;
  /** The line that is found, by its place in the history; `undefined` when there is none. */
  readonly found: number | undefined;
}

/** Nothing is looked for yet. */
export const emptyInputSearch: InputSearch = { query: "", found: undefined };

/** A key while a line is looked for. What edits or sends takes the line that is found first. */
export function reduceInputSearch(
  state: ViewState,
  screen: RoomScreen,
  search: InputSearch,
  key: KeyEvent,
): Step {
  const { history } = screen;
  const searching = (inputSearch: InputSearch | undefined): Step =>
    show(state, { ...screen, inputSearch });
  if (key.type === "text") return searching(searchFor(history, search.query + key.text));
  if (key.type === "paste") return searching(searchFor(history, search.query + key.text));
  switch (actionOf("input-search", key, false)) {
    case "back":
      return searching(undefined);
    case "select-previous":
      return searching(searchOlder(history, search));
    case "select-next":
      return searching(searchNewer(history, search));
    case "erase": {
      const { query } = search;
      return searching(searchFor(history, query.slice(0, graphemeStart(query, query.length))));
    }
    case "choose":
      return show(state, withFound(screen, search));
    default: {
      const taken = withFound(screen, search);
      return show(state, { ...taken, editor: handleEditorKey(taken.editor, key) ?? taken.editor });
    }
  }
}

/** The line that is found, behind what was looked for. */
export function inputSearchRows(
  { history }: RoomScreen,
  { query, found }: InputSearch,
  columns: number,
): InputRows {
  const line = found === undefined ? "" : (history.lines[found] ?? "").replaceAll("\n", " ");
  const isMissing = found === undefined && query !== "";
  const prompt = `${isMissing ? "nothing sent has" : "sent"}: `;
  const text = line === "" ? query : `${query} | ${line}`;
  const shown = clip(text, Math.max(query.length + 1, columns - prompt.length - 1), "");
  return inputRows({ text: shown, cursor: query.length }, { prompt, columns, rowsMax: 1 });
}

/** The newest line with that in it, in upper or lower case. */
function searchFor(history: InputHistory, typed: string): InputSearch {
  const query = typed.replaceAll("\n", " ").slice(0, inputSearchUnitsMax).toWellFormed();
  return { query, found: foundBefore(history, query, history.lines.length) };
}

function searchOlder(history: InputHistory, { query, found }: InputSearch): InputSearch {
  const older = found === undefined ? undefined : foundBefore(history, query, found);
  return { query, found: older ?? found };
}

function searchNewer({ lines }: InputHistory, { query, found }: InputSearch): InputSearch {
  if (found === undefined) return { query, found };
  const newer = lines.findIndex((line, index) => found < index && isMatch(line, query));
  return { query, found: newer === -1 ? found : newer };
}

function foundBefore({ lines }: InputHistory, query: string, end: number): number | undefined {
  if (query === "") return undefined;
  const index = lines.findLastIndex((line, at) => at < end && isMatch(line, query));
  return index === -1 ? undefined : index;
}

function isMatch(line: string, query: string): boolean {
  return line.toLowerCase().includes(query.toLowerCase());
}

function withFound(screen: RoomScreen, { found }: InputSearch): RoomScreen {
  const line = found === undefined ? undefined : screen.history.lines[found];
  const closed: RoomScreen = { ...screen, inputSearch: undefined };
  return line === undefined ? closed : { ...closed, editor: replaceText(screen.editor, line) };
}
