import { EarshotError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import type { ClientNews } from "./client-news.ts";
import type { SavedPost } from "./client-port.ts";
import { checkBody, textBytesOf } from "./client-post.ts";
import type { ClientRoom } from "./client-room.ts";
import type { PostBody } from "./message-log.ts";
import { type Refusal, temporaryCodes } from "./message-session.ts";
import { Outbox, type OutboxSend } from "./outbox.ts";
import type { RequestTable, SentLine } from "./request-table.ts";

/** How an entry is posted. */
export interface PostOptions {
  /** The wall clock. */
  readonly at: number;
  /** The owner's, for the answer. */
  readonly ref?: string | undefined;
  /** A nanoid that the entry goes by already; otherwise it gets one. */
  readonly id?: string;
}

/** What a client posts, from being said to being stored or refused, and what its owner hears of it. */
export class ClientPosts {
  readonly #random: Random;
  readonly #news: ClientNews;
  readonly #outbox: Outbox;

  constructor(random: Random, news: ClientNews) {
    this.#random = random;
    this.#news = news;
    this.#outbox = new Outbox(random);
  }

  /** Entries that are not stored yet. */
  get count(): number {
    return this.#outbox.count;
  }

  /** Whether something waits to be stored in the room. */
  has(room: string): boolean {
    return this.#outbox.has(room);
  }

  /**
   * Gives the new entry's id.
   * @throws {EarshotError} WHEN `limit-reached`, `request-invalid`, `text-empty`, `text-too-long`.
   */
  post(room: ClientRoom, said: PostBody, { at, ref, id: given }: PostOptions): string {
    const body = checkBody(said);
    const id = given ?? this.#random.id();
    const { name } = room;
    if (!this.#outbox.add({ id, room: name, body, bytes: textBytesOf(body), ownerRef: ref })) {
      throw new EarshotError("limit-reached", `${this.count} lines wait to be stored`);
    }
    if (body.type === "message") room.handleOwnMessage();
    this.#news.tell({ type: "pending", room: name, id, body, at });
    return id;
  }

  /** Takes what was said at an earlier visit; `false` when there is no room for it. */
  restore({ id, room, body, at }: SavedPost): boolean {
    const line = { id, room, body, bytes: textBytesOf(body), ownerRef: undefined };
    if (!this.#outbox.add(line)) return false;
    this.#news.tell({ type: "pending", room, id, body, at });
    return true;
  }

  /** The next one to send in one of the rooms that are ready. */
  send(isReady: (room: string) => boolean): OutboxSend | undefined {
    return this.#outbox.send(isReady);
  }

  /** It is known to be stored: from the answer or from the log, whichever comes first. */
  settle(id: string, sequence: number): void {
    const line = this.#outbox.settle(id);
    if (line !== undefined) this.#news.tellStored(line, sequence);
  }

  handleRefusal(
    now: number,
    requests: RequestTable,
    sent: SentLine,
    { code, message }: Refusal,
  ): void {
    if (temporaryCodes.includes(code)) {
      // Those behind it are refused as well; their answers must not count against the next try.
      requests.forgetLines(sent.room);
      const isFirst = this.#outbox.postpone(now, sent.id);
      if (isFirst) this.#news.tell({ type: "delayed", room: sent.room, code, message });
      return;
    }
    const line = this.#outbox.settle(sent.id);
    if (line !== undefined) this.#news.tellFailed(line, code, message);
  }

  /** The room is closed to us: gives everything for it back. */
  drop(room: string, message: string): void {
    for (const line of this.#outbox.drop(room)) {
      this.#news.tellFailed(line, "not-joined", message);
    }
  }

  /** The connection is gone: everything has to be sent again. */
  handleDisconnected(): void {
    this.#outbox.handleDisconnected();
  }

  handleTimeout(now: number): void {
    this.#outbox.handleTimeout(now);
  }

  pollTimeout(): number | undefined {
    return this.#outbox.pollTimeout();
  }
}
