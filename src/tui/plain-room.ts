import type { ClientEvent } from "../room/client-port.ts";
import { isLine } from "../room/entry.ts";
import type { LogEntry } from "../room/log-entry.ts";
import type { RoomMember, RoomState } from "../room/message-room.ts";
import { changedBy, isChanging } from "../room/overlay.ts";
import { sentence } from "./answer-text.ts";
import { withoutMarkup } from "./markup.ts";
import type { MemberEvent } from "./member-events.ts";
import { roomTitle } from "./room-change.ts";
import type { TimeFormat } from "./time-format.ts";

/** Lines that may come while a room's past is on its way; with more, it is not waited for. */
export const heldMax = 1_000;

/** Lines that commands may be about without naming their number. */
export const recentMax = 200;

/** What is known of a room when one comes into it. */
export type EnteredRoom = Pick<
  Extract<ClientEvent, { type: "entered" }>,
  "room" | "state" | "members" | "persons"
>;

/** A room in line mode: its members, and its lines in order although the past comes after the start. */
export class PlainRoom {
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  state: RoomState;
  readonly #ownPerson: string;
  #members: Map<string, RoomMember>;
  /** What was said while the past is on its way; `undefined` when the past was given out. */
  #held: LogEntry[] | undefined = [];
  /** The newest lines, the oldest first. */
  #recent: LogEntry[] = [];

  constructor(entered: EnteredRoom, ownPerson: string) {
    this.name = entered.room;
    this.title = roomTitle(entered.room, entered.persons, ownPerson);
    this.state = entered.state;
    this.#ownPerson = ownPerson;
    this.#members = byNick(entered.members);
  }

  get members(): readonly RoomMember[] {
    return [...this.#members.values()];
  }

  get isPastMissing(): boolean {
    return this.#held !== undefined;
  }

  handleMembers(members: readonly RoomMember[]): void {
    this.#members = byNick(members);
  }

  handleMember(event: MemberEvent): void {
    switch (event.type) {
      case "left":
        this.#members.delete(event.nick);
        return;
      case "split":
        for (const nick of event.nicks) this.#members.delete(nick);
        return;
      case "changed":
        if (event.was !== undefined) this.#members.delete(event.was);
        this.#members.set(event.nick, event);
        return;
      case "joined":
        this.#members.set(event.nick, event);
        return;
      case "typing":
        return;
    }
  }

  /** The lines that can be printed now. */
  handleSaid(entry: LogEntry): readonly LogEntry[] {
    this.#remember(entry);
    if (this.#held === undefined) return [entry];
    this.#held.push(entry);
    return heldMax < this.#held.length ? this.handlePast([]) : [];
  }

  /** What was said since is not told: the end of the past is on its way. */
  expectPast(): void {
    this.#held ??= [];
  }

  /** The past, which may be empty, and what came after it, each line once. */
  handlePast(entries: readonly LogEntry[]): readonly LogEntry[] {
    if (this.#held === undefined) return [];
    const last = entries.at(-1)?.sequence ?? 0;
    const later = this.#held.filter(({ sequence }) => last < sequence);
    this.#held = undefined;
    // The past comes as later entries have made it.
    const past = entries.filter(({ body }) => !isChanging(body));
    this.#recent = [];
    for (const entry of [...past, ...later]) this.#remember(entry);
    return [...past, ...later];
  }

  /** The newest message of ours, or of others. */
  lastLine(whose: "own" | "other"): LogEntry | undefined {
    const isOwn = whose === "own";
    return this.#recent.findLast(
      ({ author, body }) =>
        body.type === "message" && (author.person === this.#ownPerson) === isOwn,
    );
  }

  /** The line with that number, if it is one of the newest. */
  line(sequence: number): LogEntry | undefined {
    return this.#recent.find((entry) => entry.sequence === sequence);
  }

  #remember(entry: LogEntry): void {
    const { body } = entry;
    if (body.type === "topic") this.state = { ...this.state, topic: body.text };
    if (body.type === "mode") {
      this.state = { ...this.state, slowMs: body.slowMs, isReadOnly: body.isReadOnly };
    }
    if (isChanging(body)) {
      this.#recent = this.#recent.map((line) =>
        line.sequence === body.target ? changedBy(line, entry) : line,
      );
    } else if (isLine(entry)) this.#recent = [...this.#recent.slice(1 - recentMax), entry];
  }
}

/** An entry of a room as it is printed; `where` names the room, or is empty. */
export function entryLine(entry: LogEntry, where: string, timeFormat: TimeFormat): string {
  const said = sentence(entry, timeFormat);
  const isSpoken = entry.body.type === "message";
  // Further rows are set in, so that nobody can write what looks like another's line.
  const text = (isSpoken ? withoutMarkup(said) : said).replaceAll("\n", "\n      ");
  const time = timeFormat.time(entry.sentAt);
  return isLine(entry) ? `${time} ${where}${text}` : `-- ${where}${text}`;
}

/** What waits to be read in a room that is entered, behind its title. */
export function unreadText({ read }: Extract<ClientEvent, { type: "entered" }>): string {
  if (read === undefined || read.unread === 0) return "";
  return `, ${read.unread} unread${read.mentions === 0 ? "" : `, ${read.mentions} for you`}`;
}

/** `ref` of the join of a room that was asked for from the start. */
export function firstRef(index: number): string {
  return `first ${index}`;
}

/** `ref` of the question for the past of a room. */
export function pastRef(room: string): string {
  return `past ${room}`;
}

function byNick(members: readonly RoomMember[]): Map<string, RoomMember> {
  return new Map(members.map((member) => [member.nick, member]));
}
