import { expect, test } from "vitest";
import { keyBindings } from "../../src/tui/key-table.ts";
import { enteredEvent } from "../support/client-events.ts";
import { livelyRoom } from "../support/lively-room.ts";
import { SeededRandom } from "../support/random.ts";
import { rowWidth } from "../support/row-width.ts";
import type { ViewRun } from "../support/view.ts";

const editing = ["tab", "shift+tab", "backspace", "ctrl+w", "ctrl+y", "alt+y", "ctrl+_", "alt+_"];
const ending = new Set(["ctrl+q", "ctrl+c", "ctrl+z"]);
const keys = [...keyBindings.flatMap((binding) => binding.keys), ...editing].filter(
  (key) => !ending.has(key),
);
const texts = [
  "/",
  "/se",
  "/react ",
  ":",
  "ta",
  "#",
  "bo",
  "漢字 ",
  "👩‍👩‍👧",
  "\n",
  "e\u0301",
  "y",
  "~/",
];
const sizes = [
  { columns: 40, rows: 12 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
];

test("whatever keys are pressed while writing, the picture fits with the cursor inside", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const random = new SeededRandom(seed);
    const size = random.pick(sizes);
    const run = livelyRoom(size).client(enteredEvent("dev", ["alice", "bob"]));
    for (let step = 0; step < 60; step += 1) {
      doSomething(run, random);
      const { rows, cursor = { column: 0, row: 0 } } = run.picture();
      const isWide = rows.some((row) => size.columns < rowWidth(row));
      const isFitting = !isWide && rows.length <= size.rows;
      const isInside = cursor.row < size.rows && cursor.column < size.columns;
      // The picture as a text is dear.
      if (isFitting && isInside) continue;
      expect.fail(`seed ${seed}, step ${step}, ${size.columns}x${size.rows}\n${run.text()}`);
    }
  }
});

function doSomething(run: ViewRun, random: SeededRandom): void {
  const what = random.between(0, 9);
  if (what < 5) run.keys(random.pick(keys));
  else if (what < 8) run.type(random.pick(texts));
  else if (what === 8) run.paste(random.pick(["a\nb", "short", "x".repeat(600)]));
  else run.event({ type: "files", directory: "~/", files: [{ name: "a", isDirectory: true }] });
}
