import { assertNever } from "../../base/assert.ts";
import type { Clock, Timer } from "../../base/clock.ts";
import { EarshotError, toEarshotError } from "../../base/errors.ts";
import { withRef } from "../call-queue.ts";
import type { ClientHost } from "../client-host.ts";
import type { ClientEvent } from "../client-port.ts";
import type { ConnectionCall } from "../connection-call.ts";
import { takingMs } from "../limits.ts";
import type { LogEntry } from "../log-entry.ts";
import type { FileEvent, Introduced, TakingState } from "../message-file.ts";
import type { PeerIntroduction } from "./acquaintance.ts";
import type { FileAction, FileTarget } from "./file-action.ts";
import type { FilePort, OfferSummary, TakenOffer, Transfer } from "./file-port.ts";
import { KnownOffers, type SeenOffer } from "./known-offers.ts";
import { peerAddresses } from "./peer-address.ts";
import { servedOffersMax } from "./peer-limits.ts";
import type { PeerListener } from "./peer-port.ts";

/** Connections to other devices, as far as files need them. */
export interface PeerPlace {
  introduce(introduction: PeerIntroduction): void;
  handleRelayed(frame: Uint8Array): void;
  handleServerLost(): void;
  stop(): Promise<void>;
}

export interface ClientFilesOptions {
  readonly host: Pick<ClientHost, "ask" | "askNow" | "join" | "post" | "postAs">;
  readonly files: FilePort;
  /** Begins to take connections of others, for `listener`; says where, also when that changes. */
  readonly openPeers: (
    listener: PeerListener,
    onReach: (addresses: readonly string[]) => void,
  ) => Promise<PeerPlace>;
  /** Where files go that are accepted without a word about it. */
  readonly directory: string;
  readonly clock: Clock;
  readonly onEvent: (event: ClientEvent) => void;
}

/** `ref` of what is asked for nobody but us: the rooms of what was taken are entered. */
const ownRef = "files";

/** Something that we receive. */
interface Taking {
  readonly offer: TakenOffer;
  state: TakingState;
  bytes: number;
  /** The server is yet to be told. */
  isNews: boolean;
}

/** An offer that waits for the private chat in which it is made. */
interface WaitingOffer {
  readonly summary: OfferSummary;
  readonly ref: string | undefined;
}

/**
 * Brings together what a client's owner wants done with files, what the server says about them, and who
 * moves them: takes are asked for again on every connection, because a server forgets them.
 */
export class ClientFiles {
  readonly #options: ClientFilesOptions;
  readonly #known = new KnownOffers();
  readonly #takings = new Map<string, Taking>();
  /** What we have whole and give to others who take it; the newest. */
  readonly #served = new Set<string>();
  /** Offers whose end was told, until they begin again. */
  readonly #over = new Set<string>();
  readonly #waiting = new Map<string, WaitingOffer>();
  #peers: PeerPlace | undefined;
  #opening: Promise<void> | undefined;
  #addresses: readonly string[] | undefined;
  /** The rooms that we are in; `undefined` while there is no connection. */
  #rooms: Set<string> | undefined;
  #requestCount = 0;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(options: ClientFilesOptions) {
    this.#options = options;
    for (const offer of options.files.unfinished) this.#addTaking(offer);
  }

  /** Answered by `file`, `stored` (an offer), `failed` or `error`. */
  perform(action: FileAction, ref: string | undefined): void {
    const { onEvent } = this.#options;
    this.#do(action, ref).catch((error: unknown) => {
      const { code, message } = toEarshotError(error, "internal", "an unexpected failure");
      onEvent({ type: "error", ...withRef(ref), code, message });
    });
  }

  /** Takes what the client tells; `true` when it is an answer to what we asked and no one else did. */
  handleEvent(event: ClientEvent): boolean {
    switch (event.type) {
      case "ready":
        this.#handleReady();
        return false;
      case "connection":
        if (event.state !== "open") this.#handleLost();
        return false;
      case "entered":
        this.#handleEntered(event.room, event.ref);
        return false;
      case "exited":
      case "removed":
        this.#rooms?.delete(event.room);
        return false;
      case "said":
        this.#note(event.room, [event.entry]);
        return false;
      case "asked":
        this.#known.noteAsked(event);
        return false;
      case "page":
        this.#note(event.room, event.entries);
        return false;
      case "failed":
        if (event.body.type === "offer") this.#options.files.cancel(event.id);
        return false;
      case "error":
        return this.#handleError(event);
      default:
        return false;
    }
  }

  /** Takes what the server tells about files. */
  handleFileEvent(event: FileEvent): void {
    if (event.type === "taking") this.#options.onEvent(event);
    else this.#introduce(event);
  }

  handleRelayed(frame: Uint8Array): void {
    this.#peers?.handleRelayed(frame);
  }

  /** How a transfer is doing. */
  handleTransfer(transfer: Transfer): void {
    if (this.#isToldOver(transfer)) return;
    this.#options.onEvent({ type: "transfer", transfer });
    const taking = this.#takings.get(transfer.offer.id);
    if (taking === undefined || transfer.direction !== "receive") return;
    taking.state = takingState(transfer);
    taking.bytes = transfer.bytes;
    taking.isNews = true;
    if (taking.state === "done" || taking.state === "ended") this.#finish(taking);
    else this.#scheduleReports();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#opening;
    await this.#peers?.stop();
  }

  async #do(action: FileAction, ref: string | undefined): Promise<void> {
    switch (action.type) {
      case "offer": {
        const summary = await this.#options.files.offer(action.path);
        void this.#open();
        this.#offer(summary, action.to, ref);
        return;
      }
      case "accept":
        await this.#accept(action, ref);
        return;
      case "decline": {
        const { room, sequence } = this.#seen(action.offer);
        await this.#ask({ type: "decline", room, sequence });
        break;
      }
      case "cancel":
        if (this.#cancel(action.offer, ref)) return;
        break;
      case "pause":
        this.#options.files.pause(action.offer);
        break;
      case "resume":
        this.#options.files.resume(action.offer);
        break;
      default:
        assertNever(action);
    }
    const { type, offer } = action;
    this.#options.onEvent({ type: "file", ...withRef(ref), action: type, offer });
  }

  #offer(summary: OfferSummary, to: FileTarget, ref: string | undefined): void {
    if ("room" in to) {
      this.#post(to.room, { summary, ref });
      return;
    }
    this.#requestCount += 1;
    const own = `file ${this.#requestCount}`;
    this.#waiting.set(own, { summary, ref });
    this.#options.host.ask({ type: "ask", nicks: [to.nick] }, own);
  }

  #post(room: string, { summary, ref }: WaitingOffer): void {
    const { id, name, fileCount, bytes, kind } = summary;
    const folder = kind === "folder" ? ({ isFolder: true } as const) : {};
    const body = { type: "offer", name, fileCount, bytes, ...folder } as const;
    const posted = this.#options.host.postAs(id, room, body, ref);
    if (!posted) this.#options.files.cancel(id);
  }

  async #accept(
    { offer: id, directory }: Extract<FileAction, { type: "accept" }>,
    ref: string | undefined,
  ): Promise<void> {
    const { room, sequence, offer } = this.#seen(id);
    const { name, fileCount, bytes, isFolder, device } = offer;
    const taken: TakenOffer = {
      ...{ id, name, fileCount, bytes, room, sequence },
      kind: isFolder ? "folder" : "file",
      key: Buffer.from(device, "base64url"),
    };
    await this.#open();
    this.#options.files.take(taken, directory ?? this.#options.directory);
    const taking = this.#addTaking(taken);
    if (room.startsWith("&") && this.#rooms?.has(room) === false) {
      // Who takes the files agrees to the chat in which they are offered; being there we ask for them.
      this.#options.host.ask({ type: "answer", room, isAccepted: true }, ownRef);
    } else await this.#askFor(taking);
    this.#options.onEvent({ type: "file", ...withRef(ref), action: "accept", offer: id });
  }

  /** Gives whether it is answered otherwise: the offer is taken back by an entry. */
  #cancel(id: string, ref: string | undefined): boolean {
    const { files, host } = this.#options;
    const isOwn = files.offered.some((each) => each.id === id);
    const seen = this.#known.get(id);
    const taking = this.#takings.get(id);
    if (!isOwn && taking === undefined) {
      throw new EarshotError("target-invalid", "there is no such transfer");
    }
    files.cancel(id);
    if (taking !== undefined) {
      taking.state = "ended";
      this.#finish(taking);
    }
    if (!isOwn || seen === undefined) return false;
    host.post(seen.room, { type: "delete", target: seen.sequence }, ref);
    return true;
  }

  #seen(id: string): SeenOffer {
    const seen = this.#known.get(id);
    if (seen === undefined) throw new EarshotError("target-invalid", "there is no such offer");
    return seen;
  }

  #handleReady(): void {
    this.#rooms = new Set();
    const { files, host } = this.#options;
    if (0 < files.offered.length || 0 < this.#takings.size) void this.#open();
    if (this.#addresses !== undefined) this.#tellReach(this.#addresses);
    for (const { offer } of this.#takings.values()) host.join(offer.room, ownRef);
  }

  #handleLost(): void {
    this.#rooms = undefined;
    this.#peers?.handleServerLost();
  }

  #handleEntered(room: string, ref: string | undefined): void {
    this.#rooms?.add(room);
    for (const taking of this.#takings.values()) {
      if (taking.offer.room === room) this.#askFor(taking).catch(() => undefined);
    }
    const waiting = ref === undefined ? undefined : this.#waiting.get(ref);
    if (ref === undefined || waiting === undefined) return;
    this.#waiting.delete(ref);
    this.#post(room, waiting);
  }

  #handleError(event: Extract<ClientEvent, { type: "error" }>): boolean {
    const { ref, code, message } = event;
    const waiting = ref === undefined ? undefined : this.#waiting.get(ref);
    if (ref === undefined || waiting === undefined) return ref === ownRef;
    this.#waiting.delete(ref);
    this.#options.files.cancel(waiting.summary.id);
    this.#options.onEvent({ type: "error", ...withRef(waiting.ref), code, message });
    return true;
  }

  /** Whether its end was told before: who has it goes on giving it to others. */
  #isToldOver({ offer: { id }, state: { type } }: Transfer): boolean {
    const isOver = type === "received" || type === "failed" || type === "cancelled";
    if (isOver && this.#over.has(id)) return true;
    this.#over.delete(id);
    if (isOver) this.#over.add(id);
    return false;
  }

  /** Offers that are seen, and that are taken back. */
  #note(room: string, entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      const gone = this.#known.note(room, entry);
      if (gone === undefined || !this.#takings.has(gone.id)) continue;
      this.#options.files.cancel(gone.id);
      this.#takings.delete(gone.id);
    }
  }

  #introduce({ offer, key, token, addresses, relay }: Introduced): void {
    const { files } = this.#options;
    const isOffered = files.offered.some(({ id }) => id === offer);
    // Nobody is let in by a server for what its owner has neither offered nor wanted.
    if (!isOffered && !this.#takings.has(offer) && !this.#served.has(offer)) return;
    files.introduce({ offer, key, token });
    this.#peers?.introduce({ key, addresses: peerAddresses(addresses), relay });
  }

  #addTaking(offer: TakenOffer): Taking {
    const taking: Taking = { offer, state: "active", bytes: 0, isNews: false };
    this.#takings.set(offer.id, taking);
    return taking;
  }

  /** It is over here; who is introduced for it still gets what we have. */
  #finish(taking: Taking): void {
    const { id } = taking.offer;
    this.#takings.delete(id);
    this.#report(taking);
    if (taking.state !== "done") return;
    this.#served.add(id);
    const [oldest] = this.#served;
    if (servedOffersMax < this.#served.size && oldest !== undefined) this.#served.delete(oldest);
  }

  /** Takes connections from now on, and says where. */
  #open(): Promise<void> {
    this.#opening ??= this.#options
      .openPeers(this.#options.files, (addresses) => {
        this.#addresses = addresses;
        if (this.#rooms !== undefined) this.#tellReach(addresses);
      })
      .then(
        (peers) => {
          this.#peers = peers;
        },
        (error: unknown) => {
          this.#opening = undefined;
          const { code, message } = toEarshotError(error, "socket-failed", "no socket for files");
          this.#options.onEvent({ type: "error", code, message });
        },
      );
    return this.#opening;
  }

  #tellReach(addresses: readonly string[]): void {
    this.#ask({ type: "reach", addresses }).catch(() => undefined);
  }

  /** Has the server introduce who has it. Without a connection it is asked for on the next. */
  async #askFor({ offer: { room, sequence } }: Taking): Promise<void> {
    if (this.#rooms === undefined) return;
    await this.#ask({ type: "take", room, sequence });
  }

  #scheduleReports(): void {
    const { clock } = this.#options;
    if (this.#isStopped) return;
    this.#timer ??= clock.setTimer(clock.now() + takingMs, () => {
      this.#timer = undefined;
      for (const taking of this.#takings.values()) if (taking.isNews) this.#report(taking);
    });
  }

  #report(taking: Taking): void {
    taking.isNews = false;
    const { offer, state, bytes } = taking;
    const { room, sequence } = offer;
    this.#ask({ type: "report", room, sequence, state, bytes }).catch(() => undefined);
  }

  /** Rejects with the server's refusal, or when the connection is lost. */
  #ask(question: ConnectionCall["question"]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#options.host.askNow({
        question,
        onDone: (outcome) => {
          if (outcome.type === "answered") resolve();
          else reject(outcome.failure);
        },
      });
    });
  }
}

/** What the server and who offers it are told of a transfer. */
function takingState({ state }: Transfer): TakingState {
  switch (state.type) {
    case "waiting":
    case "checking":
    case "running":
      return "active";
    case "paused":
      return "paused";
    case "received":
      return "done";
    case "failed":
    case "cancelled":
      return "ended";
    default:
      return assertNever(state);
  }
}
