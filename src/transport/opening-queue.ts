/**
 * The streams of one kind that we open: how many there were, how many the peer allows, and those
 * beyond that, in order. What waits is bounded by the send queue.
 */
export class OpeningQueue<T> {
  #taken = 0;
  #max = 0;
  #waiting: T[] | undefined;

  /** The index of the next stream. */
  takeIndex(): number {
    this.#taken += 1;
    return this.#taken - 1;
  }

  /** Whether the peer allows the stream with this index. */
  mayOpen(index: number): boolean {
    return index < this.#max;
  }

  /** Whether there was such a stream, and the peer may have heard of it. */
  wasOpened(index: number): boolean {
    return index < this.#taken && this.mayOpen(index);
  }

  /** The newest one waits until the peer allows it. */
  wait(stream: T): void {
    this.#waiting ??= [];
    this.#waiting.push(stream);
  }

  /** The peer allows so many in all; gives those that may begin now. */
  raise(max: number): T[] {
    const more = Math.max(0, max - this.#max);
    this.#max += more;
    if (this.#waiting === undefined) return [];
    const indexOfFirst = this.#taken - this.#waiting.length;
    return this.#waiting.splice(0, Math.max(0, this.#max - indexOfFirst));
  }
}
