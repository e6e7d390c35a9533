import { expect, test } from "vitest";
import {
  emptyList,
  filtered,
  type ListState,
  movedList,
  selectedItem,
  typedList,
} from "../../src/tui/list-state.ts";
import { keyEvent } from "../support/view.ts";

const items = ["one", "two", "three", "four", "five"].map((text) => ({
  key: text,
  searched: text,
}));

/** The marked row after these moves. */
function marked(
  list: ListState,
  ...actions: Parameters<typeof movedList>[2][]
): string | undefined {
  const moved = actions.reduce((all, action) => movedList(all, items, action, 3) ?? all, list);
  return selectedItem(items, moved)?.key;
}

test("the first row is marked, and the mark moves by rows and pages to the ends and not past them", () => {
  expect(marked(emptyList)).toBe("one");
  expect(marked(emptyList, "select-next")).toBe("two");
  expect(marked(emptyList, "select-previous")).toBe("one");
  expect(marked(emptyList, "scroll-page-down")).toBe("four");
  expect(marked(emptyList, "scroll-page-down", "scroll-page-down")).toBe("five");
  expect(marked(emptyList, "scroll-bottom", "scroll-page-up")).toBe("two");
  expect(marked(emptyList, "scroll-bottom", "scroll-top")).toBe("one");
});

test("the mark stays on its row when others come, and goes to the first when its row is gone", () => {
  const list: ListState = { ...emptyList, selectedKey: "two" };
  expect(selectedItem([{ key: "new", searched: "" }, ...items], list)?.key).toBe("two");
  expect(selectedItem(items.slice(2), list)?.key).toBe("three");
  expect(selectedItem([], list)).toBeUndefined();
});

test("what is typed filters, in one line, and marks the best row", () => {
  const list = typedList({ ...emptyList, selectedKey: "two" }, { type: "paste", text: "f\n" });
  expect(list.filter.text).toBe("f ");
  expect(filtered(items, list).map(({ key }) => key)).toEqual(["four", "five"]);
  expect(selectedItem(filtered(items, list), list)?.key).toBe("four");
});

test("moving the cursor in the filter moves no mark", () => {
  const list = { ...typedList(emptyList, keyEvent("o")), selectedKey: "two" };
  expect(typedList(list, keyEvent("left")).selectedKey).toBe("two");
});
