import { TokenBucket } from "../base/token-bucket.ts";
import { meetingsPerSession, relayBytesInAll, relayBytesPerPair } from "./limits.ts";
import type { Member, Session } from "./session.ts";

/** Two sessions that were introduced to each other. */
export interface Meeting {
  /** By which their datagrams go through the server. */
  readonly relay: number;
  readonly sessions: readonly [Member, Member];
  readonly bytes: TokenBucket;
}

/** Who was introduced to whom, and how much they may send each other through the server. */
export class MeetingTable {
  readonly #byRelay = new Map<number, Meeting>();
  readonly #bySession = new Map<Session, Map<Session, Meeting>>();
  #lastRelay = 0;
  #bytes: TokenBucket | undefined;

  /** The meeting of these two, which begins now unless it has; `undefined` when one has too many. */
  meet(now: number, one: Member, other: Member): Meeting | undefined {
    const known = this.#bySession.get(one)?.get(other);
    if (known !== undefined) return known;
    if (this.#isFull(one) || this.#isFull(other)) return undefined;
    this.#lastRelay = (this.#lastRelay + 1) >>> 0;
    const bytes = new TokenBucket(now, relayBytesPerPair);
    const meeting: Meeting = { relay: this.#lastRelay, sessions: [one, other], bytes };
    this.#byRelay.set(meeting.relay, meeting);
    this.#add(one, other, meeting);
    this.#add(other, one, meeting);
    return meeting;
  }

  /** Those whom the session was introduced to. */
  othersOf(session: Session): readonly Member[] {
    return [...(this.#bySession.get(session)?.values() ?? [])].flatMap(({ sessions }) =>
      sessions.filter((each) => each !== session),
    );
  }

  /**
   * To whom so many bytes of this session go by that number; `undefined` when it is none of its
   * meetings, or they have used up their share.
   */
  takeRelay(now: number, session: Session, relay: number, bytes: number): Member | undefined {
    const meeting = this.#byRelay.get(relay);
    const [one, other] = meeting?.sessions ?? [];
    if (meeting === undefined || (session !== one && session !== other)) return undefined;
    this.#bytes ??= new TokenBucket(now, relayBytesInAll);
    if (!meeting.bytes.has(now, bytes) || !this.#bytes.take(now, bytes)) return undefined;
    meeting.bytes.take(now, bytes);
    return session === one ? other : one;
  }

  /** The session is gone, and who met it hears nothing more by way of here. */
  remove(session: Session): void {
    for (const [other, { relay }] of this.#bySession.get(session) ?? []) {
      this.#byRelay.delete(relay);
      const others = this.#bySession.get(other);
      if (others?.delete(session) && others.size === 0) this.#bySession.delete(other);
    }
    this.#bySession.delete(session);
  }

  #isFull(session: Session): boolean {
    return meetingsPerSession <= (this.#bySession.get(session)?.size ?? 0);
  }

  #add(one: Session, other: Session, meeting: Meeting): void {
    const meetings = this.#bySession.get(one) ?? new Map<Session, Meeting>();
    meetings.set(other, meeting);
    this.#bySession.set(one, meetings);
  }
}
