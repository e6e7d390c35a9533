import assert from "node:assert/strict";
import { helloMs, sessionsMax } from "./limits.ts";
import { LookAlikes } from "./look-alikes.ts";
import { nickKey } from "./name.ts";
import { type Member, Session, type SessionId, type SessionPeer } from "./session.ts";

const nobody: ReadonlySet<Member> = new Set();

/** All connections of a server, and who they are. A person may have several. */
export class SessionTable {
  readonly #sessions = new Map<SessionId, Session>();
  /** Those without an accepted hello, the oldest first. */
  readonly #greeting = new Set<Session>();
  readonly #byKey = new Map<string, Set<Member>>();
  readonly #byPerson = new Map<string, Set<Member>>();
  readonly #lookAlikes = new LookAlikes();

  /** Nicknames that somebody has. */
  get memberCount(): number {
    return this.#byKey.size;
  }

  get isEmpty(): boolean {
    return this.#sessions.size === 0;
  }

  get all(): Iterable<Session> {
    return this.#sessions.values();
  }

  get members(): readonly Member[] {
    return [...this.#byKey.values()].flatMap((members) => [...members]);
  }

  get(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  /** A new connection; `false` when there are too many. */
  add(now: number, id: SessionId, peer: SessionPeer): boolean {
    if (sessionsMax <= this.#sessions.size) return false;
    const session = new Session(id, peer, now + helloMs);
    this.#sessions.set(id, session);
    this.#greeting.add(session);
    return true;
  }

  /** The sessions of the nickname with this key, all of one person. */
  named(key: string): ReadonlySet<Member> {
    return this.#byKey.get(key) ?? nobody;
  }

  /** The sessions of a nickname that is this one, or is easily taken for it. */
  like(nick: string): ReadonlySet<Member> {
    const own = this.named(nickKey(nick));
    return 0 < own.size ? own : this.named(this.#lookAlikes.find(nick) ?? "");
  }

  /** The sessions of a person. */
  of(person: string): ReadonlySet<Member> {
    return this.#byPerson.get(person) ?? nobody;
  }

  /** The session belongs to a person now, or the person has another nickname. */
  accept(session: Session, state: Member["state"]): Member {
    this.#forget(session);
    session.state = state;
    this.#greeting.delete(session);
    assert(session.isMember());
    addTo(this.#byKey, state.key, session);
    this.#lookAlikes.add(state.person.nick, state.key);
    addTo(this.#byPerson, state.person.person, session);
    return session;
  }

  /** The session is gone; with the last one of a person its nickname is free. */
  remove(session: Session): void {
    session.isGone = true;
    this.#sessions.delete(session.id);
    this.#greeting.delete(session);
    this.#forget(session);
  }

  /** When the oldest session without a nickname has had time enough. */
  get helloDeadline(): number | undefined {
    const [session] = this.#greeting;
    return session?.state.type === "greeting" ? session.state.deadline : undefined;
  }

  /** A session that did not say hello in time. */
  overdue(now: number): Session | undefined {
    const [session] = this.#greeting;
    const deadline = this.helloDeadline;
    return deadline !== undefined && deadline <= now ? session : undefined;
  }

  #forget(session: Session): void {
    if (!session.isMember()) return;
    const { key, person } = session.state;
    deleteFrom(this.#byKey, key, session);
    if (!this.#byKey.has(key)) this.#lookAlikes.delete(person.nick, key);
    deleteFrom(this.#byPerson, person.person, session);
  }
}

function addTo(map: Map<string, Set<Member>>, key: string, member: Member): void {
  const members = map.get(key);
  if (members === undefined) map.set(key, new Set([member]));
  else members.add(member);
}

function deleteFrom(map: Map<string, Set<Member>>, key: string, member: Member): void {
  const members = map.get(key);
  if (members?.delete(member) && members.size === 0) map.delete(key);
}
