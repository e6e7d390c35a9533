/** The earlier of two times, of which any may be absent. */
export function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

interface Entry<Item> {
  readonly item: Item;
  /** When the item is due. */
  at: number;
  /** What the heap is ordered by: never later than `at`. */
  key: number;
  index: number;
}

/**
 * Items ordered by when they are due: a binary heap whose entries know where they are, so that moving
 * one costs O(log n) and leaves nothing behind. An item that is put off, as timeouts are with every
 * packet, stays where it is until its old place comes first: that costs O(1).
 */
export class Deadlines<Item> {
  readonly #heap: Entry<Item>[] = [];
  readonly #entries = new Map<Item, Entry<Item>>();

  get size(): number {
    return this.#heap.length;
  }

  /** When the first item is due, or `undefined` when there is none. */
  get nextAt(): number | undefined {
    return this.#first()?.at;
  }

  /** Sets, moves or, with `undefined`, removes the item's deadline. */
  set(item: Item, at: number | undefined): void {
    const entry = this.#entries.get(item);
    if (at === undefined) {
      if (entry !== undefined) this.#remove(entry);
    } else if (entry === undefined) {
      const added = { item, at, key: at, index: this.#heap.length };
      this.#entries.set(item, added);
      this.#heap.push(added);
      this.#rise(added);
    } else {
      entry.at = at;
      if (entry.key <= at) return;
      entry.key = at;
      this.#rise(entry);
    }
  }

  /** Takes out the items that are due by `now`, the earliest first. */
  takeDue(now: number): Item[] {
    const due: Item[] = [];
    for (;;) {
      const first = this.#first();
      if (first === undefined || now < first.at) return due;
      this.#remove(first);
      due.push(first.item);
    }
  }

  /** The entry that is due first, once those that were put off have gone where they belong. */
  #first(): Entry<Item> | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.key === first.at) return first;
      first.key = first.at;
      this.#sink(first);
    }
  }

  #remove(entry: Entry<Item>): void {
    this.#entries.delete(entry.item);
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#place(last, entry.index);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(entry: Entry<Item>): void {
    while (0 < entry.index) {
      const { index } = entry;
      const above = (index - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.key <= entry.key) return;
      this.#place(parent, index);
      this.#place(entry, above);
    }
  }

  #sink(entry: Entry<Item>): void {
    for (;;) {
      const { index } = entry;
      const left = this.#heap[2 * index + 1];
      const right = this.#heap[2 * index + 2];
      const child =
        right !== undefined && left !== undefined && right.key < left.key ? right : left;
      if (child === undefined || entry.key <= child.key) return;
      const below = child.index;
      this.#place(child, index);
      this.#place(entry, below);
    }
  }

  #place(entry: Entry<Item>, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }
}
