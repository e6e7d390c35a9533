import { utf8Bytes } from "../../base/text.ts";
import { withRef } from "../call-queue.ts";
import type { ClientEvent, HistoryRange } from "../client-port.ts";
import { requestsWaitingMax } from "../limits.ts";
import type { LogEntry } from "../log-entry.ts";
import type { SearchHit } from "../store-port.ts";
import { KeptPosts } from "./kept-posts.ts";
import { draftUnitsMax, keepBytesMax, keepMs, keepWaitingBytesMax } from "./memory-limits.ts";
import type {
  MemoryChange,
  MemoryPage,
  MemoryQuery,
  Recollection,
  ServerMemory,
} from "./memory-port.ts";
import type { CacheSearch } from "./memory-search.ts";

/** What a `ClientMemory` wants done. */
export type MemoryEffect =
  | { readonly type: "event"; readonly event: ClientEvent }
  /** Answered by `handleWritten`; one at a time. */
  | { readonly type: "write"; readonly changes: readonly MemoryChange[] }
  /** Answered by `handleRead`; one at a time. */
  | { readonly type: "read"; readonly query: MemoryQuery }
  /** Answered by `handleFound`. */
  | ({ readonly type: "search" } & SearchCall)
  /** The server has to be asked for this part of the log. */
  | ({ readonly type: "ask" } & HistoryCall);

/** The owner's question for a part of a log. */
export interface HistoryCall {
  readonly room: string;
  readonly range: HistoryRange;
  readonly ref: string | undefined;
}

/** The owner's search of what is kept. */
export interface SearchCall {
  readonly search: CacheSearch;
  readonly ref: string | undefined;
}

/** Refused joins after which what is kept of a room must go. */
const barredCodes: readonly string[] = [
  "invitation-needed",
  "not-allowed",
  "password-needed",
  "room-invalid",
];

/**
 * Keeps what a client says and hears on one server, without I/O. It stands between the client and its
 * owner: a line of ours is on the disk before the owner is told that it is pending, and everything
 * keeps its order behind that. Where the disk fails, the chat goes on and the owner is told once.
 */
export class ClientMemory {
  #server: ServerMemory | undefined;
  readonly #token: Uint8Array;
  readonly #posts: KeptPosts;
  #changes: MemoryChange[] = [];
  #changesBytes = 0;
  /** When to write what waits, or `undefined`; in the past for a line of ours. */
  #writeAt: number | undefined;
  /** The batch that is collected now, and the number of those that are done. */
  #batch = 1;
  #doneCount = 0;
  #isWriting = false;
  /** The changes that are being written. */
  #written: readonly MemoryChange[] = [];
  /** What is told when its batch is done, and what comes behind it. */
  readonly #held: { readonly event: ClientEvent; readonly batch: number }[] = [];
  readonly #reads: HistoryCall[] = [];
  #isReading = false;
  readonly #drafts: Map<string, string>;
  #isOpen = false;
  #isForgotten = false;
  #hasFailed = false;
  #effects: MemoryEffect[] = [];

  /** `token` is the client's own; an earlier one goes on to be its. */
  constructor(recollection: Recollection, token: Uint8Array) {
    const { server, drafts } = recollection;
    this.#server = server;
    this.#token = server?.token ?? token;
    this.#drafts = new Map(drafts);
    this.#posts = new KeptPosts(recollection);
  }

  /** Lines that are not stored yet and will be sent at the next visit. */
  get keptCount(): number {
    return this.#posts.waitingCount;
  }

  /** Whether everything is on the disk, and told. */
  get isIdle(): boolean {
    return !this.#isWriting && this.#changes.length === 0 && this.#held.length === 0;
  }

  /** Takes what the client tells; `wallNow` is the wall clock. */
  handleEvent(now: number, wallNow: number, event: ClientEvent): void {
    const batch = this.#note(now, wallNow, event) ? this.#batch : 0;
    this.#held.push({ event, batch });
    this.#pump(now);
  }

  /** The owner wants a part of a log; it is answered by a `page` event, or by the server. */
  history(now: number, call: HistoryCall): void {
    const isKept = !this.#isOpen || typeof call.range.before === "number";
    if (isKept && this.#reads.length < requestsWaitingMax) this.#reads.push(call);
    else this.#effects.push({ type: "ask", ...call });
    this.#pump(now);
  }

  /** What is kept is searched while there is no connection; gives whether it is. */
  search(now: number, call: SearchCall): boolean {
    if (this.#isOpen || this.#server === undefined) return false;
    this.flush(now);
    this.#effects.push({ type: "search", ...call });
    return true;
  }

  /** What was found, as the server would answer. */
  handleFound(now: number, { search, ref }: SearchCall, hits: readonly SearchHit[]): void {
    const answer = { type: "found", hits } as const;
    const event = { type: "answer", ...withRef(ref), question: search, answer } as const;
    this.#held.push({ event, batch: 0 });
    this.#pump(now);
  }

  /** What is typed in a room and not said. */
  keepDraft(now: number, room: string, text: string): void {
    if (text === (this.#drafts.get(room) ?? "") || draftUnitsMax < text.length) return;
    if (text === "") this.#drafts.delete(room);
    else this.#drafts.set(room, text);
    // One that waits to be written is replaced.
    this.#changes = this.#changes.filter(
      (change) => change.type !== "draft" || change.room !== room,
    );
    this.#keep(now, { type: "draft", room, text }, text.length);
    this.#pump(now);
  }

  /** The owner looks at this room. */
  handleShown(now: number, room: string): void {
    if (this.#server === undefined || this.#server.shownRoom === room) return;
    this.#keepServer(now, { ...this.#server, shownRoom: room });
    this.#pump(now);
  }

  /** Nothing of this server is kept any longer but lines that wait, until the next start. */
  forget(now: number): void {
    this.#keep(now, { type: "forgotten" }, 0);
    this.#isForgotten = true;
    this.#writeAt = now;
    this.#pump(now);
  }

  /** What waits is written at once. */
  flush(now: number): void {
    if (0 < this.#changes.length) this.#writeAt = now;
    this.#pump(now);
  }

  /** The batch is on the disk, or why it is not. */
  handleWritten(now: number, failure: string | undefined): void {
    this.#isWriting = false;
    this.#doneCount += 1;
    if (failure !== undefined && !this.#hasFailed) this.#fail(failure);
    if (!this.#hasFailed) this.#noteKept();
    this.#pump(now);
  }

  /** What is kept of what was wanted, or `undefined` when it is not all there. */
  handleRead(now: number, page: MemoryPage | undefined): void {
    const call = this.#reads.shift();
    this.#isReading = false;
    if (call === undefined) return;
    if (page === undefined) this.#effects.push({ type: "ask", ...call });
    else {
      const { room, ref } = call;
      const event = { type: "page", ...withRef(ref), room, damaged: [], ...page } as const;
      this.#held.push({ event, batch: 0 });
    }
    this.#pump(now);
  }

  handleTimeout(now: number): void {
    this.#pump(now);
  }

  /** When to call `handleTimeout`, or `undefined` when there is nothing to wait for. */
  pollTimeout(): number | undefined {
    return this.#isWriting ? undefined : this.#writeAt;
  }

  pollEffects(): readonly MemoryEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Gives whether the event has to wait until it is kept. */
  #note(now: number, wallNow: number, event: ClientEvent): boolean {
    const isNew = event.type === "pending" && this.#notePending(now, event);
    this.#noteOther(now, wallNow, event);
    // Behind what is known of the room now, so that no disk has neither.
    this.#settle(now, this.#posts.handleEvent(event));
    return isNew;
  }

  #noteOther(now: number, wallNow: number, event: ClientEvent): void {
    switch (event.type) {
      case "connection":
        this.#isOpen = event.state === "open";
        return;
      case "ready": {
        const { server, nick, own } = event;
        const { shownRoom } = this.#server ?? {};
        const shown = shownRoom === undefined ? {} : { shownRoom };
        const known = { name: server.name, nick, own, token: this.#token };
        this.#keepServer(now, { ...known, visitedAt: wallNow, ...shown });
        return;
      }
      case "renamed":
        if (this.#server !== undefined) {
          this.#keepServer(now, { ...this.#server, nick: event.nick });
        }
        return;
      case "identified":
        if (this.#server !== undefined) {
          this.#keepServer(now, { ...this.#server, own: event.own });
        }
        return;
      default:
        this.#noteRoom(now, event);
    }
  }

  #notePending(now: number, event: Extract<ClientEvent, { type: "pending" }>): boolean {
    const { id, room, body, at } = event;
    const number = this.#hasFailed ? undefined : this.#posts.add(id);
    if (number === undefined) return false;
    this.#changes.push({ type: "post", number, post: { id, room, body, at } });
    this.#writeAt = now;
    return true;
  }

  #settle(now: number, numbers: readonly number[]): void {
    if (this.#hasFailed || numbers.length === 0) return;
    for (const number of numbers) this.#changes.push({ type: "settled", number });
    this.#writeAt ??= now + keepMs;
  }

  #noteRoom(now: number, event: ClientEvent): void {
    if (!("room" in event) || event.room === undefined) return;
    const { room } = event;
    switch (event.type) {
      case "entered": {
        const { log, firstSequence, state, persons } = event;
        const memory = { log, state, ...(persons !== undefined && { persons }) };
        this.#keep(now, { type: "room", room, memory, firstSequence }, 0);
        break;
      }
      case "said":
        this.#keep(now, { type: "said", room, entry: event.entry }, bytesOf([event.entry]));
        break;
      case "page":
        if (event.damaged.length === 0 && isDense(event.entries)) {
          const { entries } = event;
          this.#keep(now, { type: "page", room, entries }, bytesOf(entries));
        }
        break;
      case "reset":
        this.#keep(now, { type: "reset", room }, 0);
        break;
      case "exited":
      case "removed":
        this.#keep(now, { type: "gone", room }, 0);
        break;
      case "error":
        if (!barredCodes.includes(event.code)) break;
        this.#settle(now, this.#posts.handleGone(room));
        this.#keep(now, { type: "gone", room }, 0);
        break;
    }
  }

  #keepServer(now: number, server: ServerMemory): void {
    this.#server = server;
    this.#changes = this.#changes.filter(({ type }) => type !== "server");
    this.#keep(now, { type: "server", server }, 0);
  }

  /** What is no line of ours; a disk that is too slow for it does not get it. */
  #keep(now: number, change: MemoryChange, bytes: number): void {
    if (this.#hasFailed || this.#isForgotten) return;
    if (0 < bytes && keepWaitingBytesMax < this.#changesBytes + bytes) return;
    this.#changes.push(change);
    this.#changesBytes += bytes;
    const at = keepBytesMax <= this.#changesBytes ? now : now + keepMs;
    this.#writeAt = Math.min(this.#writeAt ?? at, at);
  }

  #pump(now: number): void {
    const isDue = this.#writeAt !== undefined && (this.#writeAt <= now || 0 < this.#reads.length);
    if (isDue && !this.#isWriting) this.#write();
    this.#release();
    // What was changed a moment ago has to be on the disk before it is read.
    const [call] = this.#reads;
    if (call === undefined || this.#isReading || this.#isWriting) return;
    this.#isReading = true;
    this.#effects.push({ type: "read", query: { room: call.room, range: call.range } });
  }

  #write(): void {
    this.#effects.push({ type: "write", changes: this.#changes });
    this.#written = this.#changes;
    this.#changes = [];
    this.#changesBytes = 0;
    this.#writeAt = undefined;
    this.#isWriting = true;
    this.#batch += 1;
  }

  #noteKept(): void {
    for (const change of this.#written) {
      if (change.type === "post") this.#posts.handleWritten(change.post.id);
    }
    this.#written = [];
  }

  #release(): void {
    let count = 0;
    for (const { event, batch } of this.#held) {
      if (this.#doneCount < batch && !this.#hasFailed) break;
      this.#effects.push({ type: "event", event });
      count += 1;
    }
    this.#held.splice(0, count);
  }

  #fail(failure: string): void {
    this.#hasFailed = true;
    this.#changes = [];
    this.#changesBytes = 0;
    this.#writeAt = undefined;
    const message = `from now on nothing is kept on this computer: ${failure}`;
    this.#held.unshift({ event: { type: "memory", message }, batch: 0 });
  }
}

function isDense(entries: readonly LogEntry[]): boolean {
  const first = entries[0]?.sequence ?? 0;
  return entries.every(({ sequence }, index) => sequence === first + index);
}

function bytesOf(entries: readonly LogEntry[]): number {
  return entries.reduce((sum, { body }) => sum + ("text" in body ? utf8Bytes(body.text) : 0), 0);
}
