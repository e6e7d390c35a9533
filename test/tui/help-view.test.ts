import { expect, test } from "vitest";
import { joiningView } from "../support/view.ts";

test("help says that there is more below, until its end is seen", () => {
  const run = joiningView().enter().keys("f1");
  expect(run.text().split("\n")[0]).toMatch(/PageDown more · Esc closes$/);
  run.keys(..."page-down ".repeat(6).trim().split(" "));
  expect(run.text()).toContain("//text");
  expect(run.text().split("\n")[0]).toMatch(/chatting +Esc closes$/);
});
