import { type Address, formatAddress } from "../../src/base/address.ts";
import type { SimulatedClock } from "./clock.ts";
import type { SeededRandom } from "./random.ts";

/** What one direction of a simulated link does to datagrams. Shares are probabilities in [0, 1]. */
export interface LinkConditions {
  readonly delayMs: number;
  /** Added to the delay, uniform in [0, jitterMs): datagrams overtake one another. */
  readonly jitterMs: number;
  readonly loss: number;
  readonly duplication: number;
  /** Share of datagrams that arrive with one byte changed. */
  readonly corruption: number;
  /** Datagrams longer than this vanish. */
  readonly datagramBytesMax: number;
}

export const goodLink: LinkConditions = {
  delayMs: 0.2,
  jitterMs: 0,
  loss: 0,
  duplication: 0,
  corruption: 0,
  datagramBytesMax: 65_507,
};

type Receive = (datagram: Uint8Array, from: Address) => void;

/** A LAN in memory: hosts by address, one set of conditions, and cuts between hosts. */
export class SimulatedNetwork {
  conditions: LinkConditions = goodLink;
  /** Says whether a datagram may pass now; partitions and pulled cables are written here. */
  isCut: (from: Address, to: Address) => boolean = () => false;
  /** Sees every datagram that is sent, before any fault. */
  onSend: ((from: Address, to: Address, datagram: Uint8Array) => void) | undefined;
  readonly counts = { sent: 0, delivered: 0, lost: 0, duplicated: 0, corrupted: 0, bytesSent: 0 };
  readonly #clock: SimulatedClock;
  readonly #random: SeededRandom;
  readonly #receivers = new Map<string, Receive>();

  constructor(clock: SimulatedClock, random: SeededRandom) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Puts a host's socket on the network, or takes the place of the one that was there. */
  attach(address: Address, receive: Receive): void {
    this.#receivers.set(formatAddress(address), receive);
  }

  /** The socket is gone; datagrams to it vanish. */
  detach(address: Address): void {
    this.#receivers.delete(formatAddress(address));
  }

  /** The bytes are copied, so the sender may reuse its buffer. */
  send(from: Address, to: Address, datagram: Uint8Array): void {
    this.counts.sent += 1;
    this.counts.bytesSent += datagram.length;
    this.onSend?.(from, to, datagram);
    const { loss, duplication, datagramBytesMax } = this.conditions;
    const isLost = this.#random.chance(loss) || datagramBytesMax < datagram.length;
    if (isLost || this.isCut(from, to)) {
      this.counts.lost += 1;
      return;
    }
    this.#carry(from, to, datagram);
    if (this.#random.chance(duplication)) {
      this.counts.duplicated += 1;
      this.#carry(from, to, datagram);
    }
  }

  #carry(from: Address, to: Address, datagram: Uint8Array): void {
    const { delayMs, jitterMs, corruption } = this.conditions;
    const copy = datagram.slice();
    if (0 < copy.length && this.#random.chance(corruption)) {
      this.counts.corrupted += 1;
      const at = this.#random.between(0, copy.length - 1);
      copy[at] = (copy[at]! + this.#random.between(1, 255)) & 255;
    }
    const arrivesAt = this.#clock.now() + delayMs + this.#random.unit() * jitterMs;
    this.#clock.setTimer(arrivesAt, () => {
      if (this.isCut(from, to)) return;
      const receive = this.#receivers.get(formatAddress(to));
      if (receive === undefined) return;
      this.counts.delivered += 1;
      receive(copy, from);
    });
  }
}
