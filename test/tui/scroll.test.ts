import { describe, expect, test } from "vitest";
import {
  type Conversation,
  emptyConversation,
  withNotice,
  withPage,
  withPending,
  withSaid,
} from "../../src/tui/conversation.ts";
import { linesMax } from "../../src/tui/conversation-lines.ts";
import type { Line } from "../../src/tui/line.ts";
import { LineList } from "../../src/tui/line-list.ts";
import { messageColumns } from "../../src/tui/message-context.ts";
import {
  type MessagePane,
  pointedAt,
  scrolledBy,
  scrolledToBottom,
  scrolledToTop,
  visibleRows,
  wantsPast,
} from "../../src/tui/scroll.ts";
import { themeFor } from "../../src/tui/theme.ts";
import { entry, someTime } from "../support/fake-client.ts";
import { SeededRandom } from "../support/random.ts";
import { utcTimeFormat } from "../support/view.ts";

const rows = 10;

function pane(conversation: Conversation, columns = 60): MessagePane {
  return {
    conversation,
    room: "#lobby",
    rows,
    context: {
      at: messageColumns(columns),
      theme: themeFor(false),
      timeFormat: utcTimeFormat,
      ownNick: "alice",
    },
  };
}

/** The texts that are seen, one a row. */
function seen(conversation: Conversation, columns?: number): string[] {
  return visibleRows(pane(conversation, columns)).map((row) => row.at(-1)?.text.trim() ?? "");
}

test("the day is written once, above the first line the server has dated, however clocks differ", () => {
  const twoDays = 2 * 86_400_000;
  let conversation = withNotice(log(1, 1, false), "bob joined", someTime - twoDays);
  conversation = withSaid(conversation, entry(2, "line 2"), false);
  expect(seen(conversation)).toEqual([
    "-- beginning of #lobby",
    expect.stringContaining("Fri 20 Nov 2026"),
    "line 1",
    "bob joined",
    "line 2",
  ]);
});

function log(from: number, to: number, hasMore = true): Conversation {
  const entries = Array.from({ length: to - from + 1 }, (_, index) =>
    entry(from + index, `line ${from + index}`),
  );
  return withPage(emptyConversation, { entries, damaged: [], hasMore }, "alice");
}

function said(
  conversation: Conversation,
  sequence: number,
  text = `line ${sequence}`,
): Conversation {
  return withSaid(conversation, entry(sequence, text), false);
}

describe("a conversation that fits", () => {
  test("is seen from its beginning and does not scroll", () => {
    const short = log(1, 3, false);
    expect(seen(short)).toEqual([
      "-- beginning of #lobby",
      expect.stringContaining("Fri 20 Nov 2026"),
      "line 1",
      "line 2",
      "line 3",
    ]);
    expect(scrolledBy(pane(short), -5).anchor).toBeUndefined();
    expect(scrolledToTop(pane(short)).anchor).toBeUndefined();
  });
});

describe("a longer conversation", () => {
  test("follows its newest line", () => {
    expect(seen(said(log(1, 50), 51)).at(-1)).toBe("line 51");
    expect(seen(log(1, 50))).toHaveLength(rows);
  });

  test("scrolls by rows up to the beginning and down to the newest line again", () => {
    const up = scrolledBy(pane(log(1, 50, false)), -9);
    expect(seen(up).at(-1)).toBe("line 41");
    const top = scrolledBy(pane(up), -1_000);
    expect(seen(top)[0]).toBe("-- beginning of #lobby");
    expect(seen(top)).toHaveLength(rows);
    expect(seen(scrolledBy(pane(top), -1))).toEqual(seen(top));
    expect(scrolledBy(pane(top), 1_000).anchor).toBeUndefined();
    expect(seen(scrolledToTop(pane(up)))).toEqual(seen(top));
  });

  test("stays where it is read while lines come above and below", () => {
    const up = scrolledBy(pane(log(101, 150)), -20);
    const before = seen(up);
    const older = Array.from({ length: 100 }, (_, index) => entry(index + 1, `line ${index + 1}`));
    const later = withPage(up, { entries: older, damaged: [], hasMore: false }, "alice");
    const noticed = withNotice(said(said(later, 151), 152), "carol joined", someTime);
    expect(seen(noticed)).toEqual(before);
    expect(noticed.newBelow).toBe(3);
    expect(scrolledToBottom(noticed)).toMatchObject({ anchor: undefined, newBelow: 0 });
  });

  test("stays at an own line that gets its place in the log", () => {
    let conversation = log(1, 50);
    for (let index = 0; index < 20; index += 1) {
      conversation = withPending(conversation, {
        id: `own-${index}`,
        text: `own ${index}`,
        at: someTime,
      });
    }
    const up = scrolledBy(pane(conversation), -15);
    expect(seen(up).at(-1)).toMatch(/…$|own 4/);
    const stored = withSaid(up, entry(51, "own 0", { id: "own-0", author: "alice" }), true);
    expect(stored.anchor).toEqual(up.anchor);
    expect(visibleRows(pane(stored))).toHaveLength(rows);
  });

  test("keeps the line that is read at the bottom when the width changes", () => {
    const long = said(log(1, 50), 51, "word ".repeat(100).trim());
    const up = scrolledBy(pane(said(said(long, 52), 53), 120), -3);
    expect(up.anchor?.key).toBe("mid-51");
    for (const columns of [40, 60, 200]) {
      expect(seen(up, columns).at(-1)).toMatch(/^(word|…)/);
    }
  });

  test("goes to the oldest line when the one that was read has been dropped", () => {
    const lost = { ...log(1, 50), anchor: { key: "gone", below: 0 } };
    expect(visibleRows(pane(lost)).length).toBeGreaterThan(0);
  });
});

describe("the past", () => {
  test("is wanted when less than a screen is above, and only once at a time", () => {
    expect(wantsPast(pane(emptyConversation))).toBe(true);
    expect(wantsPast(pane(log(1, 50)))).toBe(false);
    const up = scrolledBy(pane(log(1, 50)), -35);
    expect(wantsPast(pane(up))).toBe(true);
    expect(wantsPast(pane({ ...up, past: "loading" }))).toBe(false);
    expect(wantsPast(pane({ ...up, past: "complete" }))).toBe(false);
  });

  test("is told about in the first row", () => {
    const top = (past: Conversation["past"]) =>
      seen(scrolledToTop(pane({ ...log(1, 50), past })))[0];
    expect(top("loading")).toBe("-- loading…");
    const rest = scrolledToTop(pane({ ...log(4_701, 4_750), past: "loading" }));
    expect(seen(rest)[0]).toBe("-- loading… at most 4,700 older lines");
    expect(top("more")).toBe("-- older lines: scroll up");
    expect(top("complete")).toBe("-- beginning of #lobby");
  });
});

test("scrolling up and down again by the same rows gives the same view", () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = new SeededRandom(seed);
    let conversation = log(1, 5);
    for (let sequence = 6; sequence < 60; sequence += 1) {
      conversation = said(conversation, sequence, "words of text ".repeat(random.between(1, 12)));
    }
    conversation = scrolledBy(pane(conversation), -random.between(20, 40));
    const before = seen(conversation);
    const by = random.between(1, 15);
    const back = scrolledBy(pane(scrolledBy(pane(conversation), -by)), by);
    expect(seen(back), `seed ${seed}`).toEqual(before);
  }
});

describe("work", () => {
  /** 100,000 lines, and how often the text of one was looked at. */
  function longLog() {
    const work = { reads: 0 };
    const lines = Array.from({ length: 100_000 }, (_, index): Line => {
      const body = {
        type: "message",
        get text() {
          work.reads += 1;
          return `line ${index + 1} of a long log with some words in it`;
        },
      } as const;
      const said = { ...entry(index + 1, ""), body };
      return { type: "said", key: `m${index + 1}`, entry: said, isOwn: false };
    });
    const conversation = {
      ...emptyConversation,
      lines: new LineList(lines),
      past: "more",
    } as const;
    return { work, conversation };
  }

  test("is that of what is near the view, however long the conversation is", () => {
    const { work, conversation } = longLog();
    const cost = (what: () => unknown) => {
      work.reads = 0;
      what();
      return work.reads;
    };
    let seenNow: Conversation = conversation;
    expect(cost(() => visibleRows(pane(seenNow)))).toBeLessThan(4 * rows);
    for (let page = 0; page < 20; page += 1) {
      const scroll = () => {
        seenNow = scrolledBy(pane(seenNow), -(rows - 1));
        wantsPast(pane(seenNow));
        visibleRows(pane(seenNow));
      };
      expect(cost(scroll)).toBeLessThan(10 * rows);
    }
    expect(
      cost(() => visibleRows(pane(seenNow, 47))),
      "another width",
    ).toBeLessThan(4 * rows);
    expect(
      cost(() => pointedAt(pane(seenNow), 50_000)),
      "a jump",
    ).toBeLessThan(10 * rows);
    expect(
      cost(() => scrolledToTop(pane(seenNow))),
      "the top",
    ).toBeLessThan(10 * rows);
  });

  test("of a line that comes is none while it is not drawn", () => {
    const { work, conversation } = longLog();
    work.reads = 0;
    let grown: Conversation = conversation;
    for (let sequence = 1; sequence <= 100; sequence += 1) {
      grown = withSaid(grown, entry(100_000 + sequence, "more"), false);
      wantsPast(pane(grown));
    }
    // What is dropped at the other end is measured once.
    expect(work.reads).toBeLessThanOrEqual(100_000);
    expect(grown.lines.length).toBe(linesMax);
    work.reads = 0;
    withSaid(grown, entry(100_101, "more"), false);
    expect(work.reads).toBe(1);
  });
});
