import type { ChunkRange } from "./chunk-set.ts";
import { haveMs, rangesMax } from "./limits.ts";

/** What was stored and is yet to be told to the others, some chunks at once. */
export class HaveNews {
  #chunks: number[] = [];
  #dueAt: number | undefined;

  add(now: number, chunk: number): void {
    this.#chunks.push(chunk);
    this.#dueAt ??= now + haveMs;
  }

  /** When it is to be told. */
  get dueAt(): number | undefined {
    return this.#dueAt;
  }

  /** What is to be told now, which is no news then. */
  take(now: number): readonly ChunkRange[] {
    if (this.#dueAt === undefined || now < this.#dueAt) return [];
    const ranges = rangesOf(this.#chunks);
    this.#chunks = [];
    this.#dueAt = undefined;
    return ranges;
  }
}

/** The ranges as messages have them: pairs of numbers, so many in each. */
export function pairsOf(ranges: readonly ChunkRange[]): readonly (readonly number[])[] {
  const messages: (readonly number[])[] = [];
  for (let from = 0; from < ranges.length; from += rangesMax) {
    const told = ranges.slice(from, from + rangesMax);
    messages.push(told.flatMap(({ start, end }) => [start, end]));
  }
  return messages;
}

/** The ranges of a message. */
export function rangesIn(pairs: readonly number[]): readonly ChunkRange[] {
  return pairs.flatMap((start, index) =>
    index % 2 === 0 ? [{ start, end: pairs[index + 1] ?? start }] : [],
  );
}

function rangesOf(chunks: readonly number[]): readonly ChunkRange[] {
  const ranges: { start: number; end: number }[] = [];
  for (const chunk of [...chunks].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last.end === chunk) last.end = chunk + 1;
    else ranges.push({ start: chunk, end: chunk + 1 });
  }
  return ranges;
}
