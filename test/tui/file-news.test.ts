import { describe, expect, test } from "vitest";
import type { ClientEvent } from "../../src/room/client-port.ts";
import type { Transfer, TransferState } from "../../src/room/files/file-port.ts";
import type { LogEntry } from "../../src/room/log-entry.ts";
import {
  type CommandAction,
  type CommandContext,
  commandAction,
} from "../../src/tui/command-action.ts";
import {
  type FileNews,
  noFileNews,
  offersMax,
  takersMax,
  transfersMax,
  withFileNews,
  withOffers,
} from "../../src/tui/file-news.ts";
import { durationText, percentOf, transferText } from "../../src/tui/file-text.ts";

const running = { type: "running", path: { type: "direct", address: "10.0.0.5" } } as const;

function transfer(state: TransferState, change: Partial<Transfer> = {}, id = "offer"): Transfer {
  const offer = { id, name: "tea.pdf", kind: "file", fileCount: 1, bytes: 2_048 } as const;
  return {
    ...{ offer, direction: "receive", state, bytes: 1_024, bytesPerSecond: 512, leftMs: 2_000 },
    ...{ peerCount: 1, ...change },
  };
}

function offered(sequence: number, person = "anna"): ClientEvent {
  const device = "A".repeat(43);
  const body = { type: "offer", name: `file ${sequence}`, fileCount: 1, bytes: 9, device } as const;
  const entry: LogEntry = {
    ...{ sequence, id: `id-${sequence}`, sentAt: 0, ordinal: sequence },
    ...{ author: { person, nick: person }, body },
  };
  return { type: "said", room: "dev", entry, isOwn: false };
}

/** What is known, and what was said, after these events. */
function known(events: readonly ClientEvent[]): { news: FileNews; texts: string[] } {
  const texts: string[] = [];
  let news = noFileNews;
  for (const event of events) {
    news = withOffers(news, event, "ben");
    if (event.type !== "transfer" && event.type !== "taking") continue;
    const step = withFileNews(news, event);
    news = step.news;
    if (step.text !== undefined) texts.push(step.text);
  }
  return { news, texts };
}

function taking(nick: string, state: "active" | "done" | "ended" | "declined"): ClientEvent {
  return { type: "taking", offer: "id-1", nick, state, bytes: 0 };
}

describe("what people are told of files", () => {
  test("is each state once, however often progress comes", () => {
    const states: TransferState[] = [
      { type: "waiting" },
      running,
      running,
      { type: "paused", reason: "disk-full" },
      { type: "running", path: { type: "relayed" } },
      { type: "received", path: "/in/tea.pdf" },
    ];
    const { texts } = known(
      states.map((state) => ({ type: "transfer", transfer: transfer(state) })),
    );
    expect(texts).toHaveLength(5);
    expect(texts.join("\n")).toMatch(/waiting.*direct 10\.0\.0\.5.*disk is full.*server.*\/in/s);
  });

  test("is who takes ours, by its name, and how it ended", () => {
    const { texts } = known([
      offered(1, "ben"),
      taking("cleo", "active"),
      taking("cleo", "active"),
      taking("cleo", "done"),
      taking("cleo", "ended"),
      taking("dave", "declined"),
    ]);
    expect(texts).toEqual([
      "cleo takes file 1",
      "cleo has received file 1",
      "dave does not want file 1",
    ]);
  });

  test("is a line for each with how much, how fast and how long", () => {
    const line = transferText(transfer(running));
    for (const part of ["tea.pdf", "50 %", "2.0 kB", "512 B/s", "2 s", "direct 10.0.0.5"]) {
      expect(line).toContain(part);
    }
    expect(percentOf(transfer(running, { bytes: 2_048 }))).toBe(99);
    expect(percentOf(transfer({ type: "received", path: "x" }))).toBe(100);
    expect([0, 59_001, 3_600_000, 5_430_000].map(durationText)).toEqual([
      "0 s",
      "1 min",
      "1 h 0 min",
      "1 h 31 min",
    ]);
  });
});

describe("what is kept of files", () => {
  test(`is ${transfersMax} transfers, of which the oldest that is over goes first`, () => {
    const first = transfer(running, {}, "first");
    const over = transfer({ type: "cancelled" }, {}, "over");
    const others = Array.from({ length: transfersMax - 1 }, (_, index) =>
      transfer(running, {}, `other-${index}`),
    );
    const events = [first, over, ...others].map(
      (each) => ({ type: "transfer", transfer: each }) as const,
    );
    const ids = known(events).news.transfers.map(({ offer }) => offer.id);
    expect(ids).toHaveLength(transfersMax);
    expect(ids).toContain("first");
    expect(ids).not.toContain("over");
  });

  test(`is ${offersMax} offers, each once, and ${takersMax} takers`, () => {
    const offers = Array.from({ length: offersMax + 1 }, (_, index) => offered(index + 1));
    const takers = Array.from({ length: takersMax + 1 }, (_, index) =>
      taking(`n${index}`, "active"),
    );
    const { news } = known([...offers, offered(offersMax + 1), ...takers]);
    expect(news.offers).toHaveLength(offersMax);
    expect(news.offers[0]?.id).toBe("id-2");
    expect(news.takers.size).toBe(takersMax);
  });
});

describe("commands about files", () => {
  const { news } = known([
    offered(1),
    offered(2, "cleo"),
    offered(3, "ben"),
    { type: "transfer", transfer: transfer(running, {}, "id-9") },
  ]);
  const context: CommandContext = {
    room: "dev",
    state: undefined,
    asked: [],
    files: news,
    lastLine: () => undefined,
    line: () => undefined,
  };
  const act = (
    name: Parameters<typeof commandAction>[0],
    arg: string,
    change = {},
  ): CommandAction => commandAction(name, arg, { ...context, ...change });

  test.each([
    ["send", "ann /tmp/a b.txt", { type: "offer", to: { nick: "ann" }, path: "/tmp/a b.txt" }],
    [
      "send",
      '#Dev "C:\\My files\\x"',
      { type: "offer", to: { room: "dev" }, path: "C:\\My files\\x" },
    ],
    ["accept", "", { type: "accept", offer: "id-2" }],
    ["accept", "anna", { type: "accept", offer: "id-1" }],
    ["accept", "#1", { type: "accept", offer: "id-1" }],
    ["decline", "2", { type: "decline", offer: "id-2" }],
    ["pause", "", { type: "pause", offer: "id-9" }],
    ["resume", "TEA", { type: "resume", offer: "id-9" }],
    ["cancel", "3", { type: "cancel", offer: "id-3" }],
  ] as const)("/%s %s", (name, arg, action) => {
    expect(act(name, arg)).toEqual({ type: "file", action });
  });

  test("accept takes the files of a private chat that is asked for, and agrees to it without any", () => {
    const asked = [{ room: "&chat", by: "dora" }];
    expect(act("accept", "", { asked })).toMatchObject({
      type: "ask",
      question: { room: "&chat" },
    });
    const offer = {
      ...{ id: "id-7", sequence: 1, name: "tea", fileCount: 1, bytes: 1, device: "A".repeat(43) },
    };
    const event = {
      type: "asked",
      room: "&chat",
      by: "dora",
      persons: [],
      until: 9,
      offer,
    } as const;
    const files = withOffers(news, event, "ben");
    const accepted = { type: "file", action: { type: "accept", offer: "id-7" } };
    expect(act("accept", "dora", { asked, files })).toEqual(accepted);
    expect(act("decline", "", { asked, files })).toMatchObject({
      question: { type: "answer", isAccepted: false },
    });
  });

  test.each([
    ["send", "ann"],
    ["accept", "nobody"],
    ["cancel", "nothing"],
  ] as const)("/%s %s is refused", (name, arg) => {
    expect(act(name, arg).type).toBe("refused");
  });

  test("transfers are listed", () => {
    expect(act("transfers", "")).toMatchObject({
      type: "print",
      lines: [expect.stringContaining("tea")],
    });
    expect(act("transfers", "", { files: noFileNews })).toMatchObject({
      lines: [expect.any(String)],
    });
  });
});
