import type { Writable } from "node:stream";

/** UTF-16 units that are kept: the last few hundred lines. */
export const capturedUnitsMax = 65_536;

/**
 * Keeps what is written to streams away from the screen that is drawn on the same terminal: what the
 * console and libraries print, and Node's warnings. The newest `capturedUnitsMax` are given back.
 */
export class CapturedOutput {
  readonly #restores: (() => void)[] = [];
  #text = "";

  constructor(streams: readonly Writable[]) {
    for (const stream of streams) this.#capture(stream);
    this.#captureWarnings();
  }

  /** Lets the streams write again and gives what they were not allowed to, oldest first. */
  release(): string {
    for (const restore of this.#restores) restore();
    this.#restores.length = 0;
    const text = this.#text;
    this.#text = "";
    return text;
  }

  #add(text: string): void {
    this.#text = (this.#text + text).slice(-capturedUnitsMax);
  }

  #capture(stream: Writable): void {
    const write = stream.write;
    const capture = (chunk: unknown, ...rest: readonly unknown[]): boolean => {
      this.#add(chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : String(chunk));
      const onWritten = rest.at(-1);
      if (typeof onWritten === "function") process.nextTick(onWritten as () => void);
      return true;
    };
    stream.write = capture;
    this.#restores.push(() => {
      stream.write = write;
    });
  }

  /** Node prints warnings past `process.stderr`, on a descriptor that blocks. */
  #captureWarnings(): void {
    const listeners = process.rawListeners("warning") as ((warning: Error) => void)[];
    const capture = (warning: Error) => this.#add(`${warning.stack ?? warning.message}\n`);
    for (const listener of listeners) process.off("warning", listener);
    process.on("warning", capture);
    this.#restores.push(() => {
      process.off("warning", capture);
      for (const listener of listeners) process.on("warning", listener);
    });
  }
}
