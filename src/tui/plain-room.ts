import type { Entry } from "../room/entry.ts";
import type { TimeFormat } from "./time-format.ts";

/** Lines that may come while a room's past is on its way; with more, it is not waited for. */
export const heldMax = 1_000;

/** A room in line mode: its members, and its lines in order although the past comes after the start. */
export class PlainRoom {
  #members: Set<string>;
  /** What was said while the past is on its way; `undefined` when the past was given out. */
  #held: Entry[] | undefined = [];

  constructor(nicks: readonly string[]) {
    this.#members = new Set(nicks);
  }

  get members(): readonly string[] {
    return [...this.#members];
  }

  get isPastMissing(): boolean {
    return this.#held !== undefined;
  }

  handleMembers(nicks: readonly string[]): void {
    this.#members = new Set(nicks);
  }

  handleJoined(nick: string): void {
    this.#members.add(nick);
  }

  handleLeft(nick: string): void {
    this.#members.delete(nick);
  }

  /** The lines that can be printed now. */
  handleSaid(entry: Entry): readonly Entry[] {
    if (this.#held === undefined) return [entry];
    this.#held.push(entry);
    return heldMax < this.#held.length ? this.handlePast([]) : [];
  }

  /** The past, which may be empty, and what came after it, each line once. */
  handlePast(entries: readonly Entry[]): readonly Entry[] {
    if (this.#held === undefined) return [];
    const last = entries.at(-1)?.sequence ?? 0;
    const later = this.#held.filter(({ sequence }) => last < sequence);
    this.#held = undefined;
    return [...entries, ...later];
  }
}

/** A line of a room as it is printed; `where` names the room, or is empty. */
export function entryText(entry: Entry, where: string, timeFormat: TimeFormat): string {
  // Further rows are set in, so that nobody can write what looks like another's line.
  const text = entry.text.replaceAll("\n", "\n      ");
  return `${timeFormat.time(entry.sentAt)} ${where}${entry.author}: ${text}`;
}
