import { encodeCbor } from "./codec.ts";
import type { Draft, HistoryQuery } from "./history-port.ts";
import { channels } from "./limits.ts";
import type { Event, Reply } from "./message.ts";
import type { Session, SessionId } from "./session.ts";

/** What a `ChatServer` wants done. */
export type ServerEffect =
  | {
      readonly type: "send";
      readonly sessions: readonly SessionId[];
      readonly channel: number;
      readonly message: Uint8Array;
    }
  | {
      readonly type: "close";
      readonly session: SessionId;
      readonly code: number;
      readonly text: string;
    }
  /** Answered by `handleAppended`; there is never a second one before. */
  | { readonly type: "append"; readonly drafts: readonly Draft[] }
  /** Answered by `handleRead`; there is never a second one before. */
  | { readonly type: "read"; readonly query: HistoryQuery };

/** Collects the effects of a turn. */
export class ServerOutput {
  #effects: ServerEffect[] = [];

  /** What was collected, in order; each effect is given once. */
  poll(): readonly ServerEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Answers a request, if the session is still there; gives the bytes of the answer. */
  answer(session: Session, reply: Reply, channel: number = channels.chat): number {
    return session.isGone ? 0 : this.#send([session], channel, reply);
  }

  /** Tells some sessions the same; it is encoded once. */
  tell(sessions: readonly Session[], event: Event): void {
    if (0 < sessions.length) this.#send(sessions, channels.chat, event);
  }

  close(session: SessionId, code: number, text: string): void {
    this.#effects.push({ type: "close", session, code, text });
  }

  append(drafts: readonly Draft[]): void {
    this.#effects.push({ type: "append", drafts });
  }

  read(query: HistoryQuery): void {
    this.#effects.push({ type: "read", query });
  }

  #send(sessions: readonly Session[], channel: number, message: Reply | Event): number {
    const ids = sessions.map(({ id }) => id);
    const bytes = encodeCbor(message);
    this.#effects.push({ type: "send", sessions: ids, channel, message: bytes });
    return bytes.length;
  }
}
