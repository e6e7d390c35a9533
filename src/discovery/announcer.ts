import assert from "node:assert/strict";
import type { Address } from "../base/address.ts";
import type { Random } from "../base/random.ts";
import { AdapterTable } from "./adapter-table.ts";
import type { Adapter } from "./adapters.ts";
import type { Announcement } from "./announcement.ts";
import { AnswerQueue } from "./answer-queue.ts";
import {
  type DiscoveryPacket,
  decodePacket,
  encodePacket,
  nonceOf,
  type PacketType,
  peekType,
  type Question,
} from "./packet.ts";
import { PeerTable } from "./peer-table.ts";
import { QuestionLog } from "./question-log.ts";
import { isProof } from "./question-proof.ts";
import {
  beaconTiming,
  changeGapMs,
  questionGapMs,
  RepeatSchedule,
  unsentGapMs,
  unsentRetriesMax,
} from "./repeat-schedule.ts";
import { type Rate, SourceRates } from "./source-rates.ts";
import type { DiscoveryTransmit } from "./transmit.ts";

/** What a server says about itself: an `Announcement` without what the announcer adds. */
export type ServerDescription = Omit<Announcement, "bootId" | "sequence">;

/** Questions to the data port of one host that are answered: a picker asks once a second. */
export const probesPerSource: Rate = { perSecond: 20, burst: 40 };

/** Questions to the data port of all hosts: 400 x 20 us are 0.8 % of a core. */
export const probesInAll: Rate = { perSecond: 400, burst: 400 };

/**
 * The same for who shows a cookie when those are used up: questions in forged names must not take a server
 * off the lists it is on. Twenty hosts at their full rate, or 400 that ask once a second.
 */
export const provenProbesInAll: Rate = probesInAll;

/** Announcements of others that are looked at, for who is there besides. */
const neighbourRates = {
  perSource: { perSecond: 5, burst: 40 },
  inAll: { perSecond: 50, burst: 100 },
};

/** The goodbye is said twice, in case one is lost, and so far apart that one burst does not take both. */
export const goodbyeGapMs = 50;

export interface AnnouncerOptions {
  /** Asked before each announcement. The name is one that `toServerName` made, and not empty. */
  readonly describe: () => ServerDescription;
  /**
   * Asked before each answer for what lets the asker at this address into the transport at once: 1 to
   * `cookieBytesMax` bytes. Answers carry none when absent.
   */
  readonly cookieFor?: (host: string) => Uint8Array;
  /** Whether `cookieFor` gave this to an asker at this address, not long ago. */
  readonly isCookie?: (host: string, cookie: Uint8Array) => boolean;
  readonly random: Random;
  /** Says nothing by itself, and answers only who has the server's key. */
  readonly isHidden?: boolean;
  /**
   * Data ports of servers in other subnets that are made visible here, at most `peersMax`. A host may be
   * a name, which `pollLookups` then gives out.
   */
  readonly peers?: readonly Address[];
}

/** Datagrams that were dropped. */
export interface AnnouncerCounts {
  /** Not of this protocol, or not as it should be. */
  readonly malformed: number;
  /** From the link of none of the adapters. */
  readonly offLink: number;
  /** Questions above a rate, copies, and such as do not show the key of a hidden server. */
  readonly unanswered: number;
}

type Probe = Extract<DiscoveryPacket, { type: "probe" }>;

interface Heard {
  readonly type: PacketType;
  readonly datagram: Uint8Array;
  readonly from: Address;
}

type State =
  | { readonly type: "open" }
  /** Goodbyes still to be said, from that time on. */
  | { readonly type: "closing"; readonly goodbyes: number; readonly nextAt: number }
  | { readonly type: "closed" };

/** A server's voice on the network, without sockets: datagrams and time go in, datagrams come out. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #schedule: RepeatSchedule;
  readonly #answers: AnswerQueue;
  readonly #probeRates: SourceRates;
  readonly #provenProbeRates: SourceRates;
  readonly #neighbourRates: SourceRates;
  readonly #peers: PeerTable;
  readonly #questions: QuestionLog<Address>;
  readonly #bootId: string;
  readonly #counts = { malformed: 0, offLink: 0, unanswered: 0 };
  readonly #outbox: DiscoveryTransmit[] = [];
  #table = new AdapterTable();
  #sequence = 0;
  /** Counts the steady beacons, which take turns over the mechanisms of an adapter. */
  #turn = 0;
  #isDemanded = false;
  #unsentLeft = unsentRetriesMax;
  #state: State = { type: "open" };

  constructor(now: number, options: AnnouncerOptions) {
    const { random, peers = [] } = options;
    this.#options = options;
    this.#schedule = new RepeatSchedule(now, beaconTiming, random);
    this.#answers = new AnswerQueue(now, random);
    this.#probeRates = new SourceRates(now, { perSource: probesPerSource, inAll: probesInAll });
    this.#provenProbeRates = new SourceRates(now, {
      perSource: probesPerSource,
      inAll: provenProbesInAll,
    });
    this.#neighbourRates = new SourceRates(now, neighbourRates);
    this.#peers = new PeerTable(now, peers);
    this.#questions = new QuestionLog(random);
    this.#bootId = Buffer.from(random.bytes(8)).toString("hex");
  }

  get counts(): AnnouncerCounts {
    return { ...this.#counts };
  }

  /** Whether the last goodbye has been said. */
  get isClosed(): boolean {
    return this.#state.type === "closed";
  }

  /** The adapters there are now; `isNew` when one of them was not there before or has come back. */
  handleAdapters(now: number, adapters: readonly Adapter[], isNew: boolean): void {
    this.#table = new AdapterTable(adapters);
    if (!isNew) return;
    this.#unsentLeft = unsentRetriesMax;
    this.#schedule.handleStart(now);
  }

  /** What `describe` says has changed. */
  handleChange(now: number): void {
    this.#demand(now, changeGapMs);
  }

  /** A place that `pollLookups` gave is at this address. */
  handleLookup(now: number, place: Address, address: Address): void {
    this.#peers.handleLookup(now, place, address);
  }

  /** An address was not ready yet to be sent from, as a young one of IPv6. */
  handleUnsent(now: number): void {
    if (this.#unsentLeft === 0) return;
    this.#unsentLeft -= 1;
    this.#demand(now, unsentGapMs);
  }

  /**
   * A datagram came to the discovery port, or to a port of ours that asks. Says whether there may be
   * something to do now; what is dropped of a flood makes none.
   */
  handleDatagram(now: number, datagram: Uint8Array, from: Address): boolean {
    const type = peekType(datagram);
    if (type === undefined) {
      this.#counts.malformed += 1;
      return false;
    }
    switch (type) {
      case "query":
      case "probe":
      case "forward":
        return this.#handleQuestion(now, { type, datagram, from });
      case "answer":
        this.#handleAnswer(now, datagram, from);
        return false;
      case "beacon":
        if (this.#neighbourRates.take(now, from.host)) this.#handleBeacon(now, datagram);
        return false;
      default:
        return false;
    }
  }

  /** A datagram of this protocol came to the server's data port. Says the same. */
  handleDataDatagram(now: number, datagram: Uint8Array, from: Address): boolean {
    if (peekType(datagram) !== "probe") {
      this.#counts.malformed += 1;
      return false;
    }
    const packet = this.#state.type === "closed" ? undefined : decodePacket(datagram);
    const isAllowed = packet?.type === "probe" && this.#isWithinRates(now, packet, from);
    if (!isAllowed || !this.#isAnswered(packet)) {
      this.#counts.unanswered += 1;
      return false;
    }
    if (this.#state.type === "open") this.#answer(packet.nonce, from, "data");
    else this.#dismiss(packet.nonce, from);
    return true;
  }

  /** Says goodbye, to who asks for the server too. */
  handleClose(now: number): void {
    if (this.#state.type === "open") this.#state = { type: "closing", goodbyes: 2, nextAt: now };
  }

  /** Does what is due; then `pollTransmit` has it. */
  handleTimeout(now: number): void {
    switch (this.#state.type) {
      case "open":
        this.#speak(now);
        return;
      case "closing":
        this.#sayGoodbye(now, this.#state);
        return;
      case "closed":
        return;
    }
  }

  /** The next datagram to send. */
  pollTransmit(): DiscoveryTransmit | undefined {
    return this.#outbox.shift();
  }

  /** Peers whose names are to be looked up now, each until it is due again; `handleLookup` wants the result. */
  pollLookups(now: number): readonly Address[] {
    return this.#state.type === "open" ? this.#peers.pollLookups(now) : [];
  }

  /** When to call `handleTimeout` and `pollLookups`, or `undefined` when all has been said. */
  pollTimeout(): number | undefined {
    switch (this.#state.type) {
      case "open":
        return Math.min(
          this.#schedule.pollTimeout(),
          this.#answers.pollTimeout() ?? Number.POSITIVE_INFINITY,
          this.#peers.pollTimeout() ?? Number.POSITIVE_INFINITY,
        );
      case "closing":
        return this.#state.nextAt;
      case "closed":
        return undefined;
    }
  }

  #handleQuestion(now: number, { type, datagram, from }: Heard): boolean {
    const adapter = this.#table.adapterOf(from.host);
    const isTrusted = type === "forward" ? adapter?.isLoopback : adapter !== undefined;
    if (!isTrusted) {
      this.#counts.offLink += 1;
      return false;
    }
    const nonce = nonceOf(datagram);
    if (this.#state.type !== "open" || !this.#answers.admit(now, { nonce, host: from.host })) {
      this.#counts.unanswered += 1;
      return false;
    }
    const packet = decodePacket(datagram);
    if (packet?.type !== "query" && packet?.type !== "probe" && packet?.type !== "forward") {
      this.#counts.malformed += 1;
      return false;
    }
    // Of several servers on this machine only one gets what is sent to the host alone.
    if (packet.type === "probe") this.#forward(packet, from);
    if (!this.#isAnswered(packet)) {
      this.#counts.unanswered += 1;
      return true;
    }
    const isForAll = packet.type === "query";
    const to = packet.type === "forward" ? packet.from : from;
    this.#answers.add(now, { nonce, to, isForAll });
    // Among many servers a beacon of each for every question would be a storm.
    if (!this.#answers.isCrowded(now)) this.#demand(now, questionGapMs);
    return true;
  }

  #isWithinRates(now: number, { cookie }: Probe, { host }: Address): boolean {
    if (this.#probeRates.take(now, host)) return true;
    const isProven = cookie !== undefined && this.#options.isCookie?.(host, cookie) === true;
    return isProven && this.#provenProbeRates.take(now, host);
  }

  #isAnswered({ nonce, proof }: Question): boolean {
    return !this.#options.isHidden || isProof(proof, this.#options.describe().id, nonce);
  }

  #forward({ nonce, proof }: Question, from: Address): void {
    if (from.host.includes(":")) return;
    const forward = {
      type: "forward",
      nonce,
      ...(proof !== undefined && { proof }),
      from,
    } as const;
    for (const adapter of this.#table.adapters) {
      if (adapter.isLoopback) this.#cast(adapter, encodePacket(forward));
    }
  }

  #handleAnswer(now: number, datagram: Uint8Array, from: Address): void {
    const question = this.#questions.find(now, nonceOf(datagram));
    if (question === undefined || !isSame(question.asked, from)) return;
    const packet = decodePacket(datagram);
    if (packet?.type === "answer")
      this.#peers.handleAnswer(now, question.asked, packet.announcement);
  }

  #handleBeacon(now: number, datagram: Uint8Array): void {
    const packet = decodePacket(datagram);
    // Our own beacons come back to the shared port.
    if (packet?.type === "beacon" && packet.announcement.bootId !== this.#bootId) {
      this.#answers.handleNeighbour(now, packet.announcement.id);
    }
  }

  #demand(now: number, gapMs: number): void {
    this.#isDemanded = true;
    this.#schedule.handleDemand(now, gapMs);
  }

  #speak(now: number): void {
    for (const address of this.#peers.poll(now)) {
      const nonce = this.#questions.ask(now, address);
      const datagram = encodePacket({ type: "probe", nonce });
      this.#outbox.push({ type: "send", to: address, from: "any", datagram });
    }
    for (const { nonce, to, isForAll } of this.#answers.poll(now)) {
      // A firewall lets in what comes from where it was asked; nobody was, when all were.
      this.#answer(nonce, to, isForAll ? "any" : "discovery");
    }
    const isBurst = this.#schedule.isBurst;
    if (!this.#schedule.poll(now) || this.#options.isHidden) return;
    if (isBurst || this.#isDemanded) this.#announceAloud(now);
    else this.#announceInTurn();
    this.#isDemanded = false;
  }

  #answer(nonce: string, to: Address, from: "any" | "discovery" | "data"): void {
    const cookie = this.#options.cookieFor?.(to.host);
    const announcement = this.#announcement();
    const answer = { type: "answer", nonce, announcement, ...(cookie && { cookie }) } as const;
    this.#outbox.push({ type: "send", to, from, datagram: encodePacket(answer) });
  }

  #dismiss(nonce: string, to: Address): void {
    const announcement = this.#announcement();
    const datagram = encodePacket({ type: "goodbye", nonce, announcement });
    this.#outbox.push({ type: "send", to, from: "data", datagram });
  }

  /** By every mechanism, and of the peers too. */
  #announceAloud(now: number): void {
    this.#sequence += 1;
    const packets: readonly DiscoveryPacket[] = [
      { type: "beacon", announcement: this.#announcement() },
      ...this.#peers
        .announcements(now)
        .map((announcement) => ({ type: "relayed", announcement }) as const),
    ];
    for (const packet of packets) this.#castEverywhere(encodePacket(packet));
  }

  /** A steady beacon takes one mechanism of each adapter, and the next one the next. */
  #announceInTurn(): void {
    this.#sequence += 1;
    this.#turn += 1;
    const datagram = encodePacket({ type: "beacon", announcement: this.#announcement() });
    const names = new Set(this.#table.adapters.map(({ name }) => name));
    for (const name of names) {
      const ways = this.#table.adapters
        .filter((adapter) => adapter.name === name)
        .flatMap((adapter) => adapter.targets.map((target) => ({ adapter, target })));
      const way = ways[this.#turn % ways.length];
      if (way === undefined) continue;
      this.#outbox.push({ type: "cast", adapter: way.adapter, targets: [way.target], datagram });
    }
  }

  #sayGoodbye(now: number, { goodbyes, nextAt }: Extract<State, { type: "closing" }>): void {
    if (now < nextAt) return;
    assert(0 < goodbyes);
    this.#sequence += 1;
    if (!this.#options.isHidden) {
      this.#castEverywhere(encodePacket({ type: "goodbye", announcement: this.#announcement() }));
    }
    this.#state =
      goodbyes === 1
        ? { type: "closed" }
        : { type: "closing", goodbyes: goodbyes - 1, nextAt: now + goodbyeGapMs };
  }

  #castEverywhere(datagram: Uint8Array): void {
    for (const adapter of this.#table.adapters) this.#cast(adapter, datagram);
  }

  #cast(adapter: Adapter, datagram: Uint8Array): void {
    const { targets } = adapter;
    if (0 < targets.length) this.#outbox.push({ type: "cast", adapter, targets, datagram });
  }

  #announcement(): Announcement {
    return { ...this.#options.describe(), bootId: this.#bootId, sequence: this.#sequence };
  }
}

function isSame(a: Address, b: Address): boolean {
  return a.port === b.port && a.host === b.host;
}
