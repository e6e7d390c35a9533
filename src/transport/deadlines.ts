/** The earlier of two times, of which any may be absent. */
export function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/**
 * Items ordered by when they are due: a binary heap that knows where each item is, so that moving
 * one costs O(log n) and leaves nothing behind.
 */
export class Deadlines<Item> {
  readonly #heap: { readonly item: Item; at: number }[] = [];
  readonly #indexes = new Map<Item, number>();

  get size(): number {
    return this.#heap.length;
  }

  /** When the first item is due, or `undefined` when there is none. */
  get nextAt(): number | undefined {
    return this.#heap[0]?.at;
  }

  /** Sets, moves or, with `undefined`, removes the item's deadline. */
  set(item: Item, at: number | undefined): void {
    const index = this.#indexes.get(item);
    if (at === undefined) {
      if (index !== undefined) this.#removeAt(index);
      return;
    }
    if (index === undefined) {
      this.#heap.push({ item, at });
      this.#indexes.set(item, this.#heap.length - 1);
      this.#rise(this.#heap.length - 1);
      return;
    }
    const entry = this.#heap[index];
    if (entry === undefined || entry.at === at) return;
    entry.at = at;
    this.#sink(this.#rise(index));
  }

  /** Takes out the items that are due by `now`, the earliest first. */
  takeDue(now: number): Item[] {
    const due: Item[] = [];
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || now < first.at) return due;
      this.#removeAt(0);
      due.push(first.item);
    }
  }

  #removeAt(index: number): void {
    const removed = this.#heap[index];
    const last = this.#heap.pop();
    if (removed === undefined || last === undefined) return;
    this.#indexes.delete(removed.item);
    if (removed === last) return;
    this.#heap[index] = last;
    this.#indexes.set(last.item, index);
    this.#sink(this.#rise(index));
  }

  #rise(from: number): number {
    let index = from;
    while (0 < index) {
      const parent = (index - 1) >> 1;
      if (!this.#isEarlier(index, parent)) break;
      this.#swap(index, parent);
      index = parent;
    }
    return index;
  }

  #sink(from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let earliest = index;
      if (this.#isEarlier(left, earliest)) earliest = left;
      if (this.#isEarlier(right, earliest)) earliest = right;
      if (earliest === index) return;
      this.#swap(index, earliest);
      index = earliest;
    }
  }

  #isEarlier(a: number, b: number): boolean {
    const entryA = this.#heap[a];
    const entryB = this.#heap[b];
    return entryA !== undefined && entryB !== undefined && entryA.at < entryB.at;
  }

  #swap(a: number, b: number): void {
    const entryA = this.#heap[a];
    const entryB = this.#heap[b];
    if (entryA === undefined || entryB === undefined) return;
    this.#heap[a] = entryB;
    this.#heap[b] = entryA;
    this.#indexes.set(entryB.item, a);
    this.#indexes.set(entryA.item, b);
  }
}
