import type { Address } from "../base/address.ts";
import { assertNever } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type {
  CloseReason,
  ConnectionHandle,
  EndpointEvent,
  EndpointPort,
} from "../transport/endpoint-port.ts";
import type { ChatClient } from "./chat-client.ts";
import type { ClientEffect } from "./client-effect.ts";
import type {
  ClientEvent,
  ClientPort,
  EarlierVisit,
  HistoryRange,
  ServerLocation,
  ShownKey,
  Verdict,
} from "./client-port.ts";
import type { Question } from "./client-question.ts";
import type { ConnectionCall } from "./connection-call.ts";
import { ConnectionRace } from "./connection-race.ts";
import { LinkMeter } from "./link-meter.ts";
import type { FileEvent } from "./message-file.ts";
import type { PostBody } from "./message-log.ts";
import { Wakeup } from "./wakeup.ts";

export interface ClientHostOptions {
  readonly client: ChatClient;
  readonly port: EndpointPort;
  readonly clock: Clock;
  /** Asked before every attempt where the server is now; answers `undefined` when it is not found. */
  readonly resolve: (onResolved: (location: ServerLocation | undefined) => void) => void;
  /** Asked about the key of the server that is met first; any key is accepted when absent. */
  readonly judge?: (shown: ShownKey, onVerdict: (verdict: Verdict) => void) => void;
  readonly onEvent: (event: ClientEvent) => void;
  /** What the server tells about files. */
  readonly onFileEvent?: (event: FileEvent) => void;
  /** A datagram that somebody sent through the server. It belongs to the receiver. */
  readonly onRelayed?: (bytes: Uint8Array) => void;
}

/** What the handshake of a connection has proven. */
export interface ConnectionProof {
  /** 32 bytes. */
  readonly serverKey: Uint8Array;
  readonly channelBinding: Uint8Array;
}

/** What a `ClientHost` does not do by itself. */
type OtherParts =
  | "account"
  | "file"
  | "close"
  | "forget"
  | "keepDraft"
  | "keptCount"
  | "shown"
  | "traffic";

/** Runs a `ChatClient` on a transport, real or simulated. It starts to connect in the next turn. */
export class ClientHost implements Omit<ClientPort, OtherParts> {
  readonly #options: ClientHostOptions;
  readonly #wakeup: Wakeup;
  #connection: ConnectionHandle | undefined;
  #proof: ConnectionProof | undefined;
  /** While there is no connection yet. */
  #race: { readonly race: ConnectionRace; readonly to: ServerLocation } | undefined;
  /** Where the server was met last. */
  #peer: Address | undefined;
  readonly #meter = new LinkMeter();
  #isFlushing = false;

  constructor(options: ClientHostOptions) {
    this.#options = options;
    this.#wakeup = new Wakeup(options.clock, (now) => {
      options.client.handleTimeout(now);
      this.#runRace();
      this.#lookAtLink(now);
      this.#flush();
    });
    // Not before the caller has this host: the first events need it.
    options.clock.setTimer(options.clock.now(), () => {
      options.client.start();
      this.#flush();
    });
  }

  get pendingCount(): number {
    return this.#options.client.pendingCount;
  }

  /** Whether the connection is closed for good: the endpoint may go. */
  get isClosed(): boolean {
    return this.#options.client.isClosed;
  }

  /** Of the connection that is open; `undefined` while there is none. */
  get proof(): ConnectionProof | undefined {
    return this.#proof;
  }

  /** What was left by an earlier client of the server that is accepted next. */
  restore(visit: EarlierVisit): void {
    this.#options.client.restore(visit);
    this.#flush();
  }

  askNow(call: ConnectionCall): void {
    this.#options.client.askNow(call);
    this.#flush();
  }

  /** Sends a datagram through the server, once; without a connection it is lost. */
  relay(bytes: Uint8Array): void {
    if (this.#connection === undefined) return;
    this.#options.port.streams(this.#connection)?.sendDatagram(bytes);
  }

  join(room: string, ref?: string, invitation?: string): void {
    this.#options.client.join(room, ref, invitation);
    this.#flush();
  }

  leave(room: string, ref?: string): void {
    this.#options.client.leave(room, ref);
    this.#flush();
  }

  say(room: string, text: string, ref?: string): string | undefined {
    const id = this.#options.client.say(room, text, this.#options.clock.wallNow(), ref);
    this.#flush();
    return id;
  }

  post(room: string, body: PostBody, ref?: string): string | undefined {
    const at = this.#options.clock.wallNow();
    const id = this.#options.client.post(room, body, { at, ref });
    this.#flush();
    return id;
  }

  /** Posts what has an id already; `false` when it was refused (`error`). */
  postAs(id: string, room: string, body: PostBody, ref?: string): boolean {
    const at = this.#options.clock.wallNow();
    const posted = this.#options.client.post(room, body, { at, ref, id });
    this.#flush();
    return posted !== undefined;
  }

  ask(question: Question, ref?: string): void {
    this.#options.client.ask(question, ref);
    this.#flush();
  }

  typing(room: string, state: "active" | "paused" | "done"): void {
    this.#options.client.typing(this.#options.clock.now(), room, state);
    this.#flush();
  }

  read(room: string, sequence: number, ordinal: number): void {
    this.#options.client.read(room, sequence, ordinal);
    this.#flush();
  }

  history(room: string, range: HistoryRange, ref?: string): void {
    this.#options.client.history(room, range, ref);
    this.#flush();
  }

  members(room: string, ref?: string): void {
    this.#options.client.members(room, ref);
    this.#flush();
  }

  changeNick(nick: string): void {
    this.#options.client.changeNick(this.#options.clock.now(), nick);
    this.#flush();
  }

  /** Says goodbye; the `connection` event `closed` follows. */
  close(): void {
    this.#options.client.close();
    this.#flush();
  }

  /** Everything the endpoint tells goes here. */
  handleEndpointEvent(event: EndpointEvent): void {
    const { client, clock } = this.#options;
    if (event.type === "opened") this.#handleOpened(event);
    else if (event.type === "closed") this.#handleClosed(event.connection, event.reason);
    // What an earlier connection still has to say is past. What a client has in flight is bounded, so
    // that it never has to wait for `writable`.
    else if (event.type === "datagram" && event.connection === this.#connection) {
      this.#options.onRelayed?.(event.bytes);
    } else if (event.type === "message" && event.connection === this.#connection) {
      client.handleMessage(clock.now(), event.message);
    }
    this.#flush();
  }

  /** The first to open is the connection; the others are let go. */
  #handleOpened(event: Extract<EndpointEvent, { type: "opened" }>): void {
    const { client, clock, port } = this.#options;
    const { connection, peerKey, channelBinding } = event;
    const race = this.#race?.race;
    const address = race?.addressOf(connection);
    if (race === undefined || address === undefined) return;
    for (const other of race.connections) if (other !== connection) port.close(other, 0, "");
    this.#race = undefined;
    this.#connection = connection;
    this.#proof = { serverKey: peerKey, channelBinding };
    this.#peer = address;
    client.handleOpened(clock.now(), peerKey);
  }

  #handleClosed(connection: ConnectionHandle, reason: CloseReason): void {
    const { client, clock } = this.#options;
    if (connection === this.#connection) {
      this.#connection = undefined;
      this.#proof = undefined;
      this.#meter.handleClosed();
      client.handleClosed(clock.now(), reason);
      return;
    }
    const failure = this.#race?.race.handleClosed(clock.now(), connection, reason);
    if (failure === undefined) {
      this.#runRace();
      return;
    }
    this.#race = undefined;
    this.#peer = failure.address;
    client.handleClosed(clock.now(), failure.reason);
  }

  #lookAtLink(now: number): void {
    const { port, onEvent } = this.#options;
    const connection = this.#connection;
    if (connection === undefined) return;
    const quality = this.#meter.handleTimeout(now, port.connectionStats(connection));
    if (quality !== undefined) onEvent({ type: "link", ...quality });
  }

  /** Tries the addresses whose turn it is. */
  #runRace(): void {
    if (this.#race === undefined) return;
    const { race, to } = this.#race;
    const { address: _, otherAddresses: __, ...options } = to;
    const { port, clock } = this.#options;
    for (;;) {
      const address = race.poll(clock.now());
      if (address === undefined) return;
      race.handleStarted(port.connect(address, options), address);
    }
  }

  #close(code: number, text: string): void {
    const { port } = this.#options;
    if (this.#connection !== undefined) port.close(this.#connection, code, text);
    const race = this.#race?.race;
    race?.handleStop();
    for (const connection of race?.connections ?? []) port.close(connection, code, text);
  }

  #flush(): void {
    // A port may answer before its call returns; what that causes is done by the turn under way.
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    const { client } = this.#options;
    for (;;) {
      const effects = client.pollEffects();
      if (effects.length === 0) break;
      for (const effect of effects) this.#perform(effect);
    }
    this.#isFlushing = false;
    const race = this.#race?.race;
    const times = [client.pollTimeout(), race?.pollTimeout(), this.#meter.pollTimeout()];
    const planned = times.filter((at) => at !== undefined);
    this.#wakeup.set(planned.length === 0 ? undefined : Math.min(...planned));
  }

  #perform(effect: ClientEffect): void {
    const { client, port, clock, resolve, judge = acceptAny, onEvent, onFileEvent } = this.#options;
    switch (effect.type) {
      case "resolve":
        resolve((location) => {
          client.handleResolved(clock.now(), location);
          this.#flush();
        });
        return;
      case "connect": {
        const { address, otherAddresses = [] } = effect.to;
        const race = new ConnectionRace(clock.now(), [address, ...otherAddresses]);
        this.#race = { race, to: effect.to };
        this.#runRace();
        return;
      }
      case "judge":
        judge({ ...effect, ...(this.#peer && { address: this.#peer }) }, (verdict) => {
          client.handleVerdict(clock.now(), verdict);
          this.#flush();
        });
        return;
      case "send":
        if (this.#connection !== undefined) {
          port.send(this.#connection, effect.channel, effect.message);
        }
        return;
      case "close":
        this.#close(effect.code, effect.text);
        return;
      case "event":
        if (effect.event.type === "introduced" || effect.event.type === "taking") {
          onFileEvent?.(effect.event);
        } else onEvent(effect.event);
        // Before that, nobody would know what is told.
        if (effect.event.type === "ready") this.#meter.handleOpened(clock.now());
        return;
      default:
        assertNever(effect);
    }
  }
}

function acceptAny(_shown: ShownKey, onVerdict: (verdict: Verdict) => void): void {
  onVerdict({ type: "accepted", isFirstVisit: false });
}
