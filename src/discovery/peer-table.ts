import { type Address, isIpv6, parseIpv4 } from "../base/address.ts";
import { type Announcement, addressesMax, isAnnounceable } from "./announcement.ts";

/** Servers of other subnets that one server makes visible; each costs a datagram for each question heard. */
export const peersMax = 32;

/** A peer is asked so often, and until it answers for the first time so often. */
export const peerAskMs = 10_000;
export const peerSeekMs = 2_000;

/** After two answers that did not come, a peer is no longer told of. */
export const peerSilenceMsMax: number = 2 * peerAskMs + 5_000;

/** The name of a peer that is silent is looked up so often: a lookup takes up to 3 s. */
export const peerLookupMs = 30_000;

interface Peer {
  /** What the owner typed: its host is an address or a name. */
  readonly place: Address;
  /** `undefined` until the name was found. */
  address: Address | undefined;
  askAt: number;
  lookUpAt: number;
  announcement: Announcement | undefined;
  answeredAt: number;
}

/** The servers elsewhere that this one was told to make visible on its own links. */
export class PeerTable {
  readonly #peers: readonly Peer[];

  /** At most `peersMax` data ports, whose hosts are addresses or names. */
  constructor(now: number, places: readonly Address[]) {
    this.#peers = places.slice(0, peersMax).map((place) => ({
      place,
      address: isName(place.host) ? undefined : place,
      askAt: now,
      lookUpAt: isName(place.host) ? now : Number.POSITIVE_INFINITY,
      announcement: undefined,
      answeredAt: Number.NEGATIVE_INFINITY,
    }));
  }

  /** Where the names are that are to be looked up now; each is given out once, until it is due again. */
  pollLookups(now: number): readonly Address[] {
    const due = this.#peers.filter((peer) => lookupDueAt(peer) <= now);
    for (const peer of due) peer.lookUpAt = now + peerLookupMs;
    return due.map(({ place }) => place);
  }

  /** A place that `pollLookups` gave was found at this address, and is asked there at once if that is new. */
  handleLookup(now: number, place: Address, address: Address): void {
    const peer = this.#peers.find((other) => other.place === place);
    if (peer === undefined || peer.address?.host === address.host) return;
    peer.address = address;
    peer.announcement = undefined;
    peer.askAt = now;
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
    return this.#peers.flatMap((peer) => {
      if (peer.address === undefined || now < peer.askAt) return [];
      peer.askAt = now + (isPresent(now, peer) ? peerAskMs : peerSeekMs);
      return [peer.address];
    });
  }

  /** When the next one is to be asked or looked up, or `undefined` when there are no peers. */
  pollTimeout(): number | undefined {
    if (this.#peers.length === 0) return undefined;
    return Math.min(
      ...this.#peers.map((peer) =>
        Math.min(
          peer.address === undefined ? Number.POSITIVE_INFINITY : peer.askAt,
          lookupDueAt(peer),
        ),
      ),
    );
  }

  /** What the peers that are there say, with where they are reached. */
  announcements(now: number): readonly Announcement[] {
    return this.#peers.flatMap((peer) => {
      const { address, announcement } = peer;
      if (address === undefined || announcement === undefined || !isPresent(now, peer)) return [];
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

/** Who answers is where he was. */
function lookupDueAt({ lookUpAt, answeredAt }: Peer): number {
  return Math.max(lookUpAt, answeredAt + peerSilenceMsMax);
}

function isName(host: string): boolean {
  return !isIpv6(host) && parseIpv4(host) === undefined;
}
