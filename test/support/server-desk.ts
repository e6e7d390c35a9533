import { ChatServer } from "../../src/room/chat-server.ts";
import { decodeServerMessage, encodeCbor } from "../../src/room/codec.ts";
import type { Draft, HistoryQuery } from "../../src/room/history-port.ts";
import type { Request, ServerMessage } from "../../src/room/message.ts";
import type { CloseReason } from "../../src/transport/endpoint-port.ts";

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** The name of the history of every `ServerDesk`. */
export const logId = "history-of-the-server";

/** A server whose effects are collected: what each session was sent, and what is asked of the disk. */
export class ServerDesk {
  readonly server: ChatServer;
  readonly inboxes: Map<number, ServerMessage[]> = new Map();
  readonly closed: { session: number; code: number }[] = [];
  readonly sizes: { channel: number; bytes: number }[] = [];
  drafts: readonly Draft[] | undefined;
  query: HistoryQuery | undefined;
  sendCount = 0;
  #ref = 0;
  readonly #sequences: Map<string, number>;

  constructor(lastSequences: ReadonlyMap<string, number> = new Map()) {
    this.#sequences = new Map(lastSequences);
    this.server = new ChatServer({
      server: { id: "key", name: "kitchen" },
      log: logId,
      lastSequences,
    });
  }

  open(session: number): void {
    this.server.handleOpened(0, session);
    this.collect();
  }

  /** Sends a request and gives the answer, if there is one already. */
  ask(session: number, request: Without<Request, "ref">): ServerMessage | undefined {
    this.#ref += 1;
    this.server.handleMessage(session, encodeCbor({ ...request, ref: this.#ref }));
    this.collect();
    const answer = this.inbox(session).findLast((message) => "ref" in message);
    return answer !== undefined && "ref" in answer && answer.ref === this.#ref ? answer : undefined;
  }

  /** Without a token it is another client each time. */
  hello(session: number, nick: string, token = tokenOf(session)): ServerMessage | undefined {
    return this.ask(session, { type: "hello", nick, client: "test", token });
  }

  /** A session with a nickname that is in the room. */
  enter(session: number, nick: string, room = "lobby"): void {
    this.open(session);
    this.hello(session, nick);
    this.ask(session, { type: "join", room });
  }

  say(
    session: number,
    id: string,
    options: { text?: string; isFirst?: boolean; room?: string } = {},
  ) {
    const { text = id, isFirst = true, room = "lobby" } = options;
    return this.ask(session, { type: "say", id: id.padEnd(21, "-"), room, text, isFirst });
  }

  /** The disk has it. */
  stored(): void {
    const placements = this.drafts!.map(({ room }) => {
      const sequence = (this.#sequences.get(room) ?? 0) + 1;
      this.#sequences.set(room, sequence);
      return { sequence, sentAt: 1, isDuplicate: false };
    });
    this.drafts = undefined;
    this.server.handleAppended({ type: "appended", placements });
    this.collect();
  }

  failed(): void {
    this.drafts = undefined;
    const message = "disk is full";
    this.server.handleAppended({ type: "failed", code: "history-unavailable", message });
    this.collect();
  }

  close(session: number, reason: CloseReason): void {
    this.server.handleClosed(session, reason);
    this.collect();
  }

  inbox(session: number): ServerMessage[] {
    return this.inboxes.get(session) ?? [];
  }

  /** What the session was told since the last time, answers left out. */
  events(session: number): ServerMessage[] {
    const events = this.inbox(session).filter((message) => !("ref" in message));
    this.inboxes.set(session, []);
    return events;
  }

  collect(): void {
    for (const effect of this.server.pollEffects()) {
      if (effect.type === "append") this.drafts = effect.drafts;
      else if (effect.type === "read") this.query = effect.query;
      else if (effect.type === "close") this.closed.push(effect);
      else {
        this.sendCount += 1;
        this.sizes.push({ channel: effect.channel, bytes: effect.message.length });
        const message = decodeServerMessage(effect.message)!;
        for (const session of effect.sessions) {
          this.inboxes.set(session, [...this.inbox(session), message]);
        }
      }
    }
  }
}

/** A token that no other session has. */
function tokenOf(session: number): Uint8Array {
  const token = new Uint8Array(16);
  new DataView(token.buffer).setUint32(0, session);
  return token;
}
