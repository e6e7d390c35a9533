import type { Random } from "../../base/random.ts";
import type { ChunkRange, ChunkSet } from "./chunk-set.ts";
import type { Contents } from "./contents.ts";
import { type Asking, FetchPlan, type WantedOrder } from "./fetch-plan.ts";
import { HaveNews, rangesIn } from "./have-news.ts";
import type { PeerMessage } from "./peer-message.ts";
import { ServePlan, type Serving } from "./serve-plan.ts";

/** What a peer says about chunks. */
export type ChunkMessage = Extract<
  PeerMessage,
  { readonly type: "have" | "want" | "cancel" | "dropped" }
>;

/** What comes of it: something that it must not say, or chunks that it is told are not served. */
export type ChunkOutcome =
  | { readonly type: "done" }
  | { readonly type: "forbidden"; readonly text: string }
  | { readonly type: "dropped"; readonly chunks: readonly number[] };

/** The chunks of an offer whose contents are known: what is here, what is asked for, what is given. */
export class ChunkTrade {
  readonly contents: Contents;
  readonly #fetch: FetchPlan;
  readonly #serve: ServePlan;
  readonly #news = new HaveNews();
  /** What was asked of peers with whom it is over may be on its way. */
  readonly #late = new Map<number, Set<number>>();

  constructor(options: {
    readonly contents: Contents;
    /** All is here. */
    readonly isOrigin: boolean;
    readonly random: Random;
  }) {
    const { contents, isOrigin, random } = options;
    const { layout } = contents;
    this.contents = contents;
    this.#fetch = new FetchPlan({ layout, random });
    this.#serve = new ServePlan({ isOrigin, chunkCount: layout.chunkCount });
    if (!isOrigin) return;
    for (let chunk = 0; chunk < layout.chunkCount; chunk += 1) this.#fetch.keep(chunk);
  }

  get have(): ChunkSet {
    return this.#fetch.have;
  }

  addPeer(now: number, peer: number, isOrigin: boolean): void {
    this.#fetch.addPeer(now, peer, isOrigin);
  }

  /** It is over with a peer, who is still connected. */
  leavePeer(peer: number): void {
    const asked = this.#fetch.askedOf(peer);
    this.removePeer(peer);
    if (0 < asked.length) this.#late.set(peer, new Set(asked));
  }

  /** Nothing comes of a peer any more. */
  removePeer(peer: number): void {
    this.#late.delete(peer);
    this.#fetch.removePeer(peer);
    this.#serve.cancelAll(peer);
  }

  take(peer: number, message: ChunkMessage): ChunkOutcome {
    switch (message.type) {
      case "have": {
        // Of other contents, as somebody has who took it before it was changed.
        if (Buffer.compare(message.id, this.contents.id) !== 0) return { type: "done" };
        const ranges = rangesIn(message.ranges);
        const isGood = ranges.every(({ start, end }) => this.#fetch.promise(peer, start, end));
        return done(isGood, "it has what is not offered");
      }
      case "want":
        if (!message.chunks.every((chunk) => this.have.has(chunk))) {
          return { type: "forbidden", text: "it wants what is not here" };
        }
        return done(this.#serve.want(peer, message.chunks, message.others), "it wants too much");
      case "cancel":
        return { type: "dropped", chunks: this.#serve.cancel(peer, message.chunks) };
      case "dropped":
        return done(this.#fetch.drop(peer, message.chunks), "it drops what it was not asked for");
    }
  }

  /** How long a chunk is that a peer was asked for; `undefined` when it was not. */
  bytesOf(peer: number, chunk: number): number | undefined {
    const isAsked = this.#fetch.isAsked(peer, chunk) || this.#late.get(peer)?.has(chunk);
    return isAsked ? this.contents.layout.place(chunk).bytes : undefined;
  }

  /** Bytes of a chunk are coming that a peer was asked for. */
  hear(now: number, peer: number, bytes: number): void {
    this.#fetch.hear(now, peer, bytes);
  }

  /** A chunk came whole, which a peer was asked for: whether it is needed. `keep` or `reject` follows. */
  arrive(now: number, peer: number, chunk: number): boolean {
    if (this.#late.get(peer)?.delete(chunk)) return false;
    return this.#fetch.arrive(now, peer, chunk);
  }

  /** A chunk is here. */
  keep(now: number, chunk: number): void {
    this.#fetch.keep(chunk);
    this.#news.add(now, chunk);
  }

  /** A chunk is not here. */
  reject(chunk: number): void {
    this.#fetch.reject(chunk);
  }

  /** Nothing is wanted any more of what was asked for. */
  cancelAll(): void {
    this.#fetch.cancelAll();
  }

  /** What to ask of a peer now. */
  ask(now: number, peer: number, order: WantedOrder): Asking {
    return this.#fetch.poll(now, peer, order);
  }

  /** What is new here and is to be told now. */
  takeNews(now: number): readonly ChunkRange[] {
    return this.#news.take(now);
  }

  /** Peers that owe something and do not give it. */
  lost(now: number): readonly number[] {
    return this.#fetch.lost(now);
  }

  nextServing(now: number, isReady: (peer: number) => boolean): Serving | undefined {
    return this.#serve.next(now, isReady);
  }

  nextTimeout(now: number): number | undefined {
    const times = [
      this.#news.dueAt,
      this.#fetch.nextTimeout(now),
      this.#serve.nextTimeout(now),
    ].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

function done(isGood: boolean, text: string): ChunkOutcome {
  return isGood ? { type: "done" } : { type: "forbidden", text };
}
