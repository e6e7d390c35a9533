import assert from "node:assert/strict";
import type { Random } from "../../base/random.ts";
import type { ChunkRange } from "./chunk-set.ts";
import { type Contents, fitsOffer, hashOf } from "./contents.ts";
import { ContentsFetch, contentsPage } from "./contents-fetch.ts";
import type { ExchangeEffect } from "./exchange-effect.ts";
import { FetchPlan } from "./fetch-plan.ts";
import type { OfferSummary } from "./file-port.ts";
import { HaveNews, pairsOf, rangesIn } from "./have-news.ts";
import type { LeaveReason, PeerMessage } from "./peer-message.ts";
import { ServePlan, type Serving } from "./serve-plan.ts";

interface Session {
  readonly peer: number;
  /** The other side offers it. */
  readonly isOrigin: boolean;
  /** What it must say, and what we say. */
  readonly token: Uint8Array;
  isGreeted: boolean;
  hasGreeted: boolean;
  /** Both know the contents as far as we know, and we have told what we have. */
  isMet: boolean;
}

/** What is known of the contents. */
type Knowledge =
  | { readonly type: "none" }
  | { readonly type: "fetching"; readonly fetch: ContentsFetch }
  /** What is here already is being looked at. */
  | {
      readonly type: "known";
      readonly contents: Contents;
      readonly fetch: FetchPlan;
      readonly serve: ServePlan;
    };

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
  readonly #news = new HaveNews();

  constructor(options: ExchangeOptions) {
    this.offer = options.offer;
    this.#isOrigin = options.isOrigin;
    this.#random = options.random;
    if (options.contents !== undefined) this.#learn(0, options.contents);
  }

  get contents(): Contents | undefined {
    return this.#knowledge.type === "known" ? this.#knowledge.contents : undefined;
  }

  /** Peers that have said hello and were told hello. */
  get peers(): readonly number[] {
    return [...this.#sessions.values()].filter(isOpen).map(({ peer }) => peer);
  }

  /** Whether a chunk is here and right. */
  has(chunk: number): boolean {
    return this.#knowledge.type === "known" && this.#knowledge.fetch.have.has(chunk);
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Ours was hashed: from now on it can be given. */
  setContents(now: number, contents: Contents): void {
    assert(this.#isOrigin && this.#knowledge.type === "none");
    this.#learn(now, contents);
  }

  /** A peer is connected that was introduced with this token. */
  addPeer(
    now: number,
    peer: number,
    options: { readonly isOrigin: boolean; readonly token: Uint8Array },
  ): void {
    const session = { peer, ...options, isGreeted: false, hasGreeted: false, isMet: false };
    this.#sessions.set(peer, session);
    this.#greet(now, session);
  }

  /** A peer is gone, or another one than it was. */
  removePeer(peer: number): void {
    this.#sessions.delete(peer);
    if (this.#knowledge.type !== "known") {
      // Its pages were asked of the origin that is gone; the next one begins anew.
      if (![...this.#sessions.values()].some(({ isOrigin }) => isOrigin)) {
        this.#knowledge = { type: "none" };
      }
      return;
    }
    this.#knowledge.fetch.removePeer(peer);
    this.#knowledge.serve.cancelAll(peer);
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
    if (this.#knowledge.type !== "known") return undefined;
    const { fetch, contents } = this.#knowledge;
    return fetch.isAsked(peer, chunk) ? contents.layout.place(chunk).bytes : undefined;
  }

  /** Bytes of a chunk that a peer was asked for are coming. */
  handleBytes(now: number, peer: number, bytes: number): void {
    if (this.#knowledge.type === "known") this.#knowledge.fetch.hear(now, peer, bytes);
  }

  /**
   * A chunk came whole, which the peer was asked for: the hash that it must have, or `undefined` when it
   * is not needed any more. With a hash, `handleVerdict` or `handleKept` must follow.
   */
  handleChunk(peer: number, chunk: number): Uint8Array | undefined {
    assert(this.#knowledge.type === "known");
    const { fetch, contents } = this.#knowledge;
    return fetch.arrive(peer, chunk) ? hashOf(contents, chunk) : undefined;
  }

  /** A chunk has another hash than it must: who sent it is left. */
  handleWrong(peer: number, chunk: number): void {
    if (this.#knowledge.type !== "known") return;
    this.#knowledge.fetch.reject(chunk);
    const session = this.#sessions.get(peer);
    if (session === undefined) return;
    if (session.isOrigin) {
      this.#effects.push({ type: "untrue", text: "what comes is not what was offered" });
    }
    this.#expel(peer, `chunk ${chunk} has another hash`);
  }

  /** A chunk is on the disk, or was found there. */
  handleKept(now: number, chunk: number): void {
    if (this.#knowledge.type !== "known") return;
    this.#knowledge.fetch.keep(chunk);
    this.#news.add(now, chunk);
    this.#complete();
  }

  /** All that was here already has been looked at, each chunk of it. */
  begin(): void {
    this.#complete();
  }

  /** A chunk is not here, or could not be written. */
  handleMissing(chunk: number): void {
    if (this.#knowledge.type === "known") this.#knowledge.fetch.reject(chunk);
  }

  /** A chunk that was to be served cannot be read; or was served no more. */
  handleUnreadable(peer: number, chunk: number): void {
    if (this.#sessions.has(peer)) this.#send(peer, { ...this.#about("dropped"), chunks: [chunk] });
  }

  /** Nothing is wanted, but others may still have what is here. */
  pause(): void {
    this.#isPaused = true;
    if (this.#knowledge.type === "known") this.#knowledge.fetch.cancelAll();
  }

  resume(): void {
    this.#isPaused = false;
  }

  /** Says goodbye to all. */
  leave(reason: LeaveReason): void {
    for (const { peer } of this.#sessions.values()) {
      this.#send(peer, { ...this.#about("leave"), reason });
    }
  }

  /** The next chunk to read and send, to one of those for whom `isReady` holds. */
  nextServing(now: number, isReady: (peer: number) => boolean): Serving | undefined {
    if (this.#knowledge.type !== "known") return undefined;
    return this.#knowledge.serve.next(now, isReady);
  }

  /** What is to be done now, in order. */
  poll(now: number): readonly ExchangeEffect[] {
    if (this.#knowledge.type === "known") {
      this.#tellNews(now);
      for (const peer of this.#knowledge.fetch.lost(now))
        this.#expel(peer, "what was asked for does not come");
      for (const { peer } of [...this.#sessions.values()].filter(isOpen)) this.#ask(now, peer);
    }
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** When to poll at the latest, though nothing happens. */
  nextTimeout(now: number): number | undefined {
    if (this.#knowledge.type !== "known") return undefined;
    const times = [
      this.#news.dueAt,
      this.#knowledge.fetch.nextTimeout(now),
      this.#knowledge.serve.nextTimeout(now),
    ].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
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
        this.#effects.push({ type: "left", peer: session.peer, reason: message.reason });
        this.removePeer(session.peer);
        return undefined;
      default:
        return this.#takeAboutChunks(session, message);
    }
  }

  #takeAboutChunks(
    session: Session,
    message: Extract<PeerMessage, { readonly type: "have" | "want" | "cancel" | "dropped" }>,
  ): string | undefined {
    // It does not know yet that we have forgotten what we were told, or never knew.
    if (this.#knowledge.type !== "known") return undefined;
    const { fetch, serve, contents } = this.#knowledge;
    const { peer } = session;
    switch (message.type) {
      case "have":
        if (Buffer.compare(message.id, contents.id) !== 0) return undefined;
        return rangesIn(message.ranges).every(({ start, end }) => fetch.promise(peer, start, end))
          ? undefined
          : "it has what is not offered";
      case "want": {
        if (!message.chunks.every((chunk) => fetch.have.has(chunk)))
          return "it wants what is not here";
        return serve.want(peer, message.chunks, message.others) ? undefined : "it wants too much";
      }
      case "cancel": {
        const chunks = serve.cancel(peer, message.chunks);
        if (0 < chunks.length) this.#send(peer, { ...this.#about("dropped"), chunks });
        return undefined;
      }
      case "dropped":
        return fetch.drop(peer, message.chunks) ? undefined : "it drops what it was not asked for";
    }
  }

  #takeHello(now: number, session: Session, token: Uint8Array): string | undefined {
    if (session.isGreeted) return "a second hello";
    if (Buffer.compare(token, session.token) !== 0) return "not the token of the introduction";
    session.isGreeted = true;
    this.#welcome(now, session);
    return undefined;
  }

  #takeAnnouncement(
    session: Session,
    { id, bytes, others }: Extract<PeerMessage, { readonly type: "contents" }>,
  ): string | undefined {
    if (!session.isOrigin) return "contents of somebody else";
    this.#isInCrowd ||= 0 < others;
    const knowledge = this.#knowledge;
    if (knowledge.type === "fetching") return "contents twice";
    if (knowledge.type === "known") {
      if (Buffer.compare(knowledge.contents.id, id) === 0) return undefined;
      this.#effects.push({ type: "untrue", text: "it is not what it was when it was taken" });
      return undefined;
    }
    const fetch = new ContentsFetch({ id: new Uint8Array(id), bytes });
    this.#knowledge = { type: "fetching", fetch };
    this.#askPages(session.peer, fetch);
    return undefined;
  }

  #givePage(peer: number, offset: number): string | undefined {
    if (!this.#isOrigin || this.#knowledge.type !== "known")
      return "it asks for what was not announced";
    const bytes = contentsPage(this.#knowledge.contents, offset);
    if (bytes === undefined) return "it asks for a page behind the end";
    this.#send(peer, { ...this.#about("page"), offset, bytes });
    return undefined;
  }

  #takePage(now: number, session: Session, offset: number, bytes: Uint8Array): string | undefined {
    const knowledge = this.#knowledge;
    if (!session.isOrigin || knowledge.type !== "fetching" || !knowledge.fetch.add(offset, bytes)) {
      return "a page that was not asked for";
    }
    this.#askPages(session.peer, knowledge.fetch);
    if (!knowledge.fetch.isComplete) return undefined;
    const contents = knowledge.fetch.finish();
    this.#knowledge = { type: "none" };
    if (contents === undefined || !fitsOffer(contents, this.offer)) {
      this.#effects.push({ type: "untrue", text: "its contents are not what was offered" });
      return "contents that are not what was offered";
    }
    this.#learn(now, contents);
    this.#effects.push({ type: "contents", contents });
    return undefined;
  }

  #askPages(peer: number, fetch: ContentsFetch): void {
    for (const offset of fetch.ask()) this.#send(peer, { ...this.#about("ask-page"), offset });
  }

  #learn(now: number, contents: Contents): void {
    const { layout } = contents;
    const fetch = new FetchPlan({ layout, random: this.#random });
    const serve = new ServePlan({ isOrigin: this.#isOrigin, chunkCount: layout.chunkCount });
    this.#knowledge = { type: "known", contents, fetch, serve };
    if (this.#isOrigin) {
      for (let chunk = 0; chunk < layout.chunkCount; chunk += 1) fetch.keep(chunk);
      this.#isComplete = true;
    }
    for (const session of this.#sessions.values()) {
      this.#greet(now, session);
      this.#welcome(now, session);
    }
  }

  /** Who does not know the contents has nothing to say to anybody but the origin. */
  #greet(now: number, session: Session): void {
    if (session.hasGreeted) return;
    if (!session.isOrigin && !this.#isOrigin && this.#knowledge.type !== "known") return;
    session.hasGreeted = true;
    this.#send(session.peer, { ...this.#about("hello"), token: session.token });
    this.#welcome(now, session);
  }

  /** Both have said hello and the contents are known: the exchange of chunks begins. */
  #welcome(now: number, session: Session): void {
    if (this.#knowledge.type !== "known" || !isOpen(session) || session.isMet) return;
    session.isMet = true;
    this.#knowledge.fetch.addPeer(now, session.peer, session.isOrigin);
    this.#tellAll(session);
  }

  /** Tells a peer what is here. */
  #tellAll(session: Session): void {
    if (this.#knowledge.type !== "known") return;
    const { contents, fetch } = this.#knowledge;
    if (this.#isOrigin) {
      const { id, encoded } = contents;
      const others = this.peers.length - 1;
      this.#send(session.peer, { ...this.#about("contents"), id, bytes: encoded.length, others });
    } else if (!session.isOrigin) {
      this.#tell(session.peer, [...fetch.have.ranges()]);
    }
  }

  #tellNews(now: number): void {
    const ranges = this.#news.take(now);
    if (this.#isOrigin || ranges.length === 0) return;
    for (const { peer, isMet, isOrigin } of this.#sessions.values()) {
      if (isMet && !isOrigin) this.#tell(peer, ranges);
    }
  }

  #tell(peer: number, ranges: readonly ChunkRange[]): void {
    if (this.#knowledge.type !== "known") return;
    const { id } = this.#knowledge.contents;
    for (const pairs of pairsOf(ranges)) {
      this.#send(peer, { ...this.#about("have"), id, ranges: pairs });
    }
  }

  #ask(now: number, peer: number): void {
    if (this.#knowledge.type !== "known") return;
    const isWanting = !this.#isPaused && !this.#isComplete;
    const { fetch } = this.#knowledge;
    const order = this.#isInCrowd ? "rarest" : "first";
    const { want, cancel } = fetch.poll(now, peer, isWanting ? order : "nothing");
    if (0 < cancel.length) this.#send(peer, { ...this.#about("cancel"), chunks: cancel });
    if (want.length === 0) return;
    const others = this.peers.length - 1;
    this.#send(peer, { ...this.#about("want"), chunks: want, others });
  }

  #complete(): void {
    if (this.#isComplete || this.#knowledge.type !== "known") return;
    if (!this.#knowledge.fetch.isComplete) return;
    this.#isComplete = true;
    this.#effects.push({ type: "complete" });
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
