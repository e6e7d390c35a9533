import { describe, expect, test } from "vitest";
import { editsMax, reactionEmojisMax, reactionsMax } from "../../src/room/limits.ts";
import type { EntryBody, LogEntry } from "../../src/room/log-entry.ts";
import { type ChangingBody, changedBy, changeProblem } from "../../src/room/overlay.ts";

const anna = { person: "anna-id", nick: "anna" };
const ben = { person: "ben-id", nick: "ben" };

function entry(sequence: number, body: EntryBody, author = anna): LogEntry {
  return { sequence, id: `id-${sequence}`, sentAt: sequence * 10, ordinal: 1, author, body };
}

function message(text = "hello"): LogEntry {
  return entry(1, { type: "message", text, mentions: ["cleo-id"] });
}

function problem(target: LogEntry | undefined, body: ChangingBody, isForOwn = true) {
  return changeProblem(target, body, { person: "anna-id", isForOwn });
}

function react(sequence: number, person: string, emoji = "👍", isOn = true): LogEntry {
  return entry(sequence, { type: "react", target: 1, emoji, isOn }, { person, nick: person });
}

describe("an edit", () => {
  test("puts its text and its mentions into the message", () => {
    const edited = changedBy(message(), entry(2, { type: "edit", target: 1, text: "bye" }));
    expect(edited.body).toEqual({ type: "message", text: "bye" });
    expect(edited.edited).toEqual({ at: 20, sequences: [2] });
  });

  test("that comes twice, or after a later one, changes nothing", () => {
    const late = entry(3, { type: "edit", target: 1, text: "late" });
    const early = entry(2, { type: "edit", target: 1, text: "early" });
    const edited = changedBy(message(), late);
    expect(changedBy(changedBy(edited, early), late)).toEqual(edited);
  });

  test(`is one of ${editsMax} and not one more`, () => {
    const body = { type: "edit", target: 1, text: "x" } as const;
    let target = message();
    for (let edit = 1; edit <= editsMax; edit += 1) {
      expect(problem(target, body)).toBeUndefined();
      target = changedBy(target, entry(1 + edit, body));
    }
    expect(problem(target, body)).toBe("target-full");
  });

  test("is for a message that is there, and of that person", () => {
    const body = { type: "edit", target: 1, text: "x" } as const;
    const deleted = changedBy(message(), entry(2, { type: "delete", target: 1 }));
    expect(problem(undefined, body)).toBe("target-missing");
    expect(problem(deleted, body)).toBe("target-missing");
    expect(problem(entry(1, { type: "topic", text: "t" }), body)).toBe("target-missing");
    expect(problem(entry(1, { type: "message", text: "t" }, ben), body)).toBe("target-foreign");
    expect(problem(entry(1, { type: "message", text: "t" }, ben), body, false)).toBeUndefined();
  });
});

describe("a delete", () => {
  test("leaves the place in the log and who took the text away", () => {
    const liked = changedBy(message("secret"), react(2, "ben-id"));
    const deleted = changedBy(liked, entry(3, { type: "delete", target: 1, reason: "spam" }, ben));
    expect(deleted).toEqual({ ...message(), body: { type: "deleted", by: "ben", reason: "spam" } });
    expect(changedBy(deleted, react(4, "ben-id"))).toBe(deleted);
  });
});

describe("a reaction", () => {
  test("is counted once for each person, and taken back", () => {
    let target = changedBy(message(), react(2, "ben-id"));
    target = changedBy(target, react(3, "ben-id"));
    target = changedBy(target, react(4, "anna-id"));
    target = changedBy(target, react(5, "anna-id", "🎉"));
    expect(target.reactions).toEqual([
      { emoji: "👍", persons: ["ben-id", "anna-id"] },
      { emoji: "🎉", persons: ["anna-id"] },
    ]);
    target = changedBy(target, react(6, "anna-id", "🎉", false));
    target = changedBy(target, react(7, "ben-id", "👍", false));
    expect(target.reactions).toEqual([{ emoji: "👍", persons: ["anna-id"] }]);
    target = changedBy(target, react(8, "anna-id", "👍", false));
    expect(target).toEqual(message());
  });

  test(`is one of ${reactionsMax} and not one more, but may be taken back and repeated`, () => {
    let target = message();
    for (let count = 0; count < reactionsMax; count += 1) {
      target = changedBy(target, react(2 + count, count === 0 ? "anna-id" : `p${count}`));
    }
    const body = { type: "react", target: 1, emoji: "👍", isOn: true } as const;
    expect(problem(target, body)).toBeUndefined();
    expect(problem(target, { ...body, isOn: false })).toBeUndefined();
    expect(problem(target, { ...body, emoji: "🎉" })).toBe("target-full");
    expect(changeProblem(target, body, { person: "new", isForOwn: false })).toBe("target-full");
  });

  test(`uses at most ${reactionEmojisMax} emojis`, () => {
    let target = message();
    for (let count = 0; count < reactionEmojisMax; count += 1) {
      target = changedBy(target, react(2 + count, "ben-id", `e${count}`));
    }
    const body = { type: "react", target: 1, isOn: true } as const;
    expect(problem(target, { ...body, emoji: "e0" })).toBeUndefined();
    expect(problem(target, { ...body, emoji: "more" })).toBe("target-full");
  });
});
