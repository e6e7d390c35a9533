import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Size } from "../../src/tui/picture.ts";
import { rowWidth } from "../support/row-width.ts";
import { drawScene } from "./draw.ts";
import { scenes } from "./scenes.ts";

const root = new URL("../../", import.meta.url);

test.each(scenes)(
  "the picture of $name shows what it is for, and is among the docs",
  async (scene) => {
    const { text, svg } = await drawScene(scene);
    for (const wanted of scene.shows) expect(text).toContain(wanted);
    expect(svg.match(/<text /g)?.length).toBeGreaterThan(5);
    expect(existsSync(new URL(`docs/screens/${scene.name}.svg`, root))).toBe(true);
  },
);

const sizes: readonly Size[] = [
  { columns: 40, rows: 12 },
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 300, rows: 80 },
];

test.each(scenes)(
  "$name fits terminals from 40x12 to 300x80, with its cursor inside",
  ({ run }) => {
    const state = run();
    for (const size of sizes) {
      const { rows, cursor } = state.resize(size).picture();
      expect(rows.length).toBeLessThanOrEqual(size.rows);
      expect(state.text().trim()).not.toBe("");
      for (const row of rows) expect(rowWidth(row)).toBeLessThanOrEqual(size.columns);
      if (cursor === undefined) continue;
      expect(cursor.row).toBeLessThan(rows.length);
      expect(cursor.column).toBeLessThan(size.columns);
    }
  },
);

test("docs/SCREENS.md has every picture", () => {
  const page = readFileSync(new URL("docs/SCREENS.md", root), "utf8");
  for (const { name } of scenes) expect(page).toContain(`](screens/${name}.svg)`);
});
