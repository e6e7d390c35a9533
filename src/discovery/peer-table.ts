import type { Address } from "../base/address.ts";
import { type Announcement, addressesMax, isAnnounceable } from "./announcement.ts";

/** Servers of other subnets that one server makes visible; each costs a datagram for each question heard. */
export const peersMax = 32;

/** A peer is asked so often, and until it answers for the first time so often. */
export const peerAskMs = 10_000;
export const peerSeekMs = 2_000;

/** After two answers that did not come, a peer is no longer told of. */
export const peerSilenceMsMax: number = 2 * peerAskMs + 5_000;

interface Peer {
  readonly address: Address;
  askAt: number;
  announcement: Announcement | undefined;
  answeredAt: number;
}

/** The servers elsewhere that this one was told to make visible on its own links. */
export class PeerTable {
  readonly #peers: readonly Peer[];

  /** At most `peersMax` addresses of data ports. */
  constructor(now: number, addresses: readonly Address[]) {
    this.#peers = addresses.slice(0, peersMax).map((address) => ({
      address,
      askAt: now,
      announcement: undefined,
      answeredAt: Number.NEGATIVE_INFINITY,
    }));
  }

  /** A peer has answered at this address. */
  handleAnswer(now: number, address: Address, announcement: Announcement): void {
    const peer = this.#peers.find((other) => other.address === address);
    if (peer === undefined) return;
    peer.announcement = announcement;
    peer.answeredAt = now;
  }

  /** Whom to ask now; each is given out once, until it is due again. */
  poll(now: number): readonly Address[] {
    const due = this.#peers.filter(({ askAt }) => askAt <= now);
    for (const peer of due) peer.askAt = now + (isPresent(now, peer) ? peerAskMs : peerSeekMs);
    return due.map(({ address }) => address);
  }

  /** When the next one is to be asked, or `undefined` when there are no peers. */
  pollTimeout(): number | undefined {
    if (this.#peers.length === 0) return undefined;
    return Math.min(...this.#peers.map(({ askAt }) => askAt));
  }

  /** What the peers that are there say, with where they are reached. */
  announcements(now: number): readonly Announcement[] {
    return this.#peers.flatMap((peer) => {
      const { address, announcement } = peer;
      if (announcement === undefined || !isPresent(now, peer)) return [];
      const addresses = [address, ...(announcement.addresses ?? [])]
        .filter(isAnnounceable)
        .slice(0, addressesMax);
      return addresses.length === 0 ? [] : [{ ...announcement, addresses }];
    });
  }
}

function isPresent(now: number, { answeredAt }: Peer): boolean {
  return now < answeredAt + peerSilenceMsMax;
}
