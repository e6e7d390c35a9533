import type { Random } from "../base/random.ts";
import { backOff } from "./back-off.ts";
import { chatTextBytesMax, linesInFlightMax, outboxBytesMax, outboxLinesMax } from "./limits.ts";
import type { PostBody } from "./message-log.ts";

/** An entry (a line, mostly) that was posted and is not known to be stored. */
export interface OutboxLine {
  readonly id: string;
  readonly room: string;
  readonly body: PostBody;
  /** Of its text in UTF-8, if it has one. */
  readonly bytes: number;
  /** The owner's name for the request, if it gave one. */
  readonly ownerRef: string | undefined;
}

/** A line that is to be sent now. */
export interface OutboxSend {
  readonly line: OutboxLine;
  readonly isFirst: boolean;
  /** It goes on the bulk channel. */
  readonly isLarge: boolean;
}

interface RoomQueue {
  /** By id, in the order in which they were said; those that were sent come first. */
  readonly lines: Map<string, OutboxLine>;
  readonly sent: Set<string>;
  failures: number;
  retryAt: number | undefined;
}

/**
 * The lines that wait to be stored, first in first out within each room. A large line travels on
 * another channel, so it is sent when no line of its room is before it, and those behind it wait.
 */
export class Outbox {
  readonly #random: Random;
  readonly #rooms = new Map<string, RoomQueue>();
  readonly #roomOf = new Map<string, string>();
  #bytes = 0;
  #sentCount = 0;
  /** Id of the one large line that is under way. */
  #largeSent: string | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  get count(): number {
    return this.#roomOf.size;
  }

  has(room: string): boolean {
    return this.#rooms.has(room);
  }

  /** Takes a line; `false` when there is no room for it. */
  add(line: OutboxLine): boolean {
    if (outboxLinesMax <= this.count || outboxBytesMax < this.#bytes + line.bytes) return false;
    let queue = this.#rooms.get(line.room);
    if (queue === undefined) {
      queue = { lines: new Map(), sent: new Set(), failures: 0, retryAt: undefined };
      this.#rooms.set(line.room, queue);
    }
    queue.lines.set(line.id, line);
    this.#roomOf.set(line.id, line.room);
    this.#bytes += line.bytes;
    return true;
  }

  /** The next line to send in one of the rooms that are ready; it counts as sent from now on. */
  send(isReady: (room: string) => boolean): OutboxSend | undefined {
    if (linesInFlightMax <= this.#sentCount) return undefined;
    for (const [room, queue] of this.#rooms) {
      if (queue.retryAt !== undefined || !isReady(room)) continue;
      const next = this.#nextOf(queue);
      if (next === undefined) continue;
      queue.sent.add(next.line.id);
      this.#sentCount += 1;
      if (next.isLarge) this.#largeSent = next.line.id;
      return next;
    }
    return undefined;
  }

  /** The line is stored or was refused for good: gives it back, once. */
  settle(id: string): OutboxLine | undefined {
    const queue = this.#queueOf(id);
    const line = queue?.lines.get(id);
    if (queue === undefined || line === undefined) return undefined;
    this.#takeBack(queue, id);
    queue.lines.delete(id);
    queue.failures = 0;
    this.#roomOf.delete(id);
    this.#bytes -= line.bytes;
    if (queue.lines.size === 0) this.#rooms.delete(line.room);
    return line;
  }

  /**
   * The line was refused for a time: its room tries again, from its first line, after a while. Gives
   * whether this is the first time since one of its lines was settled.
   */
  postpone(now: number, id: string): boolean {
    const queue = this.#queueOf(id);
    if (queue === undefined) return false;
    for (const sent of [...queue.sent]) this.#takeBack(queue, sent);
    queue.failures += 1;
    queue.retryAt = now + backOff(queue.failures, this.#random);
    return queue.failures === 1;
  }

  /** The connection is gone: everything has to be sent again. */
  handleDisconnected(): void {
    for (const queue of this.#rooms.values()) {
      for (const sent of [...queue.sent]) this.#takeBack(queue, sent);
      queue.retryAt = undefined;
    }
  }

  /** Takes all lines of a room back; they will not be sent. */
  drop(room: string): readonly OutboxLine[] {
    const lines = [...(this.#rooms.get(room)?.lines.values() ?? [])];
    for (const { id } of lines) this.settle(id);
    return lines;
  }

  handleTimeout(now: number): void {
    for (const queue of this.#rooms.values()) {
      if (queue.retryAt !== undefined && queue.retryAt <= now) queue.retryAt = undefined;
    }
  }

  pollTimeout(): number | undefined {
    let at: number | undefined;
    for (const { retryAt } of this.#rooms.values()) {
      if (retryAt !== undefined) at = Math.min(at ?? retryAt, retryAt);
    }
    return at;
  }

  #nextOf(queue: RoomQueue): OutboxSend | undefined {
    for (const line of queue.lines.values()) {
      if (line.id === this.#largeSent) return undefined;
      if (queue.sent.has(line.id)) continue;
      const isFirst = queue.sent.size === 0;
      const isLarge = chatTextBytesMax < line.bytes;
      if (isLarge && (!isFirst || this.#largeSent !== undefined)) return undefined;
      return { line, isFirst, isLarge };
    }
    return undefined;
  }

  #takeBack(queue: RoomQueue, id: string): void {
    if (queue.sent.delete(id)) this.#sentCount -= 1;
    if (this.#largeSent === id) this.#largeSent = undefined;
  }

  #queueOf(id: string): RoomQueue | undefined {
    return this.#rooms.get(this.#roomOf.get(id) ?? "");
  }
}
