import {
  blackHoleBursts,
  datagramBytesMin,
  datagramSizes,
  mtuCoolDownMs,
  mtuProbeTries,
  mtuRaiseMs,
} from "./limits.ts";
import type { SentPacket } from "./sent-packet.ts";

/**
 * Datagram packetization layer path MTU discovery (RFC 8899): which datagrams a path carries, found
 * out with packets of the next size. Nothing that a router says is believed, only what arrives and
 * what does not.
 */
export class PathMtu {
  readonly #bytesMax: number;
  #index = 0;
  /** Probes of the next size that were lost. */
  #losses = 0;
  #isProbing = false;
  /** Not before this the next size is tried again. */
  #restsUntil: number | undefined;
  /** Bursts of loss since a datagram was delivered that is as long as their shortest. */
  #burstCount = 0;
  #burstBytesMin = Number.POSITIVE_INFINITY;
  /** When the newest packet of the last burst was sent. */
  #burstSentAt = 0;

  /** Never longer than `bytesMax`, but always 1200. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The longest datagram that the path is known to carry. */
  get bytes(): number {
    return datagramSizes[this.#index] ?? datagramBytesMin;
  }

  /** The size to try now, or `undefined`. */
  probeBytes(now: number): number | undefined {
    if (this.#isProbing) return undefined;
    if (this.#restsUntil !== undefined && now < this.#restsUntil) return undefined;
    const next = datagramSizes[this.#index + 1];
    return next === undefined || this.#bytesMax < next ? undefined : next;
  }

  onProbeSent(): void {
    this.#isProbing = true;
    this.#restsUntil = undefined;
  }

  /** Packets arrived; says whether `bytes` has changed. */
  onAcked(packets: readonly SentPacket[]): boolean {
    let hasGrown = false;
    for (const packet of packets) {
      if (this.#burstBytesMin <= packet.bytes) this.#forgetBursts();
      if (!packet.isMtuProbe) continue;
      this.#isProbing = false;
      if (packet.bytes <= this.bytes) continue;
      this.#index += 1;
      this.#losses = 0;
      hasGrown = true;
    }
    return hasGrown;
  }

  /** Packets were lost together; says whether `bytes` has changed. */
  onLost(now: number, packets: readonly SentPacket[]): boolean {
    if (packets.some((packet) => packet.isMtuProbe)) this.#onProbeLost(now);
    const data = packets.filter((packet) => !packet.isMtuProbe);
    const newest = data.at(-1);
    if (newest === undefined || this.#index === 0) return false;
    // Short packets are lost to chance or to a full queue, and so were the long ones beside them.
    const isSuspicious = data.every((packet) => datagramBytesMin < packet.bytes);
    // What is found lost later but was sent with the last burst belongs to it.
    if (!isSuspicious || newest.sentAt <= this.#burstSentAt) return false;
    this.#burstSentAt = newest.sentAt;
    this.#burstCount += 1;
    this.#burstBytesMin = Math.min(this.#burstBytesMin, ...data.map((packet) => packet.bytes));
    if (this.#burstCount < blackHoleBursts) return false;
    this.#index = 0;
    this.#losses = 0;
    this.#forgetBursts();
    this.#restsUntil = now + mtuCoolDownMs;
    return true;
  }

  #forgetBursts(): void {
    this.#burstCount = 0;
    this.#burstBytesMin = Number.POSITIVE_INFINITY;
  }

  #onProbeLost(now: number): void {
    this.#isProbing = false;
    this.#losses += 1;
    if (this.#losses < mtuProbeTries) return;
    this.#losses = 0;
    this.#restsUntil = now + mtuRaiseMs;
  }
}
