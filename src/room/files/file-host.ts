import type { Clock } from "../../base/clock.ts";
import { EarshotError } from "../../base/errors.ts";
import type { Random } from "../../base/random.ts";
import { offerMsMax } from "../limits.ts";
import { Wakeup } from "../wakeup.ts";
import type { ChunkFrame } from "./chunk-frames.ts";
import { ChunkMemory } from "./chunk-memory.ts";
import type { DiskPort } from "./disk-port.ts";
import type { ExchangeEffect } from "./exchange-effect.ts";
import type { FilePort, Introduction, OfferSummary, TakenOffer, Transfer } from "./file-port.ts";
import { letHeapGrow } from "./heap-growth.ts";
import { Introductions } from "./introductions.ts";
import { offersMax, servedMax, takingsMax, takingsRunningMax } from "./limits.ts";
import { Offering } from "./offering.ts";
import { keyText, type PeerLink } from "./peer-link.ts";
import { PeerLinks } from "./peer-links.ts";
import { decodePeerMessage } from "./peer-message.ts";
import type { PeerEvent, PeerPath, PeerPort } from "./peer-port.ts";
import { Taking } from "./taking.ts";
import type { TransferContext } from "./transfer-context.ts";
import { TransferNews } from "./transfer-news.ts";
import { type TransferRecord, TransferRecords } from "./transfer-records.ts";

/** Codes with which a peer is left. */
const violationCode = 2;

export interface FileHostOptions {
  /** Where what is unfinished is remembered: a directory of its own, for one server. */
  readonly directory: string;
  readonly disk: DiskPort;
  readonly clock: Clock;
  readonly random: Random;
  /** How a transfer is doing: whenever it changes, progress at most five times a second. */
  readonly onTransfer: (transfer: Transfer) => void;
}

type Running = Offering | Taking;

/** All that is offered and taken at one server: the engines with the disk and the peers. */
export class FileHost implements FilePort {
  readonly #options: FileHostOptions;
  readonly #context: TransferContext;
  readonly #transfers = new Map<string, Running>();
  readonly #introductions = new Introductions();
  readonly #memory = new ChunkMemory();
  readonly #links: PeerLinks;
  readonly #wakeup: Wakeup;
  readonly #news: TransferNews;
  /** While something is received. */
  #letShrink: (() => void) | undefined;
  #isStopped = false;

  private constructor(options: FileHostOptions, records: TransferRecords) {
    this.#options = options;
    const { disk, clock, random } = options;
    this.#context = {
      ...{ disk, memory: this.#memory, clock, random, records },
      onChanged: (offer, isNews) => {
        this.#news.handle(offer, isNews);
        if (isNews) this.#admit();
      },
      onWork: (offer) => this.#work(offer),
    };
    this.#links = new PeerLinks(
      (from, offer, chunk) => this.#exchangeOf(offer)?.bytesOf(from.id, chunk),
      this.#memory,
    );
    this.#news = new TransferNews(clock, (offer) => {
      const transfer = this.#transfers.get(offer);
      if (transfer !== undefined) options.onTransfer(this.#statusOf(transfer));
    });
    this.#wakeup = new Wakeup(clock, () => this.#workAll());
  }

  /**
   * Goes on with what was unfinished.
   * @throws {EarshotError} WHEN the directory cannot be used `file-unusable`.
   */
  static async open(options: FileHostOptions): Promise<FileHost> {
    const since = options.clock.wallNow() - offerMsMax;
    const { records, found } = await TransferRecords.open(options.directory, since);
    const host = new FileHost(options, records);
    for (const record of found) await host.#restore(record);
    host.#admit();
    return host;
  }

  get unfinished(): readonly TakenOffer[] {
    return this.#takings.filter(({ isOver }) => !isOver).map(({ offer }) => offer);
  }

  get offered(): readonly OfferSummary[] {
    return this.#offerings.filter(({ isOver }) => !isOver).map(({ offer }) => offer);
  }

  /** How all transfers of this process are doing. */
  get transfers(): readonly Transfer[] {
    return [...this.#transfers.values()].map((transfer) => this.#statusOf(transfer));
  }

  async offer(path: string): Promise<OfferSummary> {
    if (offersMax <= this.offered.length) {
      throw new EarshotError("limit-reached", `${offersMax} offers are open`);
    }
    const { disk, random } = this.#options;
    const listing = await disk.ask<"list">({ type: "list", path });
    const { name, kind, entries } = listing;
    const offer: OfferSummary = {
      ...{ id: random.id(), name, kind },
      fileCount: entries.filter((entry) => entry.kind === "file").length,
      bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
    };
    const offering = new Offering(offer, this.#context);
    this.#transfers.set(offer.id, offering);
    await this.#context.records.keep({ type: "offer", ...offer, path }).catch(() => undefined);
    void offering.begin(entries, undefined);
    return offer;
  }

  take(offer: TakenOffer, directory: string): void {
    const known = this.#transfers.get(offer.id);
    if (known !== undefined && !(known.isOver && known.direction === "receive")) return;
    if (takingsMax <= this.unfinished.length) {
      throw new EarshotError("limit-reached", `${takingsMax} offers are being taken`);
    }
    known?.cancel();
    const options = { offer, directory, contents: undefined, isPaused: false };
    this.#addTaking(new Taking(options, this.#context));
  }

  cancel(offer: string): void {
    this.#transfers.get(offer)?.cancel();
    this.#introductions.forget(offer);
    this.#admit();
  }

  pause(offer: string): void {
    const transfer = this.#transfers.get(offer);
    if (transfer instanceof Taking) {
      transfer.setPause("owner", true);
      this.#keep(transfer);
    } else {
      transfer?.pause();
    }
    this.#admit();
  }

  resume(offer: string): void {
    const transfer = this.#transfers.get(offer);
    if (transfer instanceof Taking) {
      transfer.setPause("owner", false);
      this.#keep(transfer);
    } else {
      transfer?.resume();
    }
    this.#admit();
  }

  introduce({ offer, key, token }: Introduction): void {
    const name = keyText(key);
    this.#introductions.add(this.#now(), offer, name, token);
    for (const link of this.#links.all) if (link.key === name) this.#meet(link, offer);
    this.#work(offer);
  }

  handlePeer(port: PeerPort, path: PeerPath): void {
    const link = this.#links.add(port, path);
    for (const offer of this.#transfers.keys()) this.#meet(link, offer);
    this.#workAll();
  }

  handlePeerEvent(port: PeerPort, event: PeerEvent): void {
    const link = this.#links.of(port);
    if (link === undefined) return;
    switch (event.type) {
      case "message":
        this.#handleMessage(link, event.message);
        return;
      case "writable":
        link.handleWritable();
        return;
      case "stream-data":
        this.#handleData(link, event.stream, event.bytes);
        return;
      case "stream-drained":
        link.handleDrained();
        this.#serve();
        return;
      case "stream-over":
        this.#leave(link, "a stream was ended");
        return;
      case "path":
        link.path = event.path;
        for (const transfer of this.#with(link)) this.#news.handle(transfer.offer.id, true);
        return;
      case "closed":
        this.#drop(link);
        return;
    }
  }

  /** What is unfinished goes on the next time. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#expectBulk(false);
    this.#wakeup.set(undefined);
    this.#news.stop();
    await this.#context.records.settled();
    await this.#options.disk.stop();
  }

  get #takings(): readonly Taking[] {
    return [...this.#transfers.values()].filter((transfer) => transfer instanceof Taking);
  }

  get #offerings(): readonly Offering[] {
    return [...this.#transfers.values()].filter((transfer) => transfer instanceof Offering);
  }

  async #restore(record: TransferRecord): Promise<void> {
    const contents = await this.#context.records.contents(record.id);
    if (record.type === "take") {
      const { directory, isPaused } = record;
      const offer = { ...record, key: new Uint8Array(Buffer.from(record.key, "base64url")) };
      this.#transfers.set(
        record.id,
        new Taking({ offer, directory, contents, isPaused }, this.#context),
      );
      return;
    }
    const offering = new Offering(record, this.#context);
    this.#transfers.set(record.id, offering);
    const listing = this.#options.disk.ask<"list">({ type: "list", path: record.path });
    void listing.then(
      ({ entries }) => offering.begin(entries, contents),
      (error: EarshotError) => offering.fail(error),
    );
  }

  #addTaking(taking: Taking): void {
    this.#transfers.set(taking.offer.id, taking);
    this.#keep(taking);
    for (const link of this.#links.all) this.#meet(link, taking.offer.id);
    this.#admit();
    this.#news.handle(taking.offer.id, true);
    this.#work(taking.offer.id);
  }

  #keep({ offer, directory, isOver, isPausedByOwner: isPaused }: Taking): void {
    if (isOver) return;
    const key = keyText(offer.key);
    // Without it the transfer is gone after a restart, which is no reason not to make it.
    this.#context.records
      .keep({ ...offer, type: "take", key, directory, isPaused })
      .catch(() => undefined);
  }

  #exchangeOf(offer: string): Running["exchange"] | undefined {
    return this.#transfers.get(offer)?.exchange;
  }

  /** Begins with a peer what the server has introduced it for. */
  #meet(link: PeerLink, offer: string): void {
    const transfer = this.#transfers.get(offer);
    const tokens = this.#introductions.tokens(this.#now(), offer, link.key);
    if (transfer === undefined || tokens === undefined || isEnded(transfer)) return;
    if (transfer.exchange.hasPeer(link.id)) return;
    const isOrigin = transfer instanceof Taking && keyText(transfer.offer.key) === link.key;
    transfer.exchange.addPeer(this.#now(), link.id, { isOrigin, tokens });
    const early = this.#links.takeEarly(link, offer);
    if (early !== undefined) transfer.exchange.handleMessage(this.#now(), link.id, early);
  }

  #handleMessage(link: PeerLink, bytes: Uint8Array): void {
    const message = decodePeerMessage(bytes);
    if (message === undefined) {
      this.#leave(link, "a message that makes no sense");
      return;
    }
    const exchange = this.#exchangeOf(message.offer);
    if (exchange?.hasPeer(link.id)) {
      exchange.handleMessage(this.#now(), link.id, message);
      if (message.type === "hello") this.#admit();
      this.#work(message.offer);
    } else if (message.type === "hello") {
      this.#links.keepEarly(link, message);
    }
  }

  #handleData(link: PeerLink, stream: number, bytes: Uint8Array): void {
    const frames = link.take(stream, bytes);
    if (frames === undefined) {
      this.#leave(link, "data that nobody asked for");
      return;
    }
    const offer = link.incomingOffer ?? frames.at(-1)?.offer;
    if (offer !== undefined)
      this.#exchangeOf(offer)?.handleBytes(this.#now(), link.id, bytes.length);
    for (const frame of frames) this.#handleFrame(link, frame);
  }

  #handleFrame(link: PeerLink, { offer, chunk, bytes }: ChunkFrame): void {
    const transfer = this.#transfers.get(offer);
    if (!(transfer instanceof Taking)) return;
    void transfer.handleChunk(link.id, chunk, bytes);
    this.#work(offer);
  }

  /** Does what an exchange wants done now. */
  #work(offer: string): void {
    const transfer = this.#transfers.get(offer);
    if (transfer === undefined || this.#isStopped) return;
    for (const effect of transfer.exchange.poll(this.#now())) this.#handleEffect(transfer, effect);
    this.#serve();
    this.#plan();
  }

  #workAll(): void {
    for (const offer of this.#transfers.keys()) this.#work(offer);
  }

  #handleEffect(transfer: Running, effect: ExchangeEffect): void {
    if (effect.type === "send" || effect.type === "expel") {
      const link = this.#links.byId(effect.peer);
      if (link === undefined) return;
      if (effect.type === "expel") {
        this.#leave(link, effect.text);
        if (effect.isForGood) this.#introductions.revoke(transfer.offer.id, link.key);
      } else if (!link.send(effect.message)) this.#leave(link, "it does not take what it is told");
      this.#news.handle(transfer.offer.id, false);
      return;
    }
    transfer.handleEffect(effect);
  }

  /** Has chunks read for those who want them, as long as their connections take more. */
  #serve(): void {
    const isReady = (peer: number) => this.#links.byId(peer)?.isReady ?? false;
    let isServing = true;
    while (isServing) {
      isServing = false;
      // One of each offer in turn.
      for (const transfer of this.#transfers.values()) {
        const serving = transfer.exchange.nextServing(this.#now(), isReady);
        const link = serving && this.#links.byId(serving.peer);
        if (serving === undefined || link === undefined) continue;
        isServing = true;
        void this.#give(transfer, link, serving.chunk);
      }
    }
  }

  async #give(transfer: Running, link: PeerLink, chunk: number): Promise<void> {
    const { id: offer } = transfer.offer;
    const bytes = transfer.exchange.contents?.layout.place(chunk).bytes ?? 0;
    const into = this.#memory.take(bytes);
    link.beginRead(bytes);
    try {
      await this.#options.disk.ask<"read">({ type: "read", offer, chunk, into });
      link.give(offer, chunk, into);
      if (transfer instanceof Offering) transfer.handleSent(bytes);
    } catch (error) {
      if (!(error instanceof EarshotError)) throw error;
      link.endRead(bytes);
      this.#memory.give(into);
      transfer.exchange.handleUnreadable(link.id, chunk);
      if (transfer instanceof Offering) transfer.fail(error);
      this.#work(offer);
    }
    this.#serve();
  }

  /** Some are under way at once; the others wait for their turn. */
  #admit(): void {
    let count = 0;
    for (const taking of this.#takings) {
      if (taking.isOver || taking.isPausedByOwner) continue;
      const isActive = 0 < taking.exchange.peers.length;
      taking.setPause("queue", isActive && takingsRunningMax <= count);
      if (isActive) count += 1;
    }
    this.#expectBulk(0 < count);
    const received = this.#takings.filter(({ isReceived }) => isReceived);
    for (const { offer } of received.slice(0, -servedMax)) this.#forget(offer.id);
  }

  #expectBulk(isBulk: boolean): void {
    if (isBulk) this.#letShrink ??= letHeapGrow();
    else this.#letShrink?.();
    if (!isBulk) this.#letShrink = undefined;
  }

  #forget(offer: string): void {
    this.#transfers.get(offer)?.cancel();
    this.#transfers.delete(offer);
    this.#introductions.forget(offer);
  }

  #leave(link: PeerLink, text: string): void {
    link.close(violationCode, text);
    this.#drop(link);
  }

  #drop(link: PeerLink): void {
    this.#links.remove(link);
    for (const [offer, { exchange }] of this.#transfers) {
      const isOfIt = exchange.hasPeer(link.id);
      exchange.removePeer(link.id);
      if (!isOfIt) continue;
      // The two may be connected again, by another path.
      this.#introductions.renew(this.#now(), offer, link.key);
      this.#news.handle(offer, true);
      this.#work(offer);
    }
    this.#admit();
  }

  #with(link: PeerLink): readonly Running[] {
    return [...this.#transfers.values()].filter(({ exchange }) => exchange.hasPeer(link.id));
  }

  #plan(): void {
    let at: number | undefined;
    for (const { exchange } of this.#transfers.values()) {
      const next = exchange.nextTimeout(this.#now());
      if (next !== undefined && (at === undefined || next < at)) at = next;
    }
    this.#wakeup.set(at);
  }

  #statusOf(transfer: Running): Transfer {
    const links = transfer.exchange.peers.flatMap((peer) => this.#links.byId(peer) ?? []);
    const direct = links.find(({ path }) => path.type === "direct");
    return transfer.status((direct ?? links[0])?.path);
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

/** Of what was received others may have more, of the rest nobody. */
function isEnded(transfer: Running): boolean {
  return transfer.isOver && !(transfer instanceof Taking && transfer.isReceived);
}
