import { expect, test } from "vitest";
import { FramePace, floodFrameMs, floodNewsMin, frameMs } from "../../src/tui/frame-pace.ts";

/** A frame at 1,000 with so much news in it. */
function drawnWith(newsCount: number): FramePace {
  const pace = new FramePace();
  for (let count = 0; count < newsCount; count += 1) pace.handleNews();
  pace.handleDrawn(1_000);
  return pace;
}

test("the first news is drawn at once", () => {
  expect(new FramePace().nextAt).toBe(0);
});

test("what can be read is drawn 30 times a second", () => {
  expect(drawnWith(0).nextAt).toBe(1_000 + frameMs);
  expect(drawnWith(floodNewsMin - 1).nextAt).toBe(1_000 + frameMs);
});

test("what is too much to be read is drawn half as often, as long as it is", () => {
  const pace = drawnWith(floodNewsMin);
  expect(pace.nextAt).toBe(1_000 + floodFrameMs);
  pace.handleNews();
  pace.handleDrawn(2_000);
  expect(pace.nextAt).toBe(2_000 + frameMs);
});
