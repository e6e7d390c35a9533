import type { RateSample } from "./delivery-rate.ts";
import {
  congestionWindowBytesMax,
  initialWindowDatagrams,
  minimumWindowDatagrams,
} from "./limits.ts";
import type { SentPacket } from "./sent-packet.ts";

/** What an ACK or a timeout showed. Packets are in rising order of number, times are `now`. */
export interface CongestionEvent {
  readonly acked: readonly SentPacket[];
  readonly lost: readonly SentPacket[];
  /** Packets that were called lost before and have arrived after all. */
  readonly revived: readonly SentPacket[];
  /** Nothing came through for a long time (RFC 9002 section 7.6). */
  readonly isCongestionPersistent: boolean;
  /**
   * Whether the window was what held the sender back: a window that was not used proves nothing and
   * must not grow.
   */
  readonly isWindowLimited: boolean;
  /** Bytes still in flight. */
  readonly bytesInFlight: number;
  /** The round trip that this ACK measured, in ms. */
  readonly roundTripMs: number | undefined;
  readonly rate: RateSample | undefined;
}

/** Decides how many bytes may be in flight, and how fast they leave. */
export interface CongestionController {
  readonly windowBytes: number;
  /** Bytes per ms; `undefined`: the window alone decides. */
  readonly pacingBytesPerMs: number | undefined;
  /** The shortest round trip of the path, in ms, where the controller knows it. */
  readonly minRttMs: number | undefined;
  /**
   * Bytes in flight that the path itself holds when nothing queues, and that it has lost without our
   * knowing it yet; 0 where the controller does not know.
   */
  readonly pathBytes: number;
  onSettled(now: number, event: CongestionEvent): void;
  /** The path carries datagrams of this size now. */
  setDatagramBytes(bytes: number): void;
}

/** Makes the controller of a connection that begins with datagrams of this size. */
export type CongestionFactory = (datagramBytes: number) => CongestionController;

/**
 * NewReno as in RFC 9002 section 7, with the undo of RFC 4015 for losses that were none. It is not
 * what connections use (a loss in a hundred stops it), but what the simulations compare with.
 */
export class NewReno implements CongestionController {
  #datagramBytes: number;
  #windowBytes: number;
  #slowStartBytesMax = Number.POSITIVE_INFINITY;
  #recoveryStartedAt: number | undefined;
  /** Before the last reduction, and how many of the losses that led to it are still believed. */
  #undo: { windowBytes: number; slowStartBytesMax: number; readonly lost: Set<number> } | undefined;

  constructor(datagramBytes: number) {
    this.#datagramBytes = datagramBytes;
    this.#windowBytes = initialWindowDatagrams * datagramBytes;
  }

  get windowBytes(): number {
    return this.#windowBytes;
  }

  get pacingBytesPerMs(): undefined {
    return undefined;
  }

  get minRttMs(): undefined {
    return undefined;
  }

  get pathBytes(): number {
    return 0;
  }

  setDatagramBytes(bytes: number): void {
    this.#datagramBytes = bytes;
  }

  onSettled(now: number, event: CongestionEvent): void {
    this.#reconsider(event.revived);
    for (const packet of event.acked) this.#onAcked(packet, event.isWindowLimited);
    this.#onLost(now, event.lost);
    if (!event.isCongestionPersistent) return;
    this.#windowBytes = minimumWindowDatagrams * this.#datagramBytes;
    this.#recoveryStartedAt = undefined;
    this.#undo = undefined;
  }

  #onAcked(packet: SentPacket, isWindowLimited: boolean): void {
    if (this.#isBeforeRecovery(packet.sentAt) || !isWindowLimited) return;
    const isSlowStart = this.#windowBytes < this.#slowStartBytesMax;
    const growth = isSlowStart
      ? packet.bytes
      : (this.#datagramBytes * packet.bytes) / this.#windowBytes;
    this.#windowBytes = Math.min(this.#windowBytes + growth, congestionWindowBytesMax);
  }

  #onLost(now: number, lost: readonly SentPacket[]): void {
    const newest = lost.at(-1);
    if (newest === undefined) return;
    if (this.#isBeforeRecovery(newest.sentAt)) {
      for (const packet of lost) this.#undo?.lost.add(packet.packetNumber);
      return;
    }
    this.#recoveryStartedAt = now;
    this.#undo = {
      windowBytes: this.#windowBytes,
      slowStartBytesMax: this.#slowStartBytesMax,
      lost: new Set(lost.map((packet) => packet.packetNumber)),
    };
    const windowBytesMin = minimumWindowDatagrams * this.#datagramBytes;
    this.#slowStartBytesMax = Math.max(this.#windowBytes / 2, windowBytesMin);
    this.#windowBytes = this.#slowStartBytesMax;
  }

  #reconsider(revived: readonly SentPacket[]): void {
    const undo = this.#undo;
    if (undo === undefined || revived.length === 0) return;
    for (const packet of revived) undo.lost.delete(packet.packetNumber);
    if (0 < undo.lost.size) return;
    this.#windowBytes = Math.max(this.#windowBytes, undo.windowBytes);
    this.#slowStartBytesMax = undo.slowStartBytesMax;
    this.#recoveryStartedAt = undefined;
    this.#undo = undefined;
  }

  #isBeforeRecovery(sentAt: number): boolean {
    return this.#recoveryStartedAt !== undefined && sentAt <= this.#recoveryStartedAt;
  }
}
