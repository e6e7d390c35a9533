import assert from "node:assert/strict";
import type { Random } from "../../base/random.ts";
import type { ChunkRange } from "./chunk-set.ts";
import { type ChunkMessage, ChunkTrade } from "./chunk-trade.ts";
import { type Contents, fitsOffer } from "./contents.ts";
import { ContentsFetch, contentsPage } from "./contents-fetch.ts";
import type { ExchangeEffect } from "./exchange-effect.ts";
import type { OfferSummary } from "./file-port.ts";
import { pairsOf } from "./have-news.ts";
import { peersPerOfferMax } from "./limits.ts";
import type { LeaveReason, PeerMessage } from "./peer-message.ts";
import type { Serving } from "./serve-plan.ts";

type Announcement = Extract<PeerMessage, { readonly type: "contents" }>;

interface Session {
  readonly peer: number;
  /** The other side offers it. */
  readonly isOrigin: boolean;
  /** It must say one of these, and we say the last. */
  readonly tokens: readonly Uint8Array[];
  isGreeted: boolean;
  hasGreeted: boolean;
  /** Both know the contents as far as we know, and we have told what we have. */
  isMet: boolean;
  announced: Announcement | undefined;
}

/** What is known of the contents. */
type Knowledge =
  | { readonly type: "none" }
  | { readonly type: "asking"; readonly peer: number; readonly pages: ContentsFetch }
  | { readonly type: "known"; readonly trade: ChunkTrade };

/** How an exchange begins. */
export interface ExchangeOptions {
  readonly offer: OfferSummary;
  /** Whether it is ours. */
  readonly isOrigin: boolean;
  /** If they are known, as after a restart. */
  readonly contents?: Contents;
  readonly random: Random;
}

/**
 * One offer at one device: what is said about it with all peers that take it or have it. All are alike;
 * the origin has everything from the beginning, and its list of contents is the one that is believed.
 */
export class Exchange {
  readonly offer: OfferSummary;
  readonly #isOrigin: boolean;
  readonly #random: Random;
  readonly #sessions = new Map<number, Session>();
  #knowledge: Knowledge = { type: "none" };
  #effects: ExchangeEffect[] = [];
  #isPaused = false;
  /** Others take it too, whom we may not know yet. */
  #isInCrowd = false;
  #isComplete = false;

  constructor(options: ExchangeOptions) {
    this.offer = options.offer;
    this.#isOrigin = options.isOrigin;
    this.#random = options.random;
    if (options.contents !== undefined) this.#learn(0, options.contents);
  }

  get contents(): Contents | undefined {
    return this.#trade?.contents;
  }

  /** Peers that have said hello and were told hello. */
  get peers(): readonly number[] {
    return [...this.#sessions.values()].filter(isOpen).map(({ peer }) => peer);
  }

  /** Whether this peer takes part, greeted or not. */
  hasPeer(peer: number): boolean {
    return this.#sessions.has(peer);
  }

  /** Whether nothing is wanted now. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Whether a chunk is here and right. */
  has(chunk: number): boolean {
    return this.#trade?.have.has(chunk) ?? false;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Ours was hashed: from now on it can be given. */
  setContents(now: number, contents: Contents): void {
    assert(this.#isOrigin && this.#knowledge.type === "none");
    this.#learn(now, contents);
  }

  /** A peer is connected that was introduced with these tokens, of which there may come more. */
  addPeer(
    now: number,
    peer: number,
    options: { readonly isOrigin: boolean; readonly tokens: readonly Uint8Array[] },
  ): void {
    if (this.#sessions.has(peer) || peersPerOfferMax <= this.#sessions.size) return;
    const session: Session = {
      ...{ peer, ...options, isGreeted: false, hasGreeted: false, isMet: false },
      announced: undefined,
    };
    this.#sessions.set(peer, session);
    this.#greet(now, session);
  }

  /** The connection to a peer has ended. */
  removePeer(peer: number): void {
    this.#sessions.delete(peer);
    this.#trade?.removePeer(peer);
    this.#askAnother(peer);
  }

  /** What a peer says about this offer. */
  handleMessage(now: number, peer: number, message: PeerMessage): void {
    const session = this.#sessions.get(peer);
    if (session === undefined) return;
    const violation = this.#take(now, session, message);
    if (violation !== undefined) this.#expel(peer, violation);
  }

  /** How long a chunk is that a peer was asked for; `undefined` when it was not. */
  bytesOf(peer: number, chunk: number): number | undefined {
    return this.#trade?.bytesOf(peer, chunk);
  }

  /** Bytes of a chunk that a peer was asked for are coming. */
  handleBytes(now: number, peer: number, bytes: number): void {
    this.#trade?.hear(now, peer, bytes);
  }

  /**
   * A chunk came whole, which the peer was asked for: whether it is still needed. If so, `handleKept`,
   * `handleWrong` or `handleMissing` must follow.
   */
  handleChunk(now: number, peer: number, chunk: number): boolean {
    return this.#trade?.arrive(now, peer, chunk) ?? false;
  }

  /** A chunk has another hash than it must: who sent it is left. */
  handleWrong(peer: number, chunk: number): void {
    this.#trade?.reject(chunk);
    const session = this.#sessions.get(peer);
    if (session === undefined) return;
    if (session.isOrigin) {
      this.#effects.push({ type: "untrue", text: "what comes is not what was offered" });
    }
    this.#expel(peer, `chunk ${chunk} has another hash`);
  }

  /** A chunk is on the disk, or was found there. */
  handleKept(now: number, chunk: number): void {
    this.#trade?.keep(now, chunk);
    this.#complete();
  }

  /** A chunk is not here, or could not be written. */
  handleMissing(chunk: number): void {
    this.#trade?.reject(chunk);
  }

  /** All that was here already has been looked at, each chunk of it. */
  begin(): void {
    this.#complete();
  }

  /** A chunk that was to be served cannot be read. */
  handleUnreadable(peer: number, chunk: number): void {
    if (this.#sessions.has(peer)) this.#send(peer, { ...this.#about("dropped"), chunks: [chunk] });
  }

  /** Nothing is wanted, but others may still have what is here. */
  pause(): void {
    this.#isPaused = true;
    this.#trade?.cancelAll();
  }

  resume(): void {
    this.#isPaused = false;
  }

  /** Says goodbye to all. */
  leave(reason: LeaveReason): void {
    for (const { peer, hasGreeted } of this.#sessions.values()) {
      if (hasGreeted) this.#send(peer, { ...this.#about("leave"), reason });
      this.#part(peer);
    }
  }

  /** The next chunk to read and send, to one of those for whom `isReady` holds. */
  nextServing(now: number, isReady: (peer: number) => boolean): Serving | undefined {
    // Who offers something and pauses it gives nothing; who takes it still gives what is here.
    if (this.#isPaused && this.#isOrigin) return undefined;
    return this.#trade?.nextServing(now, isReady);
  }

  /** What is to be done now, in order. */
  poll(now: number): readonly ExchangeEffect[] {
    const trade = this.#trade;
    if (trade !== undefined) {
      this.#tellNews(now, trade);
      for (const peer of trade.lost(now)) this.#expel(peer, "what was asked for does not come");
      const { peers } = this;
      for (const peer of peers) this.#ask(now, trade, peer, peers.length - 1);
    }
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** When to poll at the latest, though nothing happens. */
  nextTimeout(now: number): number | undefined {
    return this.#trade?.nextTimeout(now);
  }

  get #trade(): ChunkTrade | undefined {
    return this.#knowledge.type === "known" ? this.#knowledge.trade : undefined;
  }

  /** Takes a message; what is wrong with it, if anything. */
  #take(now: number, session: Session, message: PeerMessage): string | undefined {
    if (message.type === "hello") return this.#takeHello(now, session, message.token);
    if (!session.isGreeted) return `${message.type} before hello`;
    switch (message.type) {
      case "contents":
        return this.#takeAnnouncement(session, message);
      case "ask-page":
        return this.#givePage(session.peer, message.offset);
      case "page":
        return this.#takePage(now, session, message.offset, message.bytes);
      case "leave":
        // One who takes the files, too, could end all the others' transfers with it.
        if (message.reason === "changed" && !session.isOrigin)
          return "changed files of somebody else";
        this.#effects.push({ type: "left", peer: session.peer, reason: message.reason });
        this.#part(session.peer);
        return undefined;
      default:
        return this.#takeAboutChunks(session.peer, message);
    }
  }

  #takeAboutChunks(peer: number, message: ChunkMessage): string | undefined {
    if (this.#trade === undefined) return `${message.type} before the contents`;
    const outcome = this.#trade.take(peer, message);
    if (outcome.type === "forbidden") return outcome.text;
    if (outcome.type === "dropped" && 0 < outcome.chunks.length) {
      this.#send(peer, { ...this.#about("dropped"), chunks: outcome.chunks });
    }
    return undefined;
  }

  #takeHello(now: number, session: Session, token: Uint8Array): string | undefined {
    if (session.isGreeted) return "a second hello";
    const isExpected = session.tokens.some((known) => Buffer.compare(token, known) === 0);
    if (!isExpected) return "not the token of the introduction";
    session.isGreeted = true;
    this.#welcome(now, session);
    return undefined;
  }

  #takeAnnouncement(session: Session, announced: Announcement): string | undefined {
    if (!session.isOrigin) return "contents of somebody else";
    if (session.announced !== undefined) return "contents twice";
    session.announced = announced;
    this.#isInCrowd ||= 0 < announced.others;
    if (this.#knowledge.type === "none") this.#askPages(session.peer, announced);
    if (this.#trade === undefined) return undefined;
    if (Buffer.compare(this.#trade.contents.id, announced.id) !== 0) {
      this.#effects.push({ type: "untrue", text: "it is not what it was when it was taken" });
    }
    return undefined;
  }

  #givePage(peer: number, offset: number): string | undefined {
    const isAnnounced = this.#isOrigin && this.#trade !== undefined;
    const bytes = isAnnounced ? contentsPage(this.#trade.contents, offset) : undefined;
    if (bytes === undefined) return "it asks for a page that is not there";
    this.#send(peer, { ...this.#about("page"), offset, bytes });
    return undefined;
  }

  #takePage(now: number, session: Session, offset: number, bytes: Uint8Array): string | undefined {
    const knowledge = this.#knowledge;
    if (knowledge.type !== "asking" || knowledge.peer !== session.peer) return "a page too many";
    if (!knowledge.pages.add(offset, bytes)) return "a page that was not asked for";
    this.#askMore(knowledge.peer, knowledge.pages);
    if (!knowledge.pages.isComplete) return undefined;
    const contents = knowledge.pages.finish();
    this.#knowledge = { type: "none" };
    if (contents === undefined || !fitsOffer(contents, this.offer)) {
      this.#effects.push({ type: "untrue", text: "its contents are not what was offered" });
      return "contents that are not what was offered";
    }
    this.#learn(now, contents);
    this.#effects.push({ type: "contents", contents });
    return undefined;
  }

  #askPages(peer: number, { id, bytes }: Announcement): void {
    const pages = new ContentsFetch({ id: new Uint8Array(id), bytes });
    this.#knowledge = { type: "asking", peer, pages };
    this.#askMore(peer, pages);
  }

  #askMore(peer: number, pages: ContentsFetch): void {
    for (const offset of pages.ask()) this.#send(peer, { ...this.#about("ask-page"), offset });
  }

  /** The peer that was asked for the contents is gone; the origin may be there by another path. */
  #askAnother(gone: number): void {
    if (this.#knowledge.type !== "asking" || this.#knowledge.peer !== gone) return;
    this.#knowledge = { type: "none" };
    for (const { peer, announced } of this.#sessions.values()) {
      if (announced === undefined) continue;
      this.#askPages(peer, announced);
      return;
    }
  }

  #learn(now: number, contents: Contents): void {
    const isOrigin = this.#isOrigin;
    const trade = new ChunkTrade({ contents, isOrigin, random: this.#random });
    this.#knowledge = { type: "known", trade };
    this.#isComplete = isOrigin;
    for (const session of this.#sessions.values()) {
      this.#greet(now, session);
      this.#welcome(now, session);
    }
  }

  /** Who does not know the contents has nothing to say to anybody but the origin. */
  #greet(now: number, session: Session): void {
    if (session.hasGreeted) return;
    if (!session.isOrigin && this.#trade === undefined) return;
    const token = session.tokens.at(-1);
    assert(token !== undefined, "an introduction has a token");
    session.hasGreeted = true;
    this.#send(session.peer, { ...this.#about("hello"), token });
    this.#welcome(now, session);
  }

  /** Both have said hello and the contents are known: the exchange of chunks begins. */
  #welcome(now: number, session: Session): void {
    const trade = this.#trade;
    if (trade === undefined || !isOpen(session) || session.isMet) return;
    session.isMet = true;
    trade.addPeer(now, session.peer, session.isOrigin);
    if (this.#isOrigin) {
      const { id, encoded } = trade.contents;
      const others = this.peers.length - 1;
      this.#send(session.peer, { ...this.#about("contents"), id, bytes: encoded.length, others });
    } else if (!session.isOrigin) {
      this.#tell(session.peer, trade, [...trade.have.ranges()]);
    }
  }

  #tellNews(now: number, trade: ChunkTrade): void {
    const ranges = trade.takeNews(now);
    if (this.#isOrigin || ranges.length === 0) return;
    for (const { peer, isMet, isOrigin } of this.#sessions.values()) {
      if (isMet && !isOrigin) this.#tell(peer, trade, ranges);
    }
  }

  #tell(peer: number, { contents: { id } }: ChunkTrade, ranges: readonly ChunkRange[]): void {
    for (const pairs of pairsOf(ranges)) {
      this.#send(peer, { ...this.#about("have"), id, ranges: pairs });
    }
  }

  #ask(now: number, trade: ChunkTrade, peer: number, others: number): void {
    const isWanting = !this.#isPaused && !this.#isComplete;
    const order = this.#isInCrowd ? "rarest" : "first";
    const { want, cancel } = trade.ask(now, peer, isWanting ? order : "nothing");
    if (0 < cancel.length) this.#send(peer, { ...this.#about("cancel"), chunks: cancel });
    if (0 < want.length) this.#send(peer, { ...this.#about("want"), chunks: want, others });
  }

  #complete(): void {
    if (this.#isComplete || this.#trade?.have.isFull !== true) return;
    this.#isComplete = true;
    this.#effects.push({ type: "complete" });
  }

  /** It is over with a peer, who is still connected. */
  #part(peer: number): void {
    this.#sessions.delete(peer);
    this.#trade?.leavePeer(peer);
    this.#askAnother(peer);
  }

  #expel(peer: number, text: string): void {
    this.removePeer(peer);
    this.#effects.push({ type: "expel", peer, text });
  }

  #send(peer: number, message: PeerMessage): void {
    this.#effects.push({ type: "send", peer, message });
  }

  #about<T extends PeerMessage["type"]>(type: T): { readonly type: T; readonly offer: string } {
    return { type, offer: this.offer.id };
  }
}

function isOpen({ isGreeted, hasGreeted }: Session): boolean {
  return isGreeted && hasGreeted;
}
