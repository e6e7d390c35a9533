import { decodeServerMessage, encodeCbor } from "../../src/room/codec.ts";
import type { LogEntry } from "../../src/room/log-entry.ts";
import type { ClientMessage, Event, Reply, Request } from "../../src/room/message.ts";
import type { PostBody } from "../../src/room/message-log.ts";
import { changedBy, deletedBy, isChanging } from "../../src/room/overlay.ts";

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What was posted, until its answer comes. */
export interface WirePost {
  readonly id: string;
  readonly room: string;
  readonly body: PostBody;
}

/** A room's log as one client knows it: every entry from the first, with what later ones made of it. */
export class Replica {
  readonly entries: LogEntry[] = [];
  lastSequence = 0;
  isReading = false;

  /** The next entry; one that is known, or comes too early, is left to be read. */
  add(entry: LogEntry): void {
    this.lastSequence = Math.max(this.lastSequence, entry.sequence);
    if (entry.sequence !== this.entries.length + 1) return;
    this.entries.push(entry);
    if (!isChanging(entry.body)) return;
    const target = this.entries[entry.body.target - 1];
    if (target === undefined) return;
    this.entries[target.sequence - 1] = changedBy(target, entry);
    if (entry.body.type !== "delete" || target.body.type !== "message") return;
    for (const sequence of target.edited?.sequences ?? []) {
      const edit = this.entries[sequence - 1];
      if (edit === undefined) continue;
      this.entries[sequence - 1] = deletedBy(edit, entry.author.nick, entry.body.reason);
    }
  }

  get isBehind(): boolean {
    return this.entries.length < this.lastSequence;
  }
}

/**
 * A client that speaks the bare wire: it keeps what was not answered, sends it again in order on the
 * next connection, and reads what it missed. Everything else is up to the test.
 */
export class WireClient {
  readonly nick: string;
  readonly deviceKey: Uint8Array;
  readonly replicas: Map<string, Replica> = new Map();
  /** Posts that are not answered, in order. */
  unanswered: WirePost[] = [];
  readonly stored: (WirePost & { readonly sequence: number })[] = [];
  readonly refused: (WirePost & { readonly code: string })[] = [];
  /** Private chats that wait for an answer. */
  readonly asked: Set<string> = new Set();
  /** Rooms to be in, once the server agreed. */
  readonly rooms: Set<string> = new Set(["lobby"]);
  readonly #token: Uint8Array;
  #send: ((message: Uint8Array) => void) | undefined;
  #ref = 0;
  #sent = new Map<number, Without<Request, "ref">>();
  /** Rooms in which the posts have to begin anew. */
  readonly #stalled = new Set<string>();
  readonly #inFlight = new Set<string>();

  constructor(nick: string, number: number) {
    this.nick = nick;
    this.deviceKey = new Uint8Array(32).fill(number);
    this.#token = new Uint8Array(16).fill(number);
  }

  get isConnected(): boolean {
    return this.#send !== undefined;
  }

  connect(send: (message: Uint8Array) => void): void {
    this.#send = send;
    this.#sent = new Map();
    this.#inFlight.clear();
    this.#stalled.clear();
    for (const replica of this.replicas.values()) replica.isReading = false;
    const { nick } = this;
    this.ask({ type: "hello", nick, client: "wire", token: this.#token });
  }

  lose(): void {
    this.#send = undefined;
  }

  ask(request: Without<Request, "ref">): void {
    if (this.#send === undefined) return;
    this.#ref += 1;
    this.#sent.set(this.#ref, request);
    this.#send(encodeCbor({ ...request, ref: this.#ref }));
  }

  tell(notice: Exclude<ClientMessage, Request>): void {
    this.#send?.(encodeCbor(notice));
  }

  post(post: WirePost): void {
    this.unanswered.push(post);
    this.pump();
  }

  /** Sends what is not sent, in order; the first of a room says that it is. */
  pump(): void {
    for (const post of this.unanswered) {
      const { id, room, body } = post;
      if (this.#inFlight.has(id) || this.#stalled.has(room)) continue;
      const isFirst = !this.unanswered.some(
        (other) => other.room === room && this.#inFlight.has(other.id),
      );
      this.#inFlight.add(id);
      this.ask({ type: "post", id, room, isFirst, body });
    }
    for (const [room, replica] of this.replicas) {
      if (!replica.isBehind || replica.isReading) continue;
      replica.isReading = true;
      this.ask({ type: "history", room, after: replica.entries.length, limit: 50 });
    }
  }

  /** Tries again what was refused for a time. */
  retry(): void {
    this.#stalled.clear();
    this.pump();
  }

  receive(bytes: Uint8Array): void {
    const message = decodeServerMessage(bytes);
    if (message === undefined) throw new Error("a message of the server makes no sense");
    if ("ref" in message) this.#handleReply(message);
    else this.#handleEvent(message);
    this.pump();
  }

  #handleReply(reply: Reply): void {
    const request = this.#sent.get(reply.ref);
    this.#sent.delete(reply.ref);
    switch (request?.type) {
      case "hello":
        for (const room of this.rooms) this.ask({ type: "join", room });
        return;
      case "join":
        if (reply.type === "error") this.#forget(request.room);
        break;
      case "answer":
        if (!request.isAccepted) this.#forget(request.room);
        return;
      case "post":
        this.#handleAnswer(request, reply);
        return;
      case "history":
        this.#handlePage(request.room, reply);
        return;
    }
    if (reply.type === "entered") this.#handleEntered(reply.room, reply.lastSequence);
  }

  #handleEntered(room: string, lastSequence: number): void {
    this.rooms.add(room);
    const replica = this.replicas.get(room) ?? new Replica();
    replica.lastSequence = Math.max(replica.lastSequence, lastSequence);
    this.replicas.set(room, replica);
  }

  #handlePage(room: string, reply: Reply): void {
    const replica = this.replicas.get(room);
    if (replica === undefined) return;
    replica.isReading = false;
    if (reply.type === "page") for (const entry of reply.entries) replica.add(entry);
  }

  #handleAnswer(
    { id, room, body }: Without<Extract<Request, { type: "post" }>, "ref">,
    reply: Reply,
  ) {
    if (!this.#inFlight.delete(id)) return;
    const post = { id, room, body };
    if (reply.type === "stored") this.stored.push({ ...post, sequence: reply.sequence });
    else if (reply.type === "error") {
      const isTemporary =
        reply.code === "history-unavailable" ||
        reply.code === "limit-reached" ||
        reply.code === "too-fast";
      if (isTemporary) {
        for (const other of this.unanswered)
          if (other.room === room) this.#inFlight.delete(other.id);
        this.#stalled.add(room);
        return;
      }
      this.refused.push({ ...post, code: reply.code });
    }
    this.unanswered = this.unanswered.filter((other) => other.id !== id);
  }

  #handleEvent(event: Event): void {
    if (event.type === "said") {
      const replica = this.replicas.get(event.room);
      for (const entry of event.entries) replica?.add(entry);
    } else if (event.type === "grown") {
      const replica = this.replicas.get(event.room);
      if (replica !== undefined) {
        replica.lastSequence = Math.max(replica.lastSequence, event.lastSequence);
      }
    } else if (event.type === "asked") this.asked.add(event.room);
    else if (event.type === "removed") this.#forget(event.room);
  }

  #forget(room: string): void {
    this.rooms.delete(room);
    this.replicas.delete(room);
  }
}
