import { expect, test } from "vitest";
import type { ClientEvent } from "../../src/room/client-port.ts";
import {
  isPoor,
  type LinkState,
  linkAfter,
  noLink,
  qualitySentence,
  qualityText,
} from "../../src/tui/link-state.ts";
import { joiningView } from "../support/view.ts";

function after(...events: readonly ClientEvent[]): LinkState {
  return events.reduce(linkAfter, noLink);
}

const open = { type: "connection", state: "open", attempt: 1 } as const;
const link = { type: "link", rttMs: 2, lossShare: 0 } as const;

test.each([
  [0.3, 0, "<1 ms", "<1 ms there and back", false],
  [149.4, 0.02, "149 ms, 2 % lost", "149 ms there and back, 2 % lost", false],
  [150, 0, "150 ms", "150 ms there and back: that is poor", true],
  [2, 0.03, "2 ms, 3 % lost", "2 ms there and back, 3 % lost: that is poor", true],
])("a way of %s ms that loses %s is said as it is", (rttMs, lossShare, text, sentence, poor) => {
  const quality = { rttMs, lossShare };
  expect(qualityText(quality)).toBe(text);
  expect(qualitySentence(quality)).toBe(sentence);
  expect(isPoor(quality)).toBe(poor);
});

test("losses of the connection are counted once each, and the way is unknown again after one", () => {
  const lost = { type: "connection", state: "reconnecting", attempt: 1 } as const;
  expect(after(open, link).quality).toEqual({ rttMs: 2, lossShare: 0 });
  const twice = after(open, link, lost, { ...lost, attempt: 2 }, open, lost);
  expect(twice).toMatchObject({ quality: undefined, lossCount: 2 });
  expect(linkAfter(twice, { type: "connection", state: "connecting", attempt: 1 })).toEqual(noLink);
});

test("the title and /status say how the way is, with another mark when it is poor", () => {
  const run = joiningView({ size: { columns: 100, rows: 24 } }).enter();
  expect(run.client(link).text()).toContain("● lab · open, 2 ms · F1");
  run.client({ type: "link", rttMs: 180, lossShare: 0.04 });
  expect(run.text()).toContain("◐ lab · open, 180 ms, 4 % lost · F1");
  run.type("/status").keys("enter");
  expect(run.text()).toContain("connected to lab, 180 ms there and back, 4 %");
  run.client({ type: "connection", state: "reconnecting", attempt: 1 });
  expect(run.text()).not.toContain("180 ms, 4 % lost · F1");
});
