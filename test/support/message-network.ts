import assert from "node:assert/strict";
import { type Address, formatAddress } from "../../src/base/address.ts";
import type {
  CloseReason,
  ConnectionHandle,
  EndpointEvent,
  EndpointPort,
} from "../../src/transport/endpoint-port.ts";
import type { SimulatedClock } from "./clock.ts";
import type { SeededRandom } from "./random.ts";

interface End {
  readonly endpoint: MessageEndpoint;
  readonly handle: ConnectionHandle;
  readonly arrivesAt: number[];
  isOpen: boolean;
  peer: End | undefined;
}

const unreachableMs = 3_000;
const noticeMsMax = 4_000;

/**
 * What a transport promises, without one: whole messages, in order within each channel, channels
 * overtaking each other, connections that break and are noticed at different times at their ends.
 */
export class MessageNetwork {
  /** Every message takes this long, plus something random up to `jitterMs`. */
  delayMs = 1;
  jitterMs = 0;
  readonly clock: SimulatedClock;
  readonly random: SeededRandom;
  readonly #endpoints = new Map<string, MessageEndpoint>();

  constructor(clock: SimulatedClock, random: SeededRandom) {
    this.clock = clock;
    this.random = random;
  }

  attach(address: Address, onEvent: (event: EndpointEvent) => void): MessageEndpoint {
    const endpoint = new MessageEndpoint(this, address, onEvent);
    this.#endpoints.set(formatAddress(address), endpoint);
    return endpoint;
  }

  at(address: Address): MessageEndpoint | undefined {
    const endpoint = this.#endpoints.get(formatAddress(address));
    return endpoint?.isAlive ? endpoint : undefined;
  }
}

/** One host's transport on a `MessageNetwork`. */
export class MessageEndpoint implements EndpointPort {
  isAlive = true;
  /** What the other side is told as this side's static key. */
  readonly key: Uint8Array;
  /** Connections for which `send` says that they are full. */
  readonly full: Set<ConnectionHandle> = new Set();
  /** Bytes sent on each channel. */
  readonly bytesSent: number[] = [];
  readonly #network: MessageNetwork;
  readonly #address: Address;
  readonly #onEvent: (event: EndpointEvent) => void;
  readonly #ends = new Map<ConnectionHandle, End>();
  #handles = 0;

  constructor(network: MessageNetwork, address: Address, onEvent: (event: EndpointEvent) => void) {
    this.key = network.random.bytes(32);
    this.#network = network;
    this.#address = address;
    this.#onEvent = onEvent;
  }

  get connections(): readonly ConnectionHandle[] {
    return [...this.#ends.keys()];
  }

  connect(to: Address): ConnectionHandle {
    const end = this.#addEnd();
    this.#after(this.#network.delayMs, () => {
      const other = this.#network.at(to);
      if (other === undefined) {
        this.#closeAfter(end, unreachableMs, { cause: "unreachable", code: 0, text: "" });
        return;
      }
      if (!end.isOpen) return;
      const peer = other.#addEnd();
      peer.peer = end;
      end.peer = peer;
      this.#tell(end, {
        type: "opened",
        connection: end.handle,
        peer: to,
        peerKey: other.key,
        channelBinding: bindingOf(end),
        isIncoming: false,
      });
      other.#tell(peer, {
        type: "opened",
        connection: peer.handle,
        peer: this.#address,
        peerKey: this.key,
        channelBinding: bindingOf(end),
        isIncoming: true,
      });
    });
    return end.handle;
  }

  send(connection: ConnectionHandle, channel: number, message: Uint8Array): boolean {
    const end = this.#ends.get(connection);
    if (end === undefined || !end.isOpen) return true;
    this.bytesSent[channel] = (this.bytesSent[channel] ?? 0) + message.length;
    const { clock, random, delayMs, jitterMs } = this.#network;
    const at = Math.max(
      end.arrivesAt[channel] ?? 0,
      clock.now() + delayMs + random.unit() * jitterMs,
    );
    end.arrivesAt[channel] = at;
    const { peer } = end;
    assert(peer !== undefined, "nothing is sent before a connection is open");
    clock.setTimer(at, () => {
      if (!end.isOpen && end.peer === undefined) return;
      peer.endpoint.#tell(peer, { type: "message", connection: peer.handle, channel, message });
    });
    return !this.full.has(connection);
  }

  /** Nothing is ever lost on it, so nobody asks. */
  connectionStats(): undefined {
    return undefined;
  }

  /** Nobody uses streams on it. */
  streams(): undefined {
    return undefined;
  }

  /** The connection has room again. */
  drain(connection: ConnectionHandle): void {
    this.full.delete(connection);
    this.#onEvent({ type: "writable", connection });
  }

  close(connection: ConnectionHandle, code: number, text: string): void {
    const end = this.#ends.get(connection);
    if (end === undefined || !end.isOpen) return;
    const { clock } = this.#network;
    end.isOpen = false;
    const { peer } = end;
    const doneAt = Math.max(clock.now() + this.#network.delayMs, ...end.arrivesAt.filter(Boolean));
    clock.setTimer(doneAt, () => {
      this.#finish(end, { cause: "local", code, text });
      if (peer !== undefined) peer.endpoint.#finish(peer, { cause: "peer", code, text });
    });
  }

  /** The cable of one connection is pulled; each side notices when it does. */
  cut(connection: ConnectionHandle): void {
    const end = this.#ends.get(connection);
    if (end === undefined) return;
    for (const side of [end, end.peer]) {
      if (side === undefined) continue;
      side.peer = undefined;
      side.isOpen = false;
      const noticeMs = this.#network.random.unit() * noticeMsMax;
      const reason: CloseReason = { cause: "timed-out", code: 0, text: "" };
      side.endpoint.#closeAfter(side, noticeMs, reason);
    }
  }

  /** The process is gone. */
  kill(): void {
    for (const connection of this.connections) this.cut(connection);
    this.isAlive = false;
    this.#ends.clear();
  }

  #addEnd(): End {
    this.#handles += 1;
    const end: End = {
      endpoint: this,
      handle: this.#handles,
      arrivesAt: [],
      isOpen: true,
      peer: undefined,
    };
    this.#ends.set(end.handle, end);
    return end;
  }

  #tell(end: End, event: EndpointEvent): void {
    // A cut end hears nothing more, a closing one does until it is closed.
    const isCut = !end.isOpen && end.peer === undefined;
    if (this.isAlive && this.#ends.has(end.handle) && !isCut) this.#onEvent(event);
  }

  #finish(end: End, reason: CloseReason): void {
    if (!this.isAlive || !this.#ends.delete(end.handle)) return;
    end.isOpen = false;
    this.#onEvent({ type: "closed", connection: end.handle, reason });
  }

  #closeAfter(end: End, ms: number, reason: CloseReason): void {
    this.#after(ms, () => this.#finish(end, reason));
  }

  #after(ms: number, action: () => void): void {
    this.#network.clock.setTimer(this.#network.clock.now() + ms, action);
  }
}

/** The same at both ends, and other for each connection. */
function bindingOf({ handle }: End): Uint8Array {
  return new Uint8Array(32).fill(handle);
}
