import type { ByteWriter } from "../base/bytes.ts";
import { writeAckFrequency } from "./frames.ts";
import {
  ackDelayMaxMs,
  ackElicitingThreshold,
  ackThresholdFew,
  ackThresholdMax,
  ackWindowShare,
} from "./limits.ts";
import type { SentFrame } from "./sent-packet.ts";

/** Type, sequence of at most 8 bytes, threshold up to 32, delay up to 1000. */
const frameBytesMax = 12;

/**
 * What the peer is asked about its ACKs (draft-ietf-quic-ack-frequency): how many packets one may
 * answer, and how long it may wait for them. An ACK costs both ends as much as a packet with data.
 */
export class AckFrequency {
  readonly #delayMsWanted: () => number;
  #threshold = ackElicitingThreshold;
  #delayMs = ackDelayMaxMs;
  /** The longest delay that the peer may still keep to. */
  #delayMsMax = ackDelayMaxMs;
  /** Of the next frame. */
  #sequence = 0;
  #isLost = false;

  /** `delayMsWanted` tells how long ACKs may wait now, at least `ackDelayMaxMs`. */
  constructor(delayMsWanted: () => number) {
    this.#delayMsWanted = delayMsWanted;
  }

  /** The longest that the peer holds an ACK back for our sake, in ms. */
  get delayMsMax(): number {
    return this.#delayMsMax;
  }

  /** Writes a frame when what was asked for last has ceased to fit a window of so many datagrams. */
  write(writer: ByteWriter, windowDatagrams: number): SentFrame | undefined {
    const delayMs = Math.floor(this.#delayMsWanted());
    const threshold = thresholdFor(windowDatagrams);
    const isDue =
      this.#isLost || isFar(threshold, this.#threshold) || isFar(delayMs, this.#delayMs);
    if (!isDue || writer.remaining < frameBytesMax) return undefined;
    const sequence = this.#sequence;
    this.#sequence += 1;
    this.#isLost = false;
    this.#threshold = threshold;
    this.#delayMs = delayMs;
    this.#delayMsMax = Math.max(this.#delayMsMax, delayMs);
    writeAckFrequency(writer, { sequence, threshold, delayMs });
    return { type: "ack-frequency", sequence };
  }

  /** The peer keeps to the frame. */
  onAcked(sequence: number): void {
    if (sequence + 1 === this.#sequence) this.#delayMsMax = this.#delayMs;
  }

  onLost(sequence: number): void {
    if (sequence + 1 === this.#sequence) this.#isLost = true;
  }
}

/** A share of the window, so that its next part can leave before it is empty. */
function thresholdFor(windowDatagrams: number): number {
  const few = Math.min(ackThresholdFew, Math.floor(windowDatagrams / 2));
  const share = Math.floor(windowDatagrams * ackWindowShare);
  return Math.min(Math.max(share, few, ackElicitingThreshold), ackThresholdMax);
}

/** Small changes are not worth a frame. */
function isFar(a: number, b: number): boolean {
  return 2 * Math.min(a, b) <= Math.max(a, b);
}
