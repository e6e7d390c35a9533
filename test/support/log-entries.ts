import type { LogEntry } from "../../src/room/log-entry.ts";

/** The person that a nickname stands for in tests. */
export function personOf(nick: string): string {
  const letters = Buffer.from(nick).toString("base64url");
  return `~${letters.padEnd(16, "-").slice(0, 16)}`;
}

/** A message of a log, said by a guest. */
export function messageEntry(
  sequence: number,
  text = `line ${sequence}`,
  author = "ben",
  change: Partial<LogEntry> = {},
): LogEntry {
  return {
    sequence,
    id: String(sequence).padStart(21, "0"),
    sentAt: 1,
    ordinal: sequence,
    author: { person: personOf(author), nick: author, isGuest: true },
    body: { type: "message", text },
    ...change,
  };
}
