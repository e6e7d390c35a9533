import { originCopiesMax, originHoldMs, wantsMax } from "./limits.ts";

/** A peer of one offer. */
interface Taker {
  /** In the order in which they were asked for. */
  readonly wants: Set<number>;
  /** Peers that it could have them of instead. */
  others: number;
}

/** Which chunk goes to whom next. */
export interface Serving {
  readonly peer: number;
  readonly chunk: number;
}

/**
 * Whom to serve what: takers in turn, and before all a chunk that nobody was given yet. At the origin a
 * third copy waits until the takers have had time to give it to each other, unless who wants it knows
 * nobody else, so that a crowd costs its link few copies.
 */
export class ServePlan {
  readonly #isOrigin: boolean;
  /** In the order of their turns. */
  readonly #takers = new Map<number, Taker>();
  /** How often a chunk was given; more than 255 times is 255. */
  readonly #copies: Uint8Array;
  /** When those were given that have had all their copies. */
  readonly #givenAt = new Map<number, number>();

  constructor(options: { readonly isOrigin: boolean; readonly chunkCount: number }) {
    this.#isOrigin = options.isOrigin;
    this.#copies = new Uint8Array(options.chunkCount);
  }

  /** Whether somebody wants something. */
  get isWanted(): boolean {
    for (const { wants } of this.#takers.values()) if (0 < wants.size) return true;
    return false;
  }

  /** `false` when it wants more at once than it may, or a chunk twice. */
  want(peer: number, chunks: readonly number[], others: number): boolean {
    const taker = this.#takers.get(peer) ?? { wants: new Set<number>(), others };
    this.#takers.set(peer, taker);
    taker.others = others;
    for (const chunk of chunks) {
      if (wantsMax <= taker.wants.size || taker.wants.has(chunk)) return false;
      taker.wants.add(chunk);
    }
    return true;
  }

  /** Those of the chunks that will not be served now. */
  cancel(peer: number, chunks: readonly number[]): readonly number[] {
    const wants = this.#takers.get(peer)?.wants;
    return chunks.filter((chunk) => wants?.delete(chunk));
  }

  /** All that it wanted and was not served. */
  cancelAll(peer: number): readonly number[] {
    const wants = [...(this.#takers.get(peer)?.wants ?? [])];
    this.#takers.delete(peer);
    return wants;
  }

  /** What to serve now to one of those for whom `isReady` holds; it is wanted no more then. */
  next(now: number, isReady: (peer: number) => boolean): Serving | undefined {
    let best: (Serving & { readonly copies: number }) | undefined;
    for (const [peer, taker] of this.#takers) {
      if (taker.wants.size === 0 || !isReady(peer)) continue;
      const found = this.#rarest(now, taker);
      if (found === undefined || (best !== undefined && best.copies <= found.copies)) continue;
      best = { ...found, peer };
      if (found.copies === 0) break;
    }
    if (best !== undefined) this.#give(now, best);
    return best;
  }

  /** When the first of the chunks that are held back may be served. */
  nextTimeout(now: number): number | undefined {
    let at: number | undefined;
    for (const { wants } of this.#takers.values()) {
      for (const chunk of wants) {
        const heldUntil = (this.#givenAt.get(chunk) ?? Number.NEGATIVE_INFINITY) + originHoldMs;
        if (now < heldUntil && (at === undefined || heldUntil < at)) at = heldUntil;
      }
    }
    return at;
  }

  #rarest(now: number, taker: Taker): { chunk: number; copies: number } | undefined {
    let best: { chunk: number; copies: number } | undefined;
    for (const chunk of taker.wants) {
      const copies = this.#copies[chunk] ?? 0;
      if (best !== undefined && best.copies <= copies) continue;
      if (0 < taker.others && this.#isHeld(now, chunk)) continue;
      best = { chunk, copies };
      if (copies === 0) break;
    }
    return best;
  }

  #isHeld(now: number, chunk: number): boolean {
    const givenAt = this.#givenAt.get(chunk);
    return givenAt !== undefined && now < givenAt + originHoldMs;
  }

  #give(now: number, { peer, chunk }: Serving): void {
    const copies = Math.min((this.#copies[chunk] ?? 0) + 1, 255);
    this.#copies[chunk] = copies;
    if (this.#isOrigin && originCopiesMax <= copies) this.#givenAt.set(chunk, now);
    const taker = this.#takers.get(peer);
    if (taker === undefined) return;
    taker.wants.delete(chunk);
    // Behind all others.
    this.#takers.delete(peer);
    this.#takers.set(peer, taker);
  }
}
