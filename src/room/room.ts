import { utf8Bytes } from "../base/text.ts";
import { listBytesMax, memberOverheadBytes, nicksMax } from "./limits.ts";
import type { RoomMember } from "./message-room.ts";
import { RoomNews } from "./room-news.ts";
import { plainRecord, type RoomRecord } from "./room-record.ts";
import type { Member } from "./session.ts";
import { SortedKeys } from "./sorted-keys.ts";
import type { LogEnd } from "./store-port.ts";

/** Some of a room's members, in the order of their keys. */
export interface MemberPage {
  readonly members: readonly RoomMember[];
  readonly hasMore: boolean;
}

/** Where an empty log ends. */
export const emptyEnd: LogEnd = { sequence: 0, sentAt: 0, ordinal: 0, firstSequence: 1 };

/** A room on the server: who is in it, what is kept of it, and where its log ends. */
export class Room {
  readonly name: string;
  readonly news: RoomNews = new RoomNews();
  record: RoomRecord;
  /** Its record is to be kept even when nothing was ever said. */
  isRecorded: boolean;
  end: LogEnd;
  /** Changes of this room that wait to be stored. */
  changeCount = 0;
  /** When each person last wrote while the room was slow. */
  readonly writtenAt: Map<string, number> = new Map();
  /** The sessions that are in it, by nickname key. */
  readonly #byKey = new Map<string, Set<Member>>();
  readonly #keys = new SortedKeys();

  constructor(name: string, end: LogEnd = emptyEnd, record?: RoomRecord) {
    this.name = name;
    this.end = end;
    this.record = record ?? plainRecord;
    this.isRecorded = record !== undefined;
  }

  /** Nicknames that are there. */
  get memberCount(): number {
    return this.#keys.size;
  }

  get members(): readonly Member[] {
    return [...this.#byKey.values()].flatMap((members) => [...members]);
  }

  /** Something is kept of it. */
  get isWritten(): boolean {
    return 0 < this.end.sequence || this.isRecorded;
  }

  /** Nobody would miss it. */
  get isDisposable(): boolean {
    return this.memberCount === 0 && !this.isWritten && this.changeCount === 0;
  }

  /** Adds a session; others of the same nickname may be there. */
  add(member: Member): void {
    const { key } = member.state;
    const members = this.#byKey.get(key);
    if (members !== undefined) {
      members.add(member);
      return;
    }
    this.#byKey.set(key, new Set([member]));
    this.#keys.add(key);
  }

  remove(member: Member): void {
    const { key } = member.state;
    const members = this.#byKey.get(key);
    if (!members?.delete(member) || 0 < members.size) return;
    this.#byKey.delete(key);
    this.#keys.delete(key);
  }

  /** The member with this nickname key as the others see it, or `undefined` when it is not there. */
  view(key: string): RoomMember | undefined {
    const [member] = this.#byKey.get(key) ?? [];
    if (member === undefined) return undefined;
    const { nick, isGuest, person } = member.state.person;
    const role = this.record.roles.find((holder) => holder.person === person)?.role;
    return {
      nick,
      ...(isGuest && { isGuest }),
      ...(member.awayText !== undefined && { isAway: true }),
      ...(role !== undefined && { role }),
    };
  }

  /** The members whose keys come after `afterKey`, or the first ones; as many as a message takes. */
  memberPage(afterKey: string | undefined): MemberPage {
    const members: RoomMember[] = [];
    let bytes = 0;
    for (const key of this.#keys.after(afterKey)) {
      const member = this.view(key);
      if (member === undefined) continue;
      bytes += utf8Bytes(member.nick) + memberOverheadBytes;
      if (listBytesMax < bytes || nicksMax <= members.length) return { members, hasMore: true };
      members.push(member);
    }
    return { members, hasMore: false };
  }
}
