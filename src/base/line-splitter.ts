import { StringDecoder } from "node:string_decoder";

/** A line of input, or what stands for one that was longer than allowed. */
export type InputLine =
  | { readonly type: "line"; readonly text: string }
  | { readonly type: "too-long" };

/**
 * Cuts a stream of UTF-8 into lines. Only a line feed ends a line (a carriage return before it is
 * dropped): `node:readline` also cuts at U+2028, which JSON allows inside a string. Of a line longer
 * than `charactersMax` UTF-16 units nothing is kept.
 */
export class LineSplitter {
  readonly #charactersMax: number;
  readonly #decoder = new StringDecoder("utf8");
  #parts: string[] = [];
  #characters = 0;

  constructor(charactersMax: number) {
    this.#charactersMax = charactersMax;
  }

  /** The lines that end within this chunk. */
  push(chunk: Uint8Array): InputLine[] {
    return this.#split(this.#decoder.write(chunk));
  }

  /** What stood after the last line feed, if anything, now that the stream has ended. */
  end(): InputLine[] {
    const lines = this.#split(this.#decoder.end());
    return 0 < this.#characters ? [...lines, this.#take()] : lines;
  }

  #split(text: string): InputLine[] {
    const lines: InputLine[] = [];
    let from = 0;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", from)) {
      this.#keep(text.slice(from, at));
      lines.push(this.#take());
      from = at + 1;
    }
    this.#keep(text.slice(from));
    return lines;
  }

  #keep(part: string): void {
    this.#characters += part.length;
    if (this.#characters <= this.#charactersMax) this.#parts.push(part);
    else this.#parts = [];
  }

  #take(): InputLine {
    const isTooLong = this.#charactersMax < this.#characters;
    const text = this.#parts.join("");
    this.#parts = [];
    this.#characters = 0;
    return isTooLong ? { type: "too-long" } : { type: "line", text: text.replace(/\r$/, "") };
  }
}
