import type { ClientEvent } from "../client-port.ts";
import { outboxLinesMax } from "../limits.ts";
import type { Recollection } from "./memory-port.ts";

interface StoredPost {
  readonly room: string;
  readonly sequence: number;
}

/**
 * Which entries of ours are on the disk, by their numbers there. One that is stored is kept until its
 * room has told it too: the room is what the cache keeps, so a client that is killed in between finds it
 * again, and says it once more, which is harmless. At most `outboxLinesMax`; stored ones go first.
 */
export class KeptPosts {
  readonly #numbers = new Map<string, number>();
  /** Those that are written and not stored. */
  readonly #waiting = new Set<string>();
  /** Those that are stored and that their room has not told, the one that was stored first before others. */
  readonly #untold = new Map<string, StoredPost>();
  /** The newest sequence of each room that was told, now or at an earlier visit. */
  readonly #told = new Map<string, number>();
  #nextNumber: number;

  constructor({ posts, rooms }: Pick<Recollection, "posts" | "rooms">) {
    for (const { number, post } of posts) {
      this.#numbers.set(post.id, number);
      this.#waiting.add(post.id);
    }
    for (const { room, entries } of rooms) {
      const sequence = entries.at(-1)?.sequence;
      if (sequence !== undefined) this.#told.set(room, sequence);
    }
    this.#nextNumber = (posts.at(-1)?.number ?? 0) + 1;
  }

  /** Entries that are on the disk and not stored yet. */
  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** The number under which to write it; `undefined` when it is there. */
  add(id: string): number | undefined {
    if (this.#numbers.has(id)) return undefined;
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    this.#numbers.set(id, number);
    return number;
  }

  handleWritten(id: string): void {
    if (this.#numbers.has(id) && !this.#untold.has(id)) this.#waiting.add(id);
  }

  /** Gives the numbers of those that need not be kept any longer. */
  handleEvent(event: ClientEvent): readonly number[] {
    switch (event.type) {
      case "pending":
        return this.#bounded();
      case "stored":
        return this.#handleStored(event);
      case "failed":
        return this.#drop([event.id]);
      case "said":
        return this.#handleTold(event.room, event.entry.sequence);
      case "damaged":
        return this.#handleTold(event.room, event.range.to);
      case "entered": {
        const { room, firstSequence, lastSequence } = event;
        // What was before we came is not told.
        return this.#handleTold(room, this.#told.has(room) ? firstSequence - 1 : lastSequence);
      }
      case "reset":
      case "exited":
      case "removed":
        return this.handleGone(event.room);
      default:
        return [];
    }
  }

  /** The log of the room is not followed from where it was: what is stored there is not told any more. */
  handleGone(room: string): readonly number[] {
    const gone = this.#handleTold(room, Number.POSITIVE_INFINITY);
    this.#told.delete(room);
    return gone;
  }

  #handleStored({
    id,
    room,
    sequence,
  }: Extract<ClientEvent, { type: "stored" }>): readonly number[] {
    this.#waiting.delete(id);
    if (!this.#numbers.has(id)) return [];
    if (sequence <= (this.#told.get(room) ?? 0)) return this.#drop([id]);
    this.#untold.set(id, { room, sequence });
    return [];
  }

  #handleTold(room: string, sequence: number): readonly number[] {
    this.#told.set(room, Math.max(this.#told.get(room) ?? 0, sequence));
    if (this.#untold.size === 0) return [];
    const told = [...this.#untold].filter(([, post]) => {
      return post.room === room && post.sequence <= sequence;
    });
    return this.#drop(told.map(([id]) => id));
  }

  #bounded(): readonly number[] {
    const excess = Math.max(0, this.#numbers.size - outboxLinesMax);
    return excess === 0 ? [] : this.#drop([...this.#untold.keys()].slice(0, excess));
  }

  #drop(ids: readonly string[]): readonly number[] {
    return ids.flatMap((id) => {
      const number = this.#numbers.get(id);
      this.#numbers.delete(id);
      this.#waiting.delete(id);
      this.#untold.delete(id);
      return number === undefined ? [] : [number];
    });
  }
}
