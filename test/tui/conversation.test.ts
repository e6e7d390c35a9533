import { describe, expect, test } from "vitest";
import type { LogEntry } from "../../src/room/log-entry.ts";
import {
  type Conversation,
  canAskPast,
  cleared,
  emptyConversation,
  withDamaged,
  withFailed,
  withLoading,
  withNotice,
  withPage,
  withPastWelcome,
  withPending,
  withSaid,
  withStored,
} from "../../src/tui/conversation.ts";
import { linesMax, unitsMax } from "../../src/tui/conversation-lines.ts";
import { type Line, lineSequence } from "../../src/tui/line.ts";
import { entry, someTime } from "../support/fake-client.ts";
import { personOf } from "../support/log-entries.ts";
import { SeededRandom } from "../support/random.ts";

function page(entries: readonly LogEntry[], hasMore = true) {
  return { entries, damaged: [], hasMore };
}

function range(from: number, to: number): LogEntry[] {
  return Array.from({ length: to - from + 1 }, (_, index) =>
    entry(from + index, `t${from + index}`),
  );
}

function said(conversation: Conversation, ...sequences: number[]): Conversation {
  return sequences.reduce(
    (all, sequence) => withSaid(all, entry(sequence, `t${sequence}`), false),
    conversation,
  );
}

function shape(conversation: Conversation): string {
  const words = (line: Line) => {
    if (line.type === "damaged") return `${line.range.from}-${line.range.to}`;
    if (line.type === "notice" || line.type === "failed") return line.text;
    return String(lineSequence(line));
  };
  return [...conversation.lines].map(words).join(" ");
}

describe("own lines", () => {
  const waiting = withPending(emptyConversation, { id: "own", text: "hi", at: someTime });

  test("wait below everything that others say meanwhile", () => {
    const later = said(waiting, 1);
    expect(shape(later)).toBe("1");
    expect(later.pending.map(({ id }) => id)).toEqual(["own"]);
  });

  test("are marked when stored and take their place in the log when told, with the same key", () => {
    const stored = withStored(said(waiting, 1), "own");
    expect(stored.pending[0]).toMatchObject({ isStored: true });
    const told = withSaid(stored, entry(2, "hi", { id: "own" }), true);
    expect(told.pending).toEqual([]);
    expect(shape(told)).toBe("1 2");
    expect(told.lines.at(1)?.key).toBe(waiting.pending[0]?.key);
  });

  test("are not doubled when a page of the past brings them first", () => {
    const paged = withPage(
      waiting,
      page([entry(1, "hi", { id: "own", author: "alice" })]),
      personOf("alice"),
    );
    expect(paged.pending).toEqual([]);
    expect(paged.lines.slice()).toMatchObject([{ type: "said", isOwn: true }]);
    const told = withSaid(paged, entry(1, "hi", { id: "own" }), true);
    expect(shape(told)).toBe("1");
  });

  test("are not doubled when they are told to be pending twice", () => {
    const twice = withPending(waiting, { id: "own", text: "hi", at: someTime });
    expect(twice.pending).toHaveLength(1);
  });

  test("of an earlier visit do not wait where they are remembered as said", () => {
    const told = withSaid(emptyConversation, entry(1, "hi", { id: "own" }), true);
    expect(withPending(told, { id: "own", text: "hi", at: someTime })).toBe(told);
  });

  test("become a failed line with the reason when refused", () => {
    const failed = withFailed(waiting, {
      id: "own",
      body: { type: "message", text: "hi" },
      text: "hi",
      at: someTime,
      reason: "too long",
    });
    expect(failed.pending).toEqual([]);
    expect(failed.lines.slice()).toMatchObject([
      { type: "failed", text: "hi", reason: "too long" },
    ]);
  });
});

describe("pages of the past", () => {
  test("come before what is there, and before notices at the start", () => {
    const noticed = withNotice(emptyConversation, "carol-joined", someTime);
    const live = said(noticed, 6, 7);
    expect(shape(withPage(live, page(range(3, 5)), "alice"))).toBe("3 4 5 carol-joined 6 7");
  });

  test("keep notices between the lines where they happened", () => {
    const live = said(withNotice(said(emptyConversation, 6), "x", someTime), 7);
    const noticed = withNotice(live, "y", someTime);
    expect(shape(withPage(noticed, page(range(4, 5)), "alice"))).toBe("4 5 6 x 7 y");
  });

  test("merge without doubles in whatever order pages and lines come", () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = new SeededRandom(seed);
      let conversation = said(emptyConversation, 100);
      let oldest = 100;
      let newest = 100;
      const steps = [
        () => {
          newest += 1;
          conversation = said(conversation, newest);
        },
        () => {
          const from = Math.max(1, oldest - random.between(1, 9));
          const to = Math.min(newest, oldest + random.between(-1, 9));
          conversation = withPage(conversation, page(range(from, to)), "alice");
          oldest = from;
        },
        () => {
          conversation = withNotice(conversation, "n", someTime);
        },
        () => {
          conversation = said(conversation, random.between(oldest, newest));
        },
      ];
      for (let step = 0; step < 40; step += 1) random.pick(steps)();
      const sequences = [...conversation.lines]
        .map(lineSequence)
        .filter((value) => value !== undefined);
      expect(sequences, `seed ${seed}`).toEqual(
        range(oldest, newest).map(({ sequence }) => sequence),
      );
    }
  });

  test("that no longer touch what is here are not taken, and can be asked for again", () => {
    const live = { ...said(emptyConversation, 60, 61), past: "loading" as const };
    const gap = withPage(live, page(range(1, 58)), "alice");
    expect(shape(gap)).toBe("60 61");
    expect(canAskPast(gap)).toBe(true);
  });

  test("end at the first line of the room", () => {
    const first = withPage(emptyConversation, page(range(1, 3), false), "alice");
    expect(first.past).toBe("complete");
    expect(canAskPast(first)).toBe(false);
  });

  test("end when a page is empty, whatever it claims", () => {
    expect(withPage(emptyConversation, page([], true), "alice").past).toBe("complete");
  });

  test("are asked for once at a time, and again when the question failed", () => {
    const loading = withLoading(emptyConversation, true);
    expect(canAskPast(loading)).toBe(false);
    expect(canAskPast(withLoading(loading, false))).toBe(true);
  });

  test("stay away after the screen was cleared, until they are wanted again", () => {
    const empty = cleared(withPage(emptyConversation, page(range(1, 3), false), "alice"));
    expect(empty.lines).toHaveLength(0);
    expect(canAskPast(empty)).toBe(false);
    expect(canAskPast(withPastWelcome(empty))).toBe(true);
  });
});

describe("damaged ranges", () => {
  test("stand where the lines would be, once", () => {
    const live = withDamaged(said(emptyConversation, 5), { from: 6, to: 9 });
    const again = withDamaged(said(live, 10), { from: 6, to: 9 });
    expect(shape(again)).toBe("5 6-9 10");
  });

  test("told in parts by two pages become one", () => {
    const second = withPage(
      emptyConversation,
      { entries: range(9, 10), damaged: [{ from: 6, to: 8 }], hasMore: true },
      personOf("alice"),
    );
    const first = withPage(
      second,
      { entries: range(1, 2), damaged: [{ from: 3, to: 5 }], hasMore: false },
      personOf("alice"),
    );
    expect(shape(first)).toBe("1 2 3-8 9 10");
  });
});

describe("limits", () => {
  test(`${linesMax} lines are kept; with one more the oldest goes and can be asked for again`, () => {
    const full: Conversation = {
      ...withPage(emptyConversation, page(range(1, linesMax), false), "alice"),
    };
    expect(full.lines).toHaveLength(linesMax);
    expect(full.past).toBe("complete");
    const over = said(full, linesMax + 1);
    expect(over.lines).toHaveLength(linesMax);
    expect(lineSequence(over.lines.at(0)!)).toBe(2);
    expect(over.past).toBe("more");
    expect(canAskPast(over), "a full conversation asks for nothing").toBe(false);
  });

  test("text up to the limit is kept; one unit more and the oldest line goes", () => {
    const half = "x".repeat(unitsMax / 2);
    const full = withSaid(
      withSaid(emptyConversation, entry(1, half), false),
      entry(2, half),
      false,
    );
    expect(shape(full)).toBe("1 2");
    expect(shape(withSaid(full, entry(3, "x"), false))).toBe("2 3");
  });

  test("the newest line is kept however large it is", () => {
    const huge = withSaid(emptyConversation, entry(1, "x".repeat(unitsMax + 1)), false);
    expect(shape(huge)).toBe("1");
  });
});
