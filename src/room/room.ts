import { utf8Bytes } from "../base/text.ts";
import { nicksBytesMax, nicksMax } from "./limits.ts";
import type { Member } from "./session.ts";

/** Some of a room's nicknames, in the order of their keys. */
export interface NickPage {
  readonly nicks: readonly string[];
  readonly hasMore: boolean;
}

/** A room on the server: who is in it, and where its log ends. */
export class Room {
  readonly name: string;
  /** Sequence of the newest stored line, 0 when there is none. */
  lastSequence: number;
  /** Lines of this room that wait to be stored. */
  draftCount = 0;
  readonly #members = new Map<string, Member>();
  /** The keys of the members in order, so that pages of them do not depend on who comes and goes. */
  readonly #keys: string[] = [];

  constructor(name: string, lastSequence: number) {
    this.name = name;
    this.lastSequence = lastSequence;
  }

  get memberCount(): number {
    return this.#members.size;
  }

  get members(): Iterable<Member> {
    return this.#members.values();
  }

  /** Nobody would miss it. */
  get isDisposable(): boolean {
    return this.memberCount === 0 && this.lastSequence === 0 && this.draftCount === 0;
  }

  /** Adds a member, or puts it in the place of the one with the same nickname key. */
  add(member: Member): void {
    const { key } = member.state;
    if (!this.#members.has(key)) this.#keys.splice(this.#indexAfter(key), 0, key);
    this.#members.set(key, member);
  }

  remove(key: string): void {
    if (this.#members.delete(key)) this.#keys.splice(this.#indexAfter(key) - 1, 1);
  }

  /** The members whose keys come after `afterKey`, or the first ones; as many as a message takes. */
  nickPage(afterKey: string | undefined): NickPage {
    const start = afterKey === undefined ? 0 : this.#indexAfter(afterKey);
    const nicks: string[] = [];
    let bytes = 0;
    for (const key of this.#keys.slice(start, start + nicksMax)) {
      const nick = this.#members.get(key)?.state.nick ?? key;
      bytes += utf8Bytes(nick) + 2;
      if (nicksBytesMax < bytes) break;
      nicks.push(nick);
    }
    return { nicks, hasMore: start + nicks.length < this.#keys.length };
  }

  /** How many keys are less than or equal to this one. */
  #indexAfter(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? "") <= key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
