import assert from "node:assert/strict";
import { helloMs, sessionsMax } from "./limits.ts";
import { type Member, Session, type SessionId } from "./session.ts";

/** All connections of a server, and who they are. */
export class SessionTable {
  readonly #sessions = new Map<SessionId, Session>();
  /** Those without an accepted hello, the oldest first. */
  readonly #greeting = new Set<Session>();
  readonly #members = new Map<string, Member>();

  get memberCount(): number {
    return this.#members.size;
  }

  get isEmpty(): boolean {
    return this.#sessions.size === 0;
  }

  get all(): Iterable<Session> {
    return this.#sessions.values();
  }

  get members(): Iterable<Member> {
    return this.#members.values();
  }

  get(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  /** A new connection; `false` when there are too many. */
  add(now: number, id: SessionId): boolean {
    if (sessionsMax <= this.#sessions.size) return false;
    const session = new Session(id, now + helloMs);
    this.#sessions.set(id, session);
    this.#greeting.add(session);
    return true;
  }

  /** Who has the nickname of this key. */
  owner(key: string): Member | undefined {
    return this.#members.get(key);
  }

  /** The session gets the nickname, from whoever had it. */
  accept(session: Session, state: Member["state"]): Member {
    session.state = state;
    this.#greeting.delete(session);
    assert(session.isMember());
    this.#members.set(state.key, session);
    return session;
  }

  /** The session is gone. Its nickname is free, unless another session has it by now. */
  remove(session: Session): void {
    session.isGone = true;
    this.#sessions.delete(session.id);
    this.#greeting.delete(session);
    if (session.isMember() && this.#members.get(session.state.key) === session) {
      this.#members.delete(session.state.key);
    }
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
}
