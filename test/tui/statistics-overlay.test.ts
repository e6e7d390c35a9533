import { expect, test } from "vitest";
import { FrameTimes } from "../../src/tui/frame-times.ts";
import type { Figures } from "../../src/tui/statistics-overlay.ts";
import { isTicking } from "../../src/tui/view.ts";
import { joiningView } from "../support/view.ts";

const figures: Figures = {
  traffic: { bytesSent: 1_500, bytesReceived: 2_500_000 },
  frameMs: { last: 0.84, slowest: 12.3 },
  memoryBytes: 64_000_000,
  runningMs: 7_200_000,
};

test("F12 shows what is measured, each second anew, until it is closed", () => {
  const run = joiningView({ size: { columns: 80, rows: 24 } }).enter();
  run.client({ type: "link", rttMs: 2, lossShare: 0 });
  run.takeEffects();
  expect(isTicking(run.state)).toBe(false);
  run.keys("f12");
  expect(run.takeEffects()).toEqual([{ type: "measure" }]);
  expect(run.text()).toMatch(/connection +open, 2 ms$/m);
  run.event({ type: "measured", figures });
  expect(run.text()).toMatch(/received +2\.5 MB$/m);
  expect(run.text()).toMatch(/sent +1\.5 kB$/m);
  expect(run.text()).toMatch(/slowest of the last pictures +12\.3 ms$/m);
  expect(run.text()).toMatch(/memory +64\.0 MB$/m);
  expect(isTicking(run.state)).toBe(true);
  run.pass(1_000);
  expect(run.takeEffects()).toEqual([{ type: "measure" }]);
  run.type("mem");
  expect(run.text()).not.toContain("received");
  run.keys("escape").event({ type: "measured", figures });
  expect(run.text()).not.toContain("memory");
  expect(run.type("/stats").keys("enter").text()).toContain("Statistics");
});

test("of the last 100 pictures the slowest is known, and not of one more", () => {
  const frames = new FrameTimes();
  expect([frames.last, frames.slowest]).toEqual([0, 0]);
  frames.note(50);
  for (let count = 1; count < 100; count += 1) frames.note(2);
  expect([frames.last, frames.slowest]).toEqual([2, 50]);
  frames.note(2);
  expect(frames.slowest).toBe(2);
});
