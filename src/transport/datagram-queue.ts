import type { ByteWriter } from "../base/bytes.ts";
import { datagramFrameBytes, writeDatagram } from "./frames.ts";
import { unreliableCountMax } from "./limits.ts";

/**
 * Unreliable datagrams (RFC 9221) that wait to be sent, once each. What is newer says more, so when
 * there are too many the oldest is dropped.
 */
export class DatagramQueue {
  readonly #waiting: Uint8Array[] = [];
  #droppedCount = 0;

  /** How many wait. */
  get count(): number {
    return this.#waiting.length;
  }

  /** How many were dropped because newer ones came. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** The bytes must not change afterwards. */
  push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    if (this.#waiting.length <= unreliableCountMax) return;
    this.#waiting.shift();
    this.#droppedCount += 1;
  }

  /** Writes the oldest as far as there is room; one that does not fit goes with the next packet. */
  writeFrames(writer: ByteWriter): void {
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined || writer.remaining < datagramFrameBytes(first.length)) return;
      writeDatagram(writer, first);
      this.#waiting.shift();
    }
  }
}
