import type { Random } from "../../base/random.ts";

/** The place of a chunk that is not in the list. */
const nowhere = -1;

/** Chunks that nobody was asked for: in a list, for choosing among them by chance or in order. */
export class OpenChunks {
  readonly #list: number[] = [];
  /** Where each is in the list. */
  readonly #places: Int32Array;
  /** None below is open. */
  #low = 0;

  constructor(chunkCount: number) {
    this.#places = new Int32Array(chunkCount).fill(nowhere);
  }

  get count(): number {
    return this.#list.length;
  }

  add(chunk: number): void {
    if (this.#has(chunk)) return;
    this.#places[chunk] = this.#list.length;
    this.#list.push(chunk);
    this.#low = Math.min(this.#low, chunk);
  }

  delete(chunk: number): void {
    if (!this.#has(chunk)) return;
    const place = this.#places[chunk] ?? nowhere;
    const last = this.#list.pop();
    this.#places[chunk] = nowhere;
    if (last === undefined || last === chunk) return;
    this.#list[place] = last;
    this.#places[last] = place;
  }

  /** The one with the lowest number. */
  first(): number | undefined {
    if (this.#list.length === 0) return undefined;
    while (!this.#has(this.#low)) this.#low += 1;
    return this.#low;
  }

  /** Any for which it holds. Looks through all. */
  find(holds: (chunk: number) => boolean): number | undefined {
    return this.#list.find(holds);
  }

  /** Some of them by chance, or all when they are no more than that. */
  *sample(count: number, random: Random): Generator<number> {
    if (this.#list.length <= count) {
      const from = Math.floor(random.unit() * this.#list.length);
      yield* this.#list.slice(from);
      yield* this.#list.slice(0, from);
      return;
    }
    for (let drawn = 0; drawn < count; drawn += 1) {
      const chunk = this.#list[Math.floor(random.unit() * this.#list.length)];
      if (chunk !== undefined) yield chunk;
    }
  }

  #has(chunk: number): boolean {
    return (this.#places[chunk] ?? nowhere) !== nowhere;
  }
}
