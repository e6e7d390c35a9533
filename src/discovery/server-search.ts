import type { Address } from "../base/address.ts";
import { formatAddress } from "../base/address.ts";
import type { Random } from "../base/random.ts";
import { AdapterTable, pathRank } from "./adapter-table.ts";
import type { Adapter } from "./adapters.ts";
import type { Announcement } from "./announcement.ts";
import type { DiscoveredServer } from "./discovered-server.ts";
import {
  decodePacket,
  encodePacket,
  noNonce,
  nonceOf,
  type PacketType,
  peekType,
} from "./packet.ts";
import { type AskedQuestion, QuestionLog } from "./question-log.ts";
import { questionProof } from "./question-proof.ts";
import { queryTiming, RepeatSchedule, unsentGapMs, unsentRetriesMax } from "./repeat-schedule.ts";
import type { ServerHint } from "./server-hint.ts";
import { ServerList, serversPerHostMax } from "./server-list.ts";
import { type Rate, SourceRates } from "./source-rates.ts";
import { Sweep } from "./sweep.ts";
import type { DiscoveryTransmit } from "./transmit.ts";

/**
 * Answers to questions to all that are looked at, of one host: 32 servers that are asked four times are
 * 128 at once; and of all hosts: 300 servers, likewise, are 1,200.
 */
export const hintsPerSource: Rate = { perSecond: 40, burst: 160 };
export const hintsInAll: Rate = { perSecond: 200, burst: 1200 };

/** What is looked at without having been asked for; each costs 0.03 ms. A flood of it hides no answer. */
export const voicesPerSource: Rate = { perSecond: 20, burst: 64 };
export const voicesInAll: Rate = { perSecond: 100, burst: 200 };

/**
 * Servers not listed there that are asked for what they said unasked, the servers of one host all at
 * once. Each costs 0.3 ms, a flood 0.8 % of a core. Who is not asked is found by the next question to all.
 */
export const strangersPerSource: Rate = { perSecond: 5, burst: serversPerHostMax };
export const strangersInAll: Rate = { perSecond: 25, burst: 200 };

/**
 * New places that announcements point to, other than where they came from: anybody may name anybody there,
 * and all who listen then ask him. A relayed server that misses its turn has the next announcement.
 */
export const elsewherePerHost: Rate = { perSecond: 2, burst: 16 };
export const elsewhereInAll: Rate = { perSecond: 20, burst: 200 };

/** Hints from elsewhere that are asked again with each question to all; the oldest is forgotten. */
export const lastingHintsMax = 96;

/** Neighbours that are asked when a search begins. */
export const neighboursMax = 64;

/** Where servers were heard that have not answered yet; the oldest is forgotten. */
export const candidatesMax = 1024;

/** What is heard of a candidate by several mechanisms within this time is one reason to ask it. */
const candidateMs = 50;

/** How long everyone has to answer before each host is asked alone. */
export const sweepAfterMs = 1000;

export interface ServerSearchOptions {
  readonly random: Random;
  readonly discoveryPort: number;
  /** Where servers were met before, or may be. Those with a key keep their place in a full list. */
  readonly hints?: readonly ServerHint[];
  /** Hosts that this machine has spoken with of late. */
  readonly neighbours?: readonly string[];
  /** The key, base64url, of the one server that is looked for: a hidden one answers too. */
  readonly key?: string;
  /** Whether each host of the own subnets may be asked when there is no other way; default `true`. */
  readonly isSweeping?: boolean;
}

/** Datagrams that were dropped. */
export interface ServerSearchCounts {
  /** Not of this protocol, or not as it should be. */
  readonly malformed: number;
  /** Announced from the link of none of the adapters. */
  readonly offLink: number;
  /** Answers to no question of ours. */
  readonly unasked: number;
  /** Announcements above a rate, and servers above a limit. */
  readonly refused: number;
}

/** What was asked: everyone; one host, which may have servers; or a server where one is said to be. */
type Asked =
  | { readonly type: "everyone" }
  | { readonly type: "host" }
  | { readonly type: "server"; readonly address: Address };

interface Heard {
  readonly type: PacketType;
  readonly datagram: Uint8Array;
  readonly from: Address;
}

/**
 * Looks for servers, without sockets: datagrams and time go in, datagrams come out. Whatever is heard
 * or told is a hint and leads to a question to one data port; who answers that is listed.
 */
export class ServerSearch {
  readonly #options: ServerSearchOptions;
  readonly #schedule: RepeatSchedule;
  readonly #questions: QuestionLog<Asked>;
  readonly #list: ServerList;
  readonly #sweep = new Sweep();
  readonly #answerRates: SourceRates;
  readonly #voiceRates: SourceRates;
  readonly #strangerRates: SourceRates;
  readonly #elsewhereRates: SourceRates;
  readonly #hints = new Map<string, ServerHint>();
  /** When a candidate was asked, by its address. */
  readonly #candidates = new Map<string, number>();
  readonly #outbox: DiscoveryTransmit[] = [];
  readonly #counts = { malformed: 0, offLink: 0, unasked: 0, refused: 0 };
  #table = new AdapterTable();
  #sweepAt: number | undefined;
  #unsentLeft = unsentRetriesMax;
  #isChanged = false;

  constructor(now: number, options: ServerSearchOptions) {
    const { random, hints = [] } = options;
    this.#options = options;
    this.#schedule = new RepeatSchedule(now, queryTiming, random);
    this.#questions = new QuestionLog(random);
    const remembered = new Set(hints.map(({ key }) => key));
    this.#list = new ServerList((id) => remembered.has(id));
    this.#answerRates = new SourceRates(now, { perSource: hintsPerSource, inAll: hintsInAll });
    this.#voiceRates = new SourceRates(now, { perSource: voicesPerSource, inAll: voicesInAll });
    this.#strangerRates = new SourceRates(now, {
      perSource: strangersPerSource,
      inAll: strangersInAll,
    });
    this.#elsewhereRates = new SourceRates(now, {
      perSource: elsewherePerHost,
      inAll: elsewhereInAll,
    });
    for (const hint of hints) this.#keep(hint);
  }

  get counts(): ServerSearchCounts {
    const { refused } = this.#counts;
    return { ...this.#counts, refused: refused + this.#list.refusedCount };
  }

  /** Who is there, each once, by name and then by id. */
  servers(): readonly DiscoveredServer[] {
    return this.#list.servers();
  }

  /** Whether `servers()` tells something new besides times since this was asked last. */
  takeChange(): boolean {
    const isChanged = this.#isChanged;
    this.#isChanged = false;
    return isChanged;
  }

  /** The adapters there are now; `isNew` when one of them was not there before or has come back. */
  handleAdapters(now: number, adapters: readonly Adapter[], isNew: boolean): void {
    this.#table = new AdapterTable(adapters);
    if (isNew) this.handleStart(now);
  }

  /** Asks again, as at the start. */
  handleStart(now: number): void {
    this.#unsentLeft = unsentRetriesMax;
    this.#schedule.handleStart(now);
    this.#sweepAt = now + sweepAfterMs;
    const { neighbours = [], discoveryPort: port } = this.#options;
    for (const host of neighbours.slice(0, neighboursMax)) this.#askHost(now, { host, port });
  }

  /** The machine has slept, and may be elsewhere. */
  handleWake(now: number): void {
    this.#sweep.handleWake();
    this.#list.handleWake(now);
    this.handleStart(now);
  }

  /** An address was not ready yet to be sent from, as a young one of IPv6. */
  handleUnsent(now: number): void {
    if (this.#unsentLeft === 0) return;
    this.#unsentLeft -= 1;
    this.#schedule.handleDemand(now, unsentGapMs);
  }

  /** A server may be there. */
  handleHint(now: number, hint: ServerHint): void {
    this.#keep(hint);
    this.#askCandidate(now, hint.address, hint.key);
  }

  /** A datagram came. Says whether there may be something to do now; what is dropped makes none. */
  handleDatagram(now: number, datagram: Uint8Array, from: Address): boolean {
    const type = peekType(datagram);
    if (type === undefined) {
      this.#counts.malformed += 1;
      return false;
    }
    const heard = { type, datagram, from };
    switch (type) {
      case "answer":
        return this.#handleAnswer(now, heard);
      case "goodbye":
        return nonceOf(datagram) === noNonce
          ? this.#handleVoice(now, heard)
          : this.#handleAnswer(now, heard);
      case "beacon":
      case "relayed":
        return this.#handleVoice(now, heard);
      default:
        // Questions, our own too, come to the shared port.
        return false;
    }
  }

  /** Does what is due; then `pollTransmit` has it. */
  handleTimeout(now: number): void {
    if (this.#schedule.poll(now)) this.#ask(now);
    this.#isChanged = this.#list.handleTimeout(now) || this.#isChanged;
    for (const { id, address, cookie } of this.#list.pollProbes(now)) {
      this.#probe(now, address, { id, cookie });
    }
    if (this.#sweepAt !== undefined && this.#sweepAt <= now) {
      this.#sweepAt = undefined;
      const isWanted = this.#options.isSweeping ?? true;
      if (isWanted && this.#list.isEmpty) this.#sweep.handleStart(now, this.#table.adapters);
    }
    const { discoveryPort: port } = this.#options;
    for (const host of this.#sweep.poll(now)) this.#askHost(now, { host, port });
  }

  /** The next datagram to send. */
  pollTransmit(): DiscoveryTransmit | undefined {
    return this.#outbox.shift();
  }

  /** When to call `handleTimeout`. */
  pollTimeout(): number {
    return Math.min(
      this.#schedule.pollTimeout(),
      this.#list.pollTimeout() ?? Number.POSITIVE_INFINITY,
      this.#sweepAt ?? Number.POSITIVE_INFINITY,
      this.#sweep.pollTimeout() ?? Number.POSITIVE_INFINITY,
    );
  }

  #handleAnswer(now: number, heard: Heard): boolean {
    const { datagram, from } = heard;
    const nonce = nonceOf(datagram);
    const question = this.#questions.find(now, nonce);
    if (question === undefined) {
      this.#counts.unasked += 1;
      return false;
    }
    const isFromAsked = isFromWhoWasAsked(question, from);
    // A server that was asked answers once, so that there are no more answers than questions of ours.
    if (isFromAsked) this.#questions.forget(nonce);
    else if (!this.#answerRates.take(now, from.host)) {
      this.#counts.refused += 1;
      return false;
    }
    const packet = decodePacket(datagram);
    if (packet?.type === "goodbye" && isFromAsked) {
      this.#isChanged = this.#list.handleGone(from) || this.#isChanged;
      return true;
    }
    if (packet?.type !== "answer") {
      this.#counts.malformed += 1;
      return false;
    }
    const { announcement, cookie } = packet;
    if (isFromAsked) {
      const adapter = this.#table.adapterOf(from.host);
      this.#candidates.delete(formatAddress(from));
      const isChanged = this.#list.handleAnswer(now, {
        announcement,
        address: from,
        rttMs: question.rttMs,
        via: adapter?.name ?? "routed",
        rank: pathRank(from.host, adapter),
        ...(cookie && { cookie }),
      });
      this.#isChanged ||= isChanged;
    } else this.#notice(now, announcement, from);
    return true;
  }

  /** What nobody asked for. */
  #handleVoice(now: number, { type, datagram, from }: Heard): boolean {
    if (this.#table.adapterOf(from.host) === undefined) {
      this.#counts.offLink += 1;
      return false;
    }
    if (!this.#voiceRates.take(now, from.host)) {
      this.#counts.refused += 1;
      return false;
    }
    const packet = decodePacket(datagram);
    if (packet === undefined || !("announcement" in packet)) {
      this.#counts.malformed += 1;
      return false;
    }
    const { announcement } = packet;
    if (type === "goodbye") this.#list.handleGoodbye(now, announcement.id);
    else if (type === "relayed") this.#noticeElsewhere(now, announcement);
    else {
      const address = { host: from.host, port: announcement.port };
      const isStranger = this.#list.recognize(announcement, address) === "new";
      if (isStranger && !this.#strangerRates.take(now, from.host)) {
        this.#counts.refused += 1;
        return false;
      }
      this.#notice(now, announcement, from);
    }
    return true;
  }

  /** A server says that it is at this host, and perhaps elsewhere. */
  #notice(now: number, announcement: Announcement, { host }: Address): void {
    this.#noticeAt(now, announcement, { host, port: announcement.port });
    this.#noticeElsewhere(now, announcement);
  }

  #noticeElsewhere(now: number, announcement: Announcement): void {
    for (const address of announcement.addresses ?? []) {
      const isNew = this.#list.recognize(announcement, address) === "new";
      if (!isNew || this.#elsewhereRates.take(now, address.host)) {
        this.#noticeAt(now, announcement, address);
      } else this.#counts.refused += 1;
    }
  }

  #noticeAt(now: number, announcement: Announcement, address: Address): void {
    switch (this.#list.recognize(announcement, address)) {
      case "new":
        this.#askCandidate(now, address, announcement.id);
        return;
      case "news":
        this.#list.handleDoubt(now, address);
        return;
      case "known":
        return;
    }
  }

  #askCandidate(now: number, address: Address, id: string | undefined): void {
    const key = formatAddress(address);
    const askedAt = this.#candidates.get(key);
    if (askedAt !== undefined && now < askedAt + candidateMs) return;
    this.#candidates.delete(key);
    this.#candidates.set(key, now);
    forgetOldest(this.#candidates, candidatesMax);
    this.#probe(now, address, { id });
  }

  /** Each adapter gets a nonce of its own: a server answers each nonce once, and we want every path. */
  #ask(now: number): void {
    const { key } = this.#options;
    for (const adapter of this.#table.adapters) {
      const { targets } = adapter;
      if (targets.length === 0) continue;
      const nonce = this.#questions.ask(now, { type: "everyone" });
      const proof = key === undefined ? {} : { proof: questionProof(key, nonce) };
      const datagram = encodePacket({ type: "query", nonce, ...proof });
      this.#outbox.push({ type: "cast", adapter, targets, datagram });
    }
    for (const { address, key } of this.#hints.values()) {
      if (!this.#list.hasAddress(address)) this.#askCandidate(now, address, key);
    }
  }

  /** Asks a data port. Who has the key that belongs to it shows so: it may be of a hidden server. */
  #probe(
    now: number,
    address: Address,
    { id, cookie }: { readonly id: string | undefined; readonly cookie?: Uint8Array | undefined },
  ): void {
    const nonce = this.#questions.ask(now, { type: "server", address });
    const proof = id === undefined ? {} : { proof: questionProof(id, nonce) };
    const shown = cookie && { cookie };
    const datagram = encodePacket({ type: "probe", nonce, ...proof, ...shown });
    this.#outbox.push({ type: "send", to: address, from: "any", datagram });
  }

  #askHost(now: number, to: Address): void {
    const nonce = this.#questions.ask(now, { type: "host" });
    const datagram = encodePacket({ type: "probe", nonce });
    this.#outbox.push({ type: "send", to, from: "any", datagram });
  }

  #keep(hint: ServerHint): void {
    const key = formatAddress(hint.address);
    this.#hints.delete(key);
    this.#hints.set(key, hint);
    forgetOldest(this.#hints, lastingHintsMax);
  }
}

/** A data port has answered itself; what comes from anywhere else is only a hint. */
function isFromWhoWasAsked({ asked }: AskedQuestion<Asked>, from: Address): boolean {
  return asked.type === "server" && formatAddress(asked.address) === formatAddress(from);
}

function forgetOldest(keyed: Map<string, unknown>, sizeMax: number): void {
  if (keyed.size <= sizeMax) return;
  for (const oldest of keyed.keys()) {
    keyed.delete(oldest);
    return;
  }
}
