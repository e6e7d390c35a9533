import { expect, test } from "vitest";
import { roomLabel, transcriptFormats, transcriptOf } from "../../src/cli/transcript.ts";
import type { LogEntry } from "../../src/room/log-entry.ts";
import { messageEntry } from "../support/log-entries.ts";

const line = messageEntry(3, "one\n> two", "ann", { sentAt: 0 });
const topic: LogEntry = { ...line, sequence: 4, body: { type: "topic", text: "t" } };
const edit: LogEntry = { ...line, sequence: 5, body: { type: "edit", target: 3, text: "x" } };

test("a line is written so that its rows cannot be taken for another's", () => {
  expect(transcriptOf(line, "txt")).toBe("1970-01-01T00:00:00.000Z ann: one\n  > two");
  expect(transcriptOf(line, "md")).toBe("**ann** 1970-01-01T00:00:00.000Z\n\n> one\n> > two\n");
  expect(JSON.parse(transcriptOf(line, "jsonl")!)).toMatchObject({
    type: "said",
    sequence: 3,
    text: "one\n> two",
  });
});

test("what was done to the room is told, what only changed a line is in the line", () => {
  expect(transcriptOf(topic, "txt")).toBe("1970-01-01T00:00:00.000Z -- ann set the topic: t");
  expect(transcriptOf(topic, "md")).toBe("*ann set the topic: t*\n");
  const written = transcriptFormats.map((format) => transcriptOf(edit, format) !== undefined);
  expect(written).toEqual([true, false, false]);
});

test("a room is named so that it can be given back", () => {
  expect(roomLabel("dev")).toBe("#dev");
  expect(roomLabel("&V1StGXR8_Z5jdHi6B-myT")).toBe("&V1StGXR8_Z5jdHi6B-myT");
});
