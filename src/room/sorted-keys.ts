/** Keys in code unit order, so that pages of them do not depend on what comes and goes. */
export class SortedKeys {
  readonly #keys: string[] = [];

  get size(): number {
    return this.#keys.length;
  }

  /** Adds a key that is not there. */
  add(key: string): void {
    this.#keys.splice(this.#indexAfter(key), 0, key);
  }

  /** Takes out a key that is there. */
  delete(key: string): void {
    this.#keys.splice(this.#indexAfter(key) - 1, 1);
  }

  /** Those that come after this one, whether it is there or not; all of them without one. */
  *after(key: string | undefined): Generator<string> {
    const start = key === undefined ? 0 : this.#indexAfter(key);
    for (let index = start; index < this.#keys.length; index += 1) yield this.#keys[index] ?? "";
  }

  /** How many keys are less than or equal to this one. */
  #indexAfter(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? "") <= key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
