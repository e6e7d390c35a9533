import { type Address, formatAddress, isIpv6 } from "../base/address.ts";
import type { Random } from "../base/random.ts";
import { AdapterTable } from "./adapter-table.ts";
import { type Adapter, multicastGroup } from "./adapters.ts";
import type { Announcement } from "./announcement.ts";
import type { DataPortState, Mechanism, SendFinding, ServerFinding } from "./findings.ts";
import { decodePacket, encodePacket } from "./packet.ts";
import { questionProof } from "./question-proof.ts";

/** Places of servers that are looked into; each costs a socket. */
export const placesMax = 64;

/** One way to ask everyone: an adapter and a target of it. */
export interface Way {
  readonly adapter: Adapter;
  readonly target: string;
}

/** A question, as bytes to send. */
export interface SurveyQuestion {
  readonly datagram: Uint8Array;
  readonly to: Address;
}

/** What a survey asked by a nonce. */
type Asked =
  | { readonly type: "way"; readonly way: string; readonly mechanism: Mechanism }
  | { readonly type: "host" }
  | { readonly type: "place"; readonly address: Address };

interface Place {
  readonly address: Address;
  readonly answers: Set<Mechanism>;
  announcement: Announcement;
  data: DataPortState;
}

/**
 * What was asked in a survey of the network, and what came of it. Unlike a search for servers it keeps
 * apart by which way each thing was sent and heard, and lists also what does not answer.
 */
export class SurveyLog {
  readonly #random: Random;
  readonly #port: number;
  readonly #table: AdapterTable;
  readonly #asked = new Map<string, Asked>();
  readonly #sends = new Map<string, SendFinding>();
  readonly #places = new Map<string, Place>();
  /** Places that nobody announced can refuse as well. */
  readonly #refusals = new Set<string>();
  readonly #newPlaces: Address[] = [];

  /** `port` is that of discovery. */
  constructor(random: Random, port: number, adapters: readonly Adapter[]) {
    this.#random = random;
    this.#port = port;
    this.#table = new AdapterTable(adapters);
  }

  /** A question to everyone; `canHear` says whether we would hear it ourselves. */
  askEveryone(way: Way, canHear: boolean): SurveyQuestion {
    const { adapter, target } = way;
    const mechanism = mechanismOf(way);
    const key = wayKey(way);
    const { name, address } = adapter;
    const heard = canHear ? { isHeard: false } : {};
    const finding = { adapter: name, address, mechanism, target, ...heard };
    if (!this.#sends.has(key)) this.#sends.set(key, finding);
    const nonce = this.#nonce({ type: "way", way: key, mechanism });
    const to = { host: target, port: this.#port };
    return { datagram: encodePacket({ type: "query", nonce }), to };
  }

  /** A question to one host, which may have servers. */
  askHost(host: string): SurveyQuestion {
    const nonce = this.#nonce({ type: "host" });
    const to = { host, port: this.#port };
    return { datagram: encodePacket({ type: "probe", nonce }), to };
  }

  /** A question to a data port; with the server's key also a hidden one answers. */
  askPlace(address: Address, key?: string): SurveyQuestion {
    const nonce = this.#nonce({ type: "place", address });
    const proof = key === undefined ? {} : { proof: questionProof(key, nonce) };
    return { datagram: encodePacket({ type: "probe", nonce, ...proof }), to: address };
  }

  /** The system did not take what was to be sent that way. */
  handleSendError(way: Way, error: string): void {
    const key = wayKey(way);
    const finding = this.#sends.get(key);
    if (finding !== undefined) this.#sends.set(key, { ...finding, error });
  }

  /** Nothing listens at that place, says its host. */
  handleRefusal(address: Address): void {
    const key = formatAddress(address);
    this.#refusals.add(key);
    const place = this.#places.get(key);
    if (place !== undefined && place.data !== "answered") place.data = "refused";
  }

  /** A datagram of discovery came; others are passed over. */
  handleDatagram(datagram: Uint8Array, from: Address): void {
    const packet = decodePacket(datagram);
    if (packet === undefined) return;
    switch (packet.type) {
      case "query":
        this.#handleQuestion(packet.nonce);
        break;
      case "answer":
        this.#handleAnswer(packet.nonce, packet.announcement, from);
        break;
      case "beacon":
        this.#note(packet.announcement, { ...from, port: packet.announcement.port });
        break;
      default:
        break;
    }
  }

  /** The place of a server that was heard and has not been asked yet. */
  pollPlace(): Address | undefined {
    return this.#newPlaces.shift();
  }

  /** The adapter on whose link a host is. */
  adapterOf(host: string): Adapter | undefined {
    return this.#table.adapterOf(host);
  }

  /** What the data port there did. */
  stateOf(address: Address): DataPortState {
    return this.#places.get(formatAddress(address))?.data ?? this.#refused(address);
  }

  /** Every way that was tried. */
  get sends(): readonly SendFinding[] {
    return [...this.#sends.values()];
  }

  /** Every server that was heard, at each of its places. */
  get servers(): readonly ServerFinding[] {
    return [...this.#places.values()].map(({ announcement, address, answers, data }) => {
      const { id, name, versionMin, versionMax } = announcement;
      const via = this.#table.adapterOf(address.host)?.name;
      return { id, name, ...address, via, versionMin, versionMax, answers: [...answers], data };
    });
  }

  /** Our own question came back to us. */
  #handleQuestion(nonce: string): void {
    const asked = this.#asked.get(nonce);
    if (asked?.type !== "way") return;
    const finding = this.#sends.get(asked.way);
    if (finding !== undefined) this.#sends.set(asked.way, { ...finding, isHeard: true });
  }

  #handleAnswer(nonce: string, announcement: Announcement, from: Address): void {
    const asked = this.#asked.get(nonce);
    if (asked === undefined) return;
    // Who is asked at a place is at that place, whatever port it announces.
    const own = asked.type === "place" ? asked.address : undefined;
    const place = this.#note(announcement, own ?? { ...from, port: announcement.port });
    if (place === undefined) return;
    if (asked.type === "place") place.data = "answered";
    else place.answers.add(asked.type === "way" ? asked.mechanism : "unicast");
  }

  #note(announcement: Announcement, address: Address): Place | undefined {
    const key = formatAddress(address);
    const known = this.#places.get(key);
    if (known !== undefined) {
      known.announcement = announcement;
      return known;
    }
    if (placesMax <= this.#places.size) return undefined;
    const place: Place = { address, announcement, answers: new Set(), data: "silent" };
    this.#places.set(key, place);
    this.#newPlaces.push(address);
    return place;
  }

  #refused(address: Address): DataPortState {
    return this.#refusals.has(formatAddress(address)) ? "refused" : "silent";
  }

  #nonce(asked: Asked): string {
    const nonce = Buffer.from(this.#random.bytes(8)).toString("hex");
    this.#asked.set(nonce, asked);
    return nonce;
  }
}

function wayKey({ adapter, target }: Way): string {
  return `${adapter.name} ${adapter.address} ${target}`;
}

function mechanismOf({ adapter, target }: Way): Mechanism {
  if (adapter.isLoopback) return "loopback";
  if (isIpv6(target)) return "ipv6";
  return target === multicastGroup ? "multicast" : "broadcast";
}
