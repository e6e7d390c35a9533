/** Of so many pictures the slowest is known: three seconds of the most that are drawn. */
const framesMax = 100;

/** How long the last pictures took, in ms. */
export class FrameTimes {
  readonly #times: number[] = [];

  note(ms: number): void {
    this.#times.push(ms);
    if (framesMax < this.#times.length) this.#times.shift();
  }

  /** Of the last picture; 0 before the first. */
  get last(): number {
    return this.#times.at(-1) ?? 0;
  }

  get slowest(): number {
    return Math.max(0, ...this.#times);
  }
}
