import { assertNever } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { ConnectionHandle, EndpointEvent, EndpointPort } from "../transport/endpoint-port.ts";
import type { ChatClient, ClientEffect } from "./chat-client.ts";
import type {
  ClientEvent,
  ClientPort,
  HistoryRange,
  ServerLocation,
  ShownKey,
  Verdict,
} from "./client-port.ts";
import type { Question } from "./client-question.ts";
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
}

/** Runs a `ChatClient` on a transport, real or simulated. It starts to connect in the next turn. */
export class ClientHost implements Omit<ClientPort, "close"> {
  readonly #options: ClientHostOptions;
  readonly #wakeup: Wakeup;
  #connection: ConnectionHandle | undefined;
  #isFlushing = false;

  constructor(options: ClientHostOptions) {
    this.#options = options;
    this.#wakeup = new Wakeup(options.clock, (now) => {
      options.client.handleTimeout(now);
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
    const id = this.#options.client.post(room, body, this.#options.clock.wallNow(), ref);
    this.#flush();
    return id;
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
    // What an earlier connection still has to say is past.
    if (event.connection !== this.#connection) return;
    const { client, clock } = this.#options;
    switch (event.type) {
      case "opened":
        client.handleOpened(clock.now(), event.peerKey);
        break;
      case "message":
        client.handleMessage(clock.now(), event.message);
        break;
      case "writable":
        // What a client has in flight is bounded, so it never has to wait for this.
        break;
      case "closed":
        this.#connection = undefined;
        client.handleClosed(clock.now(), event.reason);
        break;
      case "stream-data":
        // Nobody has asked for it, and what is not consumed would lie here.
        this.#options.port.streams(event.connection)?.stop(event.stream, 0);
        break;
      case "stream-started":
      case "stream-ended":
      case "stream-reset":
      case "stream-drained":
      case "stream-delivered":
      case "stream-stopped":
      case "datagram":
        break;
      default:
        assertNever(event);
    }
    this.#flush();
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
    this.#wakeup.set(client.pollTimeout());
  }

  #perform(effect: ClientEffect): void {
    const { client, port, clock, resolve, judge = acceptAny, onEvent } = this.#options;
    switch (effect.type) {
      case "resolve":
        resolve((location) => {
          client.handleResolved(clock.now(), location);
          this.#flush();
        });
        return;
      case "connect": {
        const { address, ...options } = effect.to;
        this.#connection = port.connect(address, options);
        return;
      }
      case "judge":
        judge(effect, (verdict) => {
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
        if (this.#connection !== undefined) port.close(this.#connection, effect.code, effect.text);
        return;
      case "event":
        onEvent(effect.event);
        return;
      default:
        assertNever(effect);
    }
  }
}

function acceptAny(_shown: ShownKey, onVerdict: (verdict: Verdict) => void): void {
  onVerdict({ type: "accepted", isFirstVisit: false });
}
