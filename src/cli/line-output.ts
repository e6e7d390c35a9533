import type { Writable } from "node:stream";
import { EarshotError, systemErrorCode } from "../base/errors.ts";

/** What may wait for a reader that is slower than the network: half a minute at 2 MB/s. */
export const outputBytesMax: number = 64 * 1_024 * 1_024;

/** Why nothing more can be written: nobody reads any more, or not fast enough. */
export type OutputEnd =
  | { readonly type: "hung-up" }
  | { readonly type: "failed"; readonly error: Error };

/** Lines for another program. Writing never blocks this one, whoever reads or does not. */
export class LineOutput {
  readonly #stream: Writable;
  readonly #onEnd: (end: OutputEnd) => void;
  #isEnded = false;

  /** `onEnd` is called once, and nothing is written afterwards. */
  constructor(stream: Writable, onEnd: (end: OutputEnd) => void) {
    this.#stream = stream;
    this.#onEnd = onEnd;
    unblock(stream);
    stream.on("error", (error) => {
      const isHungUp = systemErrorCode(error) === "EPIPE";
      this.#end(isHungUp ? { type: "hung-up" } : { type: "failed", error });
    });
  }

  writeLine(line: string): void {
    if (this.#isEnded) return;
    this.#stream.write(`${line}\n`);
    if (outputBytesMax < this.#stream.writableLength) {
      const message = `more than ${outputBytesMax} bytes of output wait to be read`;
      this.#stream.destroy();
      this.#end({ type: "failed", error: new EarshotError("limit-reached", message) });
    }
  }

  /** When everything so far is with the system, or can no longer get there. */
  async flushed(): Promise<void> {
    if (!this.#isEnded) await flushed(this.#stream);
  }

  #end(end: OutputEnd): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#onEnd(end);
  }
}

/**
 * Node writes to pipes synchronously on POSIX: one that nobody reads would stop the whole program,
 * and the server would take it for dead. A terminal stays as it is, for it is shared with the shell.
 */
export function unblock(stream: Writable & { readonly isTTY?: boolean }): void {
  if (stream.isTTY) return;
  const { _handle: handle } = stream as { readonly _handle?: Handle };
  handle?.setBlocking?.(false);
}

/** When what was written to the stream is with the system, or can no longer get there. */
export function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write("", () => resolve());
  });
}

interface Handle {
  readonly setBlocking?: (isBlocking: boolean) => void;
}
