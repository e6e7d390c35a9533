/** The largest of the values noted within the last `length` steps. Steps only go up. */
export class WindowedMax {
  readonly #length: number;
  /** In rising order of step and falling order of value: each is the largest after the one before. */
  readonly #entries: { readonly step: number; readonly value: number }[] = [];

  constructor(length: number) {
    this.#length = length;
  }

  /** The largest value, or `undefined` before the first. */
  get max(): number | undefined {
    return this.#entries[0]?.value;
  }

  /** At most one entry a step survives, so there are never more than `length`. */
  note(step: number, value: number): void {
    const entries = this.#entries;
    while ((entries.at(-1)?.value ?? Number.POSITIVE_INFINITY) <= value) entries.pop();
    if (entries.at(-1)?.step !== step) entries.push({ step, value });
    while ((entries[0]?.step ?? step) <= step - this.#length) entries.shift();
  }
}
