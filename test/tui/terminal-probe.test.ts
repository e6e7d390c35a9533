import { describe, expect, test } from "vitest";
import {
  drawnForm,
  TerminalProbe,
  unknownFacts,
  type WideKind,
} from "../../src/tui/terminal-probe.ts";
import type { TerminalReply } from "../../src/tui/terminal-reply.ts";

function cursor(column: number): TerminalReply {
  return { type: "reply", about: "cursor", column };
}

const kind: TerminalReply = { type: "reply", about: "kind" };
const dark: TerminalReply = { type: "reply", about: "background", rgb: [1, 2, 3] };

/** A probe that has asked and was told that the samples took so many cells. */
function probeWith(...columns: number[]): TerminalProbe {
  const probe = new TerminalProbe();
  probe.question();
  for (const column of columns) probe.handleReply(cursor(column));
  return probe;
}

describe("the probe of a terminal", () => {
  test("asks for each sample's width and leaves no trace of it", () => {
    const question = new TerminalProbe().question();
    expect(question.split("\x1b[6n")).toHaveLength(6);
    expect(question).toContain("\x1b[2K");
    expect(question.endsWith("\x1b[c")).toBe(true);
  });

  test("believes what a terminal answers that draws everything as we think", () => {
    const probe = probeWith(2, 2, 2, 2, 1);
    expect(probe.facts.wideKinds).toEqual(new Set());
    expect(probe.handleReply(dark)).toBe(true);
    expect(probe.handleReply({ type: "reply", about: "mode", mode: 2026, isKnown: true })).toBe(
      true,
    );
    expect(probe.facts).toEqual({
      wideKinds: new Set(),
      isSynchronised: true,
      background: [1, 2, 3],
    });
  });

  test("finds what is drawn wider, and does not mind what is narrower", () => {
    expect(probeWith(1, 4, 6, 4, 2).facts.wideKinds).toEqual(
      new Set(["skinTone", "joined", "flag", "ambiguous"]),
    );
    expect(probeWith(1, 1, 1, 1, 1).facts.wideKinds).toEqual(new Set());
  });

  test("believes nothing unasked, after the last answer, or beyond the last sample", () => {
    const probe = new TerminalProbe();
    expect(probe.handleReply(dark)).toBe(false);
    probe.question();
    for (let count = 0; count < 5; count += 1) probe.handleReply(cursor(1));
    expect(probe.handleReply(cursor(9))).toBe(false);
    expect(probe.handleReply({ type: "reply", about: "mode", mode: 4, isKnown: true })).toBe(false);
    probe.handleReply(kind);
    expect(probe.handleReply(dark)).toBe(false);
    expect(probe.facts).toEqual(unknownFacts);
  });
});

describe("a grapheme is drawn", () => {
  const all: ReadonlySet<WideKind> = new Set(["emoji", "skinTone", "joined", "flag", "ambiguous"]);

  test.each([
    ["👩‍👩‍👧", "👩"],
    ["👍🏽", "👍"],
    ["👩🏽‍🚀", "👩"],
    ["🏽", "🏽"],
    ["🇩🇪", "DE"],
    ["│", "|"],
    ["a", "a"],
    ["क्‍ष", "क्‍ष"],
  ])("as %s as %s where it would be too wide", (grapheme, drawn) => {
    expect(drawnForm(grapheme, all)).toBe(drawn);
    expect(drawnForm(grapheme, new Set())).toBe(grapheme);
  });
});
