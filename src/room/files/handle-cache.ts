import { closeSync } from "node:fs";

/** Files of one offer that are open at once: systems allow 1,024 or, on macOS, 256 for all. */
export const handlesMax = 16;

/** Open files of an offer, of which that is closed which was not used for longest. */
export class HandleCache {
  readonly #open: (file: number) => number;
  readonly #handles = new Map<number, number>();

  constructor(open: (file: number) => number) {
    this.#open = open;
  }

  /** The file by its index, opened if it is not. What opening throws is thrown. */
  of(file: number): number {
    const known = this.#handles.get(file);
    if (known !== undefined) {
      this.#handles.delete(file);
      this.#handles.set(file, known);
      return known;
    }
    const handle = this.#open(file);
    this.#handles.set(file, handle);
    const [oldest] = this.#handles.keys();
    if (handlesMax < this.#handles.size && oldest !== undefined) this.closeFile(oldest);
    return handle;
  }

  closeFile(file: number): void {
    const handle = this.#handles.get(file);
    if (handle === undefined) return;
    this.#handles.delete(file);
    closeSync(handle);
  }

  close(): void {
    for (const file of [...this.#handles.keys()]) this.closeFile(file);
  }
}
