import { expect, test } from "vitest";
import { linkItems, linksMax } from "../../src/tui/links-overlay.ts";
import { joiningView } from "../support/view.ts";

test("the links of a room are listed, the newest first and each once, and Enter copies one", () => {
  const run = joiningView({ size: { columns: 80, rows: 24 } }).enter("bob");
  run.said(1, "https://lab/old and https://lab/both");
  run.said(2, "https://lab/both", "carol").keys("alt+o");
  expect(linkItems(run.state).map(({ link }) => link)).toEqual([
    "https://lab/both",
    "https://lab/old",
  ]);
  expect(run.text()).toMatch(/▌ 09:31 {2}carol {7}https:\/\/lab\/both$/m);
  run.takeEffects();
  run.type("old").keys("enter");
  expect(run.takeEffects()).toEqual([{ type: "copy", text: "https://lab/old" }]);
  expect(run.text()).toContain("the link is in the clipboard");
});

test(`at most ${linksMax} links are listed`, () => {
  const run = joiningView().enter();
  const links = Array.from({ length: linksMax + 1 }, (_, index) => `https://lab/${index}`);
  run.said(1, links.join(" "));
  expect(linkItems(run.state)).toHaveLength(linksMax);
  expect(joiningView().enter().type("/links").keys("enter").text()).toContain(
    "no link in the lines",
  );
});
