import { fuzzyScore } from "./fuzzy.ts";
import type { KeyEvent } from "./key.ts";
import type { Action } from "./key-table.ts";
import { type EditorState, emptyEditor, handleEditorKey, oneLineEditor } from "./line-editor.ts";

/** A list that is filtered by typing and from which one row is chosen. */
export interface ListState {
  readonly filter: EditorState;
  /** The marked row's key; the first one is marked while it is `undefined` or not in the list. */
  readonly selectedKey: string | undefined;
}

/** What a list has rows of. */
export interface ListItem {
  /** Not twice in a list, and the same whenever the list is made anew. */
  readonly key: string;
  /** What the filter looks through. */
  readonly searched: string;
  /** What explains it: whole words are found in it, too. */
  readonly explained?: string;
}

/** Nothing typed, the first row marked. */
export const emptyList: ListState = { filter: emptyEditor, selectedKey: undefined };

/** The items that the filter lets through, the best first; in their own order while nothing is typed. */
export function filtered<T extends ListItem>(
  items: readonly T[],
  { filter }: ListState,
): readonly T[] {
  if (filter.text.trim() === "") return items;
  return items
    .map((item) => ({ item, score: fuzzyScore(item.searched, filter.text, item.explained) }))
    .filter(({ score }) => score !== undefined)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
    .map(({ item }) => item);
}

/** Where the marked row is, or -1 when there is none. */
export function selectedIndex(shown: readonly ListItem[], { selectedKey }: ListState): number {
  const index = shown.findIndex(({ key }) => key === selectedKey);
  return shown.length === 0 ? -1 : Math.max(0, index);
}

/** The marked item of those that are shown. */
export function selectedItem<T extends ListItem>(
  shown: readonly T[],
  list: ListState,
): T | undefined {
  return shown[selectedIndex(shown, list)];
}

/** The list after another row was marked; `undefined` for what does not move the mark. */
export function movedList(
  list: ListState,
  shown: readonly ListItem[],
  action: Action | undefined,
  pageRows: number,
): ListState | undefined {
  const by = stepOf(action, Math.max(1, pageRows), shown.length);
  if (by === undefined) return undefined;
  const index = selectedIndex(shown, list) + by;
  const next = shown[Math.min(shown.length - 1, Math.max(0, index))];
  return { ...list, selectedKey: next?.key };
}

/** The list after a key of the filter: what is typed marks the best row. */
export function typedList(list: ListState, key: KeyEvent): ListState {
  const filter = oneLineEditor(handleEditorKey(list.filter, key) ?? list.filter);
  return filter.text === list.filter.text
    ? { ...list, filter }
    : { filter, selectedKey: undefined };
}

function stepOf(action: Action | undefined, page: number, length: number): number | undefined {
  switch (action) {
    case "select-previous":
      return -1;
    case "select-next":
      return 1;
    case "scroll-page-up":
      return -page;
    case "scroll-page-down":
      return page;
    case "scroll-top":
      return -length;
    case "scroll-bottom":
      return length;
    default:
      return undefined;
  }
}
