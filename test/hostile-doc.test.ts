import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const page = readFileSync(new URL("../docs/HOSTILE-INPUT.md", import.meta.url), "utf8");
const named = [...page.matchAll(/`([\w/.-]+\.test\.ts)`: (.+?) \|$/gm)];

test("docs/HOSTILE-INPUT.md names tests that are there", () => {
  expect(named.length).toBeGreaterThan(30);
  const missing = named.filter(([, path, title]) => {
    const text = readFileSync(new URL(`./${path}`, import.meta.url), "utf8");
    return !text.includes(title!);
  });
  expect(missing.map(([, path, title]) => `${path}: ${title}`)).toEqual([]);
});
