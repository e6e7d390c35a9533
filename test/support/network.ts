import { type Address, formatAddress } from "../../src/base/address.ts";
import type { SimulatedClock } from "./clock.ts";
import { type LinkConditions, SimulatedLink } from "./link.ts";
import type { SeededRandom } from "./random.ts";

type Receive = (datagram: Uint8Array, from: Address) => void;

/**
 * A LAN in memory: hosts by address, a link for each direction between two of them, and cuts. All
 * ports of a host share its links, so two programs on it compete for their rate and queue.
 */
export class SimulatedNetwork {
  /** Says whether a datagram may pass now; partitions and pulled cables are written here. */
  isCut: (from: Address, to: Address) => boolean = () => false;
  /** Sees every datagram that is sent, before any fault. */
  onSend: ((from: Address, to: Address, datagram: Uint8Array) => void) | undefined;
  readonly counts = {
    sent: 0,
    delivered: 0,
    lost: 0,
    /** Of the lost ones, those that found a full queue. */
    overflowed: 0,
    duplicated: 0,
    corrupted: 0,
    bytesSent: 0,
  };
  #conditions: LinkConditions = goodLink;
  readonly #clock: SimulatedClock;
  readonly #random: SeededRandom;
  readonly #receivers = new Map<string, Receive>();
  readonly #links = new Map<string, SimulatedLink>();

  constructor(clock: SimulatedClock, random: SeededRandom) {
    this.#clock = clock;
    this.#random = random;
  }

  get conditions(): LinkConditions {
    return this.#conditions;
  }

  /** Conditions for all links, also those that had their own. */
  set conditions(conditions: LinkConditions) {
    this.#conditions = conditions;
    for (const link of this.#links.values()) link.conditions = conditions;
  }

  /** The link from one host to another; its conditions may be changed, its queue looked at. */
  link(fromHost: string, toHost: string): SimulatedLink {
    const key = `${fromHost} ${toHost}`;
    let link = this.#links.get(key);
    if (link === undefined) {
      link = new SimulatedLink(this.#conditions);
      this.#links.set(key, link);
    }
    return link;
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
    const passage = this.isCut(from, to)
      ? "lost"
      : this.link(from.host, to.host).pass(this.#clock.now(), datagram.length, this.#random);
    if (passage === "lost" || passage === "overflowed") {
      this.counts.lost += 1;
      if (passage === "overflowed") this.counts.overflowed += 1;
      return;
    }
    this.counts.duplicated += passage.arrivals.length - 1;
    for (const arrivesAt of passage.arrivals) {
      this.#carry(from, to, this.#damaged(datagram, passage.isCorrupted), arrivesAt);
    }
  }

  #damaged(datagram: Uint8Array, isCorrupted: boolean): Uint8Array {
    const copy = datagram.slice();
    if (!isCorrupted || copy.length === 0) return copy;
    this.counts.corrupted += 1;
    const at = this.#random.between(0, copy.length - 1);
    copy[at] = (copy[at]! + this.#random.between(1, 255)) & 255;
    return copy;
  }

  #carry(from: Address, to: Address, datagram: Uint8Array, arrivesAt: number): void {
    this.#clock.setTimer(arrivesAt, () => {
      if (this.isCut(from, to)) return;
      const receive = this.#receivers.get(formatAddress(to));
      if (receive === undefined) return;
      this.counts.delivered += 1;
      receive(datagram, from);
    });
  }
}

/** A cable in the house: 0.2 ms, endlessly fast, and nothing is ever lost. */
export const goodLink: LinkConditions = {
  delayMs: 0.2,
  jitterMs: 0,
  loss: 0,
  burstLoss: { chance: 0, lengthMax: 1 },
  lossRunMax: Number.POSITIVE_INFINITY,
  duplication: 0,
  corruption: 0,
  reordering: 0,
  reorderingMs: 0,
  megabitsPerSecond: Number.POSITIVE_INFINITY,
  queueBytes: Number.POSITIVE_INFINITY,
  datagramBytesMax: 65_507,
};
