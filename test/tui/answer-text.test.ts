import { describe, expect, test } from "vitest";
import { answerText, unreadRef } from "../../src/tui/answer-text.ts";
import type { TimeFormat } from "../../src/tui/time-format.ts";

const timeFormat: TimeFormat = { time: () => "09:31", date: () => "Fri 20 Nov 2026" };

const summary = { kind: "public", topic: "", memberCount: 2, lastSequence: 9 } as const;
const rooms = {
  type: "rooms",
  hasMore: false,
  rooms: [
    { ...summary, room: "&V1StGXR8_Z5jdHi6B-myT", read: { sequence: 1, unread: 1, mentions: 0 } },
    { ...summary, room: "dev", read: { sequence: 1, unread: 3, mentions: 1 } },
    { ...summary, room: "lobby", read: { sequence: 9, unread: 0, mentions: 0 } },
    { ...summary, room: "ops" },
  ],
} as const;

describe("answers in words", () => {
  test("of the rooms only those with something unread, when that was asked", () => {
    const question = { type: "rooms" } as const;
    expect(answerText({ ref: unreadRef, question, answer: rooms }, timeFormat)).toEqual([
      "(private) &V1StGXR8_Z5jdHi6B-myT  1 unread",
      "#dev  3 unread, 1 for you",
    ]);
    const nothing = { ...rooms, rooms: [] };
    expect(answerText({ ref: unreadRef, question, answer: nothing }, timeFormat)).toEqual([
      "everything is read",
    ]);
    expect(answerText({ question, answer: rooms }, timeFormat)).toHaveLength(4);
  });

  test("whois shows the profile", () => {
    const answer = {
      type: "who",
      ...{ nick: "anna", person: "p", presence: "online" as const, rooms: [] },
      profile: { name: "Anna Berg", role: "desk 4", text: "" },
    } as const;
    expect(answerText({ question: { type: "who", nick: "anna" }, answer }, timeFormat)).toEqual([
      "anna: registered",
      "Anna Berg, desk 4",
      "online",
    ]);
    const { profile: _profile, ...plain } = answer;
    const shared = {
      ...plain,
      rooms: ["lobby", "&V1StGXR8_Z5jdHi6B-myT", "&hX9kq2LmW0pZrT8vYc4Ns"],
    };
    const question = { type: "who", nick: "anna" } as const;
    expect(answerText({ question, answer: shared }, timeFormat).at(-1)).toBe(
      "with you in #lobby, a private chat",
    );
  });

  test("an invitation to register is told with how it is used", () => {
    const question = { type: "make-registration", uses: 1, durationMs: 1 } as const;
    const answer = { type: "registration", invitation: "secret" } as const;
    expect(answerText({ question, answer }, timeFormat)).toEqual([
      "hand this on: /register NICK secret",
    ]);
    const open = { type: "registrations", registrations: [{ by: "anna", uses: 2, until: 1 }] };
    const asked = { question: { type: "registrations" }, answer: open } as const;
    expect(answerText(asked as Parameters<typeof answerText>[0], timeFormat)).toEqual([
      "anna invites 2 persons to register, until Fri 20 Nov 2026 09:31",
    ]);
  });

  test("what a room forgets is said before it is gone", () => {
    const answer = { type: "done" } as const;
    const retention = { ageMs: 30 * 86_400_000, bytesMax: 1_000_000_000 };
    const question = { type: "configure", room: "dev", retention } as const;
    expect(answerText({ question, answer }, timeFormat)).toEqual([
      "#dev forgets what is older than 30 days and what is more than 1.0 GB, for ever",
    ]);
    const all = { ...question, retention: {} };
    expect(answerText({ question: all, answer }, timeFormat)).toEqual(["#dev keeps everything"]);
  });
});
