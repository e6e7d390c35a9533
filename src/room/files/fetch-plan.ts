import assert from "node:assert/strict";
import type { Random } from "../../base/random.ts";
import type { ChunkLayout } from "./chunk-layout.ts";
import { ChunkSet } from "./chunk-set.ts";
import {
  endgameMs,
  endgamePeersMax,
  fetchBytesMax,
  originCopiesMax,
  rarestSample,
  stalledBytes,
  stalledMs,
  wantedBytesMax,
  wantedChunksMin,
  wantedMs,
  wantsMax,
} from "./limits.ts";
import { OpenChunks } from "./open-chunks.ts";
import { Rate } from "./rate.ts";

/** What is wanted first, or that nothing is. */
export type WantedOrder = "rarest" | "first" | "nothing";

/** What is to be said to one peer. */
export interface Asking {
  readonly want: readonly number[];
  readonly cancel: readonly number[];
}

interface Holder {
  /** What it has; the origin has all. */
  readonly chunks: ChunkSet | "all";
  /** What it could not give all the same. */
  readonly refused: Set<number>;
  /** What it was asked for, and when. Each is answered. */
  readonly asked: Map<number, number>;
  /** Those of them that are to be cancelled, and those that were. */
  readonly cancelling: Set<number>;
  readonly cancelled: Set<number>;
  readonly rate: Rate;
  /** Bytes that it was asked for. */
  bytes: number;
  /** Nothing that is open was found at it, and it has told of nothing since. */
  isDry: boolean;
  /** When it had sent enough, or it was asked for something after it owed nothing. */
  heardAt: number;
  /** What it has sent since, if that is too little to count. */
  drippedBytes: number;
}

/**
 * Which chunk to ask of whom: the rarest first, so that nobody who leaves takes the last copy along; of
 * a single peer in order. A chunk is asked of one peer, and of a second one at the end, when it does not
 * come. It counts only when it was found to be right.
 */
export class FetchPlan {
  readonly #layout: ChunkLayout;
  readonly #random: Random;
  readonly #have: ChunkSet;
  /** What nobody was asked for. */
  readonly #open: OpenChunks;
  /** By how many peers a chunk was promised that are not the origin. */
  readonly #copies: Uint8Array;
  readonly #holders = new Map<number, Holder>();
  /** Came and are being compared. */
  readonly #judged = new Set<number>();
  #bytes = 0;

  constructor(options: { readonly layout: ChunkLayout; readonly random: Random }) {
    this.#layout = options.layout;
    this.#random = options.random;
    this.#have = new ChunkSet(options.layout.chunkCount);
    this.#open = new OpenChunks(options.layout.chunkCount);
    this.#copies = new Uint8Array(options.layout.chunkCount);
  }

  /** What is here and right. */
  get have(): ChunkSet {
    return this.#have;
  }

  /** A chunk was found not to be here: it may be asked for. At first nothing is known to be missing. */
  miss(chunk: number): void {
    if (this.#have.has(chunk) || this.#isUnderWay(chunk)) return;
    this.#open.add(chunk);
    for (const holder of this.#holders.values()) holder.isDry = false;
  }

  /** A chunk is here and right. */
  keep(chunk: number): void {
    this.#endJudging(chunk);
    this.#open.delete(chunk);
    this.#have.add(chunk);
    for (const holder of this.#holders.values()) {
      if (holder.asked.has(chunk) && !holder.cancelled.has(chunk)) holder.cancelling.add(chunk);
    }
  }

  /** What came was not right, or could not be kept. */
  reject(chunk: number): void {
    this.#endJudging(chunk);
    this.miss(chunk);
  }

  /** A peer that has nothing yet, or is the origin and has all. */
  addPeer(now: number, peer: number, isOrigin: boolean): void {
    this.#holders.set(peer, {
      chunks: isOrigin ? "all" : new ChunkSet(this.#layout.chunkCount),
      refused: new Set(),
      asked: new Map(),
      cancelling: new Set(),
      cancelled: new Set(),
      rate: new Rate(),
      bytes: 0,
      isDry: false,
      heardAt: now,
      drippedBytes: 0,
    });
  }

  removePeer(peer: number): void {
    const holder = this.#holders.get(peer);
    if (holder === undefined) return;
    this.#holders.delete(peer);
    if (holder.chunks !== "all") {
      for (const { start, end } of holder.chunks.ranges()) {
        for (let chunk = start; chunk < end; chunk += 1) this.#count(chunk, -1);
      }
    }
    for (const chunk of holder.asked.keys()) this.#settle(holder, chunk);
  }

  /** `false` when there are no such chunks, or the origin says what it has. */
  promise(peer: number, start: number, end: number): boolean {
    const holder = this.#holders.get(peer);
    if (holder === undefined || holder.chunks === "all" || this.#layout.chunkCount < end)
      return false;
    for (let chunk = start; chunk < end; chunk += 1) {
      if (!holder.chunks.add(chunk)) continue;
      holder.isDry = false;
      this.#count(chunk, 1);
      this.#leaveToOthers(chunk);
    }
    return true;
  }

  /** What a peer owes. */
  askedOf(peer: number): readonly number[] {
    return [...(this.#holders.get(peer)?.asked.keys() ?? [])];
  }

  /** Whether a peer owes a chunk. */
  isAsked(peer: number, chunk: number): boolean {
    return this.#holders.get(peer)?.asked.has(chunk) ?? false;
  }

  /** Bytes of a peer have come, of a chunk or of a part of one. */
  hear(now: number, peer: number, bytes: number): void {
    const holder = this.#holders.get(peer);
    if (holder === undefined) return;
    holder.rate.add(now, bytes);
    holder.drippedBytes += bytes;
    if (holder.drippedBytes < stalledBytes) return;
    holder.drippedBytes = 0;
    holder.heardAt = now;
  }

  /**
   * A chunk came whole, which the peer was asked for. Whether it is to be judged: not when it is here
   * already, or another copy is being looked at.
   */
  arrive(now: number, peer: number, chunk: number): boolean {
    const holder = this.#holders.get(peer);
    assert(holder !== undefined);
    assert(holder.asked.has(chunk));
    holder.heardAt = now;
    const isNew = !this.#have.has(chunk) && !this.#judged.has(chunk);
    if (isNew) {
      this.#judged.add(chunk);
      this.#bytes += this.#bytesOf(chunk);
    }
    this.#settle(holder, chunk);
    return isNew;
  }

  /** The peer does not send these. `false` when it was not asked for them. */
  drop(peer: number, chunks: readonly number[]): boolean {
    const holder = this.#holders.get(peer);
    if (holder === undefined) return false;
    for (const chunk of chunks) {
      if (!holder.asked.has(chunk)) return false;
      // Else it would be asked for it again at once, and for ever.
      if (!holder.cancelled.has(chunk)) holder.refused.add(chunk);
      this.#settle(holder, chunk);
    }
    return true;
  }

  /** Nothing more is wanted of anybody, as in a pause: what is on its way comes all the same. */
  cancelAll(): void {
    for (const holder of this.#holders.values()) cancelAskedOf(holder);
  }

  /** What to say to a peer now. Who owes something and is silent for long is asked for nothing more. */
  poll(now: number, peer: number, order: WantedOrder): Asking {
    const holder = this.#holders.get(peer);
    if (holder === undefined) return { want: [], cancel: [] };
    const isStalled = 0 < holder.asked.size && holder.heardAt + stalledMs <= now;
    if (isStalled) cancelAskedOf(holder);
    const want = order === "nothing" || isStalled ? [] : this.#choose(now, holder, order);
    const cancel = [...holder.cancelling].slice(0, wantsMax);
    for (const chunk of cancel) {
      holder.cancelling.delete(chunk);
      holder.cancelled.add(chunk);
    }
    return { want, cancel };
  }

  /** Peers that owe something and were silent for twice as long as anybody may be. */
  lost(now: number): readonly number[] {
    return [...this.#holders]
      .filter(([, { asked, heardAt }]) => 0 < asked.size && heardAt + 2 * stalledMs <= now)
      .map(([peer]) => peer);
  }

  /** When something is due without anybody saying a word. */
  nextTimeout(now: number): number | undefined {
    let at: number | undefined;
    for (const { asked, heardAt } of this.#holders.values()) {
      if (asked.size === 0) continue;
      const due = [heardAt + stalledMs, heardAt + 2 * stalledMs].find((time) => now < time);
      if (due !== undefined && (at === undefined || due < at)) at = due;
    }
    // Only while the end is near: then a chunk that does not come is asked of somebody else.
    if (at !== undefined && this.#open.count === 0) at = Math.min(at, now + endgameMs / 4);
    return at;
  }

  #choose(now: number, holder: Holder, order: WantedOrder): readonly number[] {
    const want: number[] = [];
    const bytesMax = this.#budget(now, holder);
    // Not one by one as each arrives, but some at once.
    if (bytesMax * 0.75 < holder.bytes) return want;
    while (holder.asked.size < wantsMax && holder.bytes < bytesMax) {
      const chunk = this.#pick(holder, order) ?? this.#pickLate(now, holder);
      if (chunk === undefined) break;
      const bytes = this.#bytesOf(chunk);
      if (0 < this.#bytes && this.#budgetInAll < this.#bytes + bytes) break;
      this.#open.delete(chunk);
      if (holder.asked.size === 0) holder.heardAt = now;
      holder.asked.set(chunk, now);
      holder.bytes += bytes;
      this.#bytes += bytes;
      want.push(chunk);
    }
    return want;
  }

  #budget(now: number, holder: Holder): number {
    const least = wantedChunksMin * this.#layout.chunkBytes;
    const flow = (holder.rate.perSecond(now) * wantedMs) / 1_000;
    return Math.max(least, Math.min(flow, wantedBytesMax));
  }

  get #budgetInAll(): number {
    return Math.max(fetchBytesMax, wantedChunksMin * this.#layout.chunkBytes);
  }

  #pick(holder: Holder, order: WantedOrder): number | undefined {
    if (holder.isDry) return undefined;
    if (order === "first" && this.#holders.size === 1 && holder.chunks === "all") {
      const first = this.#open.first();
      if (first !== undefined && hasChunk(holder, first)) return first;
    }
    let best: number | undefined;
    for (const chunk of this.#open.sample(rarestSample, this.#random)) {
      if (!hasChunk(holder, chunk)) continue;
      if (best === undefined || this.#copiesOf(chunk) < this.#copiesOf(best)) best = chunk;
    }
    best ??= this.#open.find((chunk) => hasChunk(holder, chunk));
    holder.isDry = best === undefined;
    return best !== undefined && this.#isForOthers(holder, best) ? undefined : best;
  }

  /** The origin is not asked for what it would hold back, while somebody who has it is free. */
  #isForOthers(holder: Holder, chunk: number): boolean {
    if (holder.chunks !== "all" || this.#copiesOf(chunk) < originCopiesMax) return false;
    for (const other of this.#holders.values()) {
      const isFree = other !== holder && other.bytes < this.#layout.chunkBytes;
      if (isFree && hasChunk(other, chunk)) return true;
    }
    return false;
  }

  /** What another peer owes for too long, when nothing else is left. */
  #pickLate(now: number, holder: Holder): number | undefined {
    if (0 < holder.asked.size) return undefined;
    for (const other of this.#holders.values()) {
      if (other === holder) continue;
      for (const [chunk, askedAt] of other.asked) {
        if (now < askedAt + endgameMs || this.#have.has(chunk)) continue;
        if (hasChunk(holder, chunk) && this.#askedCount(chunk) < endgamePeersMax) return chunk;
      }
    }
    return undefined;
  }

  /** A chunk that the origin was asked for can be had of somebody else, whose link is free. */
  #leaveToOthers(chunk: number): void {
    for (const holder of this.#holders.values()) {
      if (holder.chunks !== "all" || !holder.asked.has(chunk)) continue;
      if (!holder.cancelled.has(chunk)) holder.cancelling.add(chunk);
    }
  }

  #settle(holder: Holder, chunk: number): void {
    const bytes = this.#bytesOf(chunk);
    holder.asked.delete(chunk);
    holder.cancelling.delete(chunk);
    holder.cancelled.delete(chunk);
    holder.bytes -= bytes;
    this.#bytes -= bytes;
    this.miss(chunk);
  }

  #endJudging(chunk: number): void {
    if (this.#judged.delete(chunk)) this.#bytes -= this.#bytesOf(chunk);
  }

  #isUnderWay(chunk: number): boolean {
    return this.#judged.has(chunk) || 0 < this.#askedCount(chunk);
  }

  #askedCount(chunk: number): number {
    let count = 0;
    for (const { asked } of this.#holders.values()) if (asked.has(chunk)) count += 1;
    return count;
  }

  #bytesOf(chunk: number): number {
    return this.#layout.place(chunk).bytes;
  }

  #copiesOf(chunk: number): number {
    return this.#copies[chunk] ?? 0;
  }

  #count(chunk: number, by: number): void {
    this.#copies[chunk] = this.#copiesOf(chunk) + by;
  }
}

function hasChunk({ chunks, refused }: Holder, chunk: number): boolean {
  return (chunks === "all" || chunks.has(chunk)) && !refused.has(chunk);
}

function cancelAskedOf({ asked, cancelling, cancelled }: Holder): void {
  for (const chunk of asked.keys()) if (!cancelled.has(chunk)) cancelling.add(chunk);
}
