import { utf8Bytes } from "../base/text.ts";
import { encodeCbor } from "./codec.ts";
import {
  chatMessageBytesMax,
  chatTextBytesMax,
  lostMs,
  newsBytesMax,
  saidEntriesMax,
  tickMembers,
  tickMsMax,
} from "./limits.ts";
import type { LogEntry } from "./log-entry.ts";
import type { LeaveReason, Presence, RoomMember } from "./message-room.ts";

/** Why somebody left, and with which words. */
export interface Parting {
  readonly reason: LeaveReason;
  readonly text?: string;
}

/** What a room has to tell its members now. */
export interface News {
  /** Entries in order, in parts that fit the chat channel. */
  readonly said: readonly (readonly LogEntry[])[];
  /** There are entries that members must read for themselves. */
  readonly isGrown: boolean;
  readonly presence: Omit<Presence, "type" | "room"> | undefined;
}

/** Room in a message for the name of the room and the keys. */
const saidBytesMax = chatMessageBytesMax - 512;

/**
 * What the members of a room have not been told yet. In a quiet room everything is told at once; in a
 * busy one what comes within a tick goes in one message for all. Who is lost is told a while later, so
 * that half a network is one message, and who is back by then was never gone.
 */
export class RoomNews {
  #entries: LogEntry[] = [];
  #entryBytes = 0;
  #isGrown = false;
  /** Each nickname key whose member changed, as the others knew it before. */
  readonly #before = new Map<string, RoomMember | undefined>();
  readonly #partings = new Map<string, Parting>();
  /** New nickname keys, with the nicknames before. */
  readonly #renamed = new Map<string, string>();
  #toldAt = Number.NEGATIVE_INFINITY;
  #dueAt: number | undefined;
  #lostDueAt: number | undefined;

  /** When to `take` it, or `undefined` when there is nothing. */
  get dueAt(): number | undefined {
    if (this.#dueAt === undefined || this.#lostDueAt === undefined) {
      return this.#dueAt ?? this.#lostDueAt;
    }
    return Math.min(this.#dueAt, this.#lostDueAt);
  }

  /** A new entry; `isPulled` says that it was on the disk before we knew it, and others may be. */
  addEntry(now: number, memberCount: number, entry: LogEntry, isPulled: boolean): void {
    const bytes = "text" in entry.body ? utf8Bytes(entry.body.text) : 0;
    // A large line is pulled by each member at its own speed instead of being pushed to all.
    if (isPulled || chatTextBytesMax < bytes) this.#isGrown = true;
    else {
      this.#entries.push(entry);
      this.#entryBytes += bytes;
    }
    this.#schedule(newsBytesMax < this.#entryBytes ? now : this.#nextTick(now, memberCount));
  }

  /** The member with this key came, went or changed; `before` is how it was. */
  addChange(
    now: number,
    memberCount: number,
    change: { readonly key: string; readonly before: RoomMember | undefined },
    parting?: Parting,
  ): void {
    const { key, before } = change;
    if (!this.#before.has(key)) this.#before.set(key, before);
    if (parting === undefined) this.#partings.delete(key);
    else this.#partings.set(key, parting);
    if (parting?.reason === "lost") this.#lostDueAt ??= now + lostMs;
    else this.#schedule(this.#nextTick(now, memberCount));
  }

  /** A member has another nickname; `before` is how it was under the one before. */
  addRename(
    now: number,
    memberCount: number,
    rename: {
      readonly key: string;
      readonly wasKey: string;
      readonly before: RoomMember | undefined;
    },
  ): void {
    const { key, wasKey } = rename;
    const isPending = this.#before.has(wasKey);
    const before = isPending ? this.#before.get(wasKey) : rename.before;
    const was = this.#renamed.get(wasKey) ?? before?.nick;
    this.#before.delete(wasKey);
    this.#renamed.delete(wasKey);
    this.#before.set(key, before);
    // Who came and was not told of yet just has that name.
    if (before !== undefined && was !== undefined) this.#renamed.set(key, was);
    this.#schedule(this.#nextTick(now, memberCount));
  }

  /** What is due; `view` gives the members as they are. */
  take(now: number, view: (key: string) => RoomMember | undefined): News {
    const said = partsOf(this.#entries);
    const isGrown = this.#isGrown;
    const presence = this.#takePresence(now, view);
    this.#entries = [];
    this.#entryBytes = 0;
    this.#isGrown = false;
    this.#toldAt = now;
    this.#dueAt = undefined;
    if (this.#lostDueAt !== undefined && this.#lostDueAt <= now) this.#lostDueAt = undefined;
    return { said, isGrown, presence };
  }

  #takePresence(now: number, view: (key: string) => RoomMember | undefined): News["presence"] {
    const changes = new PresenceChanges();
    const isLostDue = this.#lostDueAt !== undefined && this.#lostDueAt <= now;
    for (const [key, before] of this.#before) {
      const after = view(key);
      const parting = this.#partings.get(key) ?? { reason: "left" };
      if (after === undefined && parting.reason === "lost" && !isLostDue) continue;
      changes.add({ before, after, was: this.#renamed.get(key), parting });
      this.#before.delete(key);
      this.#partings.delete(key);
      this.#renamed.delete(key);
    }
    return changes.isEmpty ? undefined : changes;
  }

  #nextTick(now: number, memberCount: number): number {
    return Math.max(now, this.#toldAt + Math.min(tickMsMax, Math.floor(memberCount / tickMembers)));
  }

  #schedule(at: number): void {
    this.#dueAt = Math.min(this.#dueAt ?? at, at);
  }
}

/** Changes sorted by what they are for those who see them. */
class PresenceChanges {
  readonly joined: RoomMember[] = [];
  readonly left: (Parting & { readonly nick: string })[] = [];
  readonly changed: (RoomMember & { readonly was?: string })[] = [];

  get isEmpty(): boolean {
    return this.joined.length + this.left.length + this.changed.length === 0;
  }

  add(change: {
    readonly before: RoomMember | undefined;
    readonly after: RoomMember | undefined;
    readonly was: string | undefined;
    readonly parting: Parting;
  }): void {
    const { before, after, was, parting } = change;
    if (after === undefined) {
      if (before !== undefined) this.left.push({ nick: before.nick, ...parting });
    } else if (before === undefined) this.joined.push(after);
    else if (was !== undefined && was !== after.nick) this.changed.push({ ...after, was });
    else if (!isSame(before, after)) this.changed.push(after);
  }
}

function partsOf(entries: readonly LogEntry[]): readonly (readonly LogEntry[])[] {
  const parts: LogEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = encodeCbor(entry).length;
    const part = parts.at(-1);
    const fits = part !== undefined && part.length < saidEntriesMax && bytes + size <= saidBytesMax;
    if (fits) part.push(entry);
    else parts.push([entry]);
    bytes = fits ? bytes + size : size;
  }
  return parts;
}

function isSame(one: RoomMember, other: RoomMember): boolean {
  return (
    one.nick === other.nick &&
    one.isGuest === other.isGuest &&
    one.isAway === other.isAway &&
    one.role === other.role
  );
}
