import type { CareTask } from "./care-port.ts";
import { encodeCbor } from "./codec.ts";
import { channels } from "./limits.ts";
import type { Event, Reply } from "./message.ts";
import type { OpaqueRun } from "./opaque-queue.ts";
import type { Session, SessionId } from "./session.ts";
import type { Commit, SearchQuery, StoreQuery } from "./store-port.ts";

/** What a `ChatServer` wants done. */
export type ServerEffect =
  | {
      readonly type: "send";
      readonly sessions: readonly SessionId[];
      readonly channel: number;
      readonly message: Uint8Array;
    }
  /** Once, unreliably. */
  | { readonly type: "datagram"; readonly session: SessionId; readonly bytes: Uint8Array }
  | {
      readonly type: "close";
      readonly session: SessionId;
      readonly code: number;
      readonly text: string;
    }
  /** Answered by `handleCommitted`; there is never a second one before. */
  | { readonly type: "commit"; readonly commit: Commit }
  /** Answered by `handleRead`; there is never a second one, or a search, before. */
  | { readonly type: "read"; readonly query: StoreQuery }
  /** Answered by `handleFound`. */
  | { readonly type: "search"; readonly query: SearchQuery }
  /** Answered by `handleCared`; there is never a second one before. */
  | { readonly type: "care"; readonly task: CareTask }
  /** Answered by `handleComputed`; there are at most `opaqueRunsMax` before. */
  | ({ readonly type: "opaque" } & OpaqueRun);

/** Collects the effects of a turn. */
export class ServerOutput {
  #effects: ServerEffect[] = [];

  /** What was collected, in order; each effect is given once. */
  poll(): readonly ServerEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  add(effect: ServerEffect): void {
    this.#effects.push(effect);
  }

  /** Answers a request, if the session is still there; gives the bytes of the answer. */
  answer(session: Session, reply: Reply, channel: number = channels.chat): number {
    return session.isGone ? 0 : this.#send([session], channel, reply);
  }

  /** Tells some sessions the same; it is encoded once. */
  tell(sessions: Iterable<Session>, event: Event): void {
    const all = [...sessions];
    if (0 < all.length) this.#send(all, channels.chat, event);
  }

  close(session: SessionId, code: number, text: string): void {
    this.#effects.push({ type: "close", session, code, text });
  }

  #send(sessions: readonly Session[], channel: number, message: Reply | Event): number {
    const ids = sessions.map(({ id }) => id);
    const bytes = encodeCbor(message);
    this.#effects.push({ type: "send", sessions: ids, channel, message: bytes });
    return bytes.length;
  }
}
