import { type Address, virtualNumber } from "../../base/address.ts";
import { TokenBucket } from "../../base/token-bucket.ts";
import type {
  ConnectionHandle,
  EndpointEvent,
  EndpointPort,
} from "../../transport/endpoint-port.ts";
import {
  Acquaintance,
  type Decision,
  distinctAddresses,
  type PeerIntroduction,
} from "./acquaintance.ts";
import { ConnectedPeer, peerEventOf } from "./connected-peer.ts";
import {
  acquaintancesMax,
  attemptsInAll,
  attemptsMax,
  peerChannel,
  peerCloseCodes,
} from "./peer-limits.ts";
import type { PeerListener, PeerPath } from "./peer-port.ts";

/** The first message on a connection, by which the one with the lower key says that it is used. */
const useMessage = Uint8Array.of(1);

export interface PeerConnectorOptions {
  readonly port: EndpointPort & {
    /** Closes without delivering what is queued. */
    abort(connection: ConnectionHandle, code: number, text: string): void;
  };
  /** The key of this device, 32 bytes. */
  readonly ownKey: Uint8Array;
  readonly listener: PeerListener;
}

/**
 * Connections to other devices, without I/O: to those whom the server has introduced and to nobody
 * else, one to each.
 */
export class PeerConnector {
  readonly #options: PeerConnectorOptions;
  /** By key, in base64url; who was introduced last comes last. */
  readonly #acquaintances = new Map<string, Acquaintance>();
  readonly #byHandle = new Map<ConnectionHandle, Acquaintance>();
  readonly #peers = new Map<ConnectionHandle, ConnectedPeer>();
  #attempts: TokenBucket | undefined;
  /** Before, no attempt may be made, whatever is due. */
  #mayConnectAt = 0;

  constructor(options: PeerConnectorOptions) {
    this.#options = options;
  }

  /** Whether somebody with this key was introduced. */
  isWelcome(key: Uint8Array): boolean {
    return this.#acquaintances.has(nameOf(key));
  }

  /** The server says who it is, and where. */
  introduce(now: number, introduction: PeerIntroduction): void {
    const { key } = introduction;
    const name = nameOf(key);
    const { ownKey } = this.#options;
    const acquaintance = this.#acquaintances.get(name) ?? new Acquaintance(now, key, ownKey);
    this.#acquaintances.delete(name);
    this.#acquaintances.set(name, acquaintance);
    if (acquaintancesMax < this.#acquaintances.size) this.#forgetOldest();
    const addresses = distinctAddresses(introduction.addresses);
    acquaintance.introduce(now, { ...introduction, addresses });
    this.#run(now);
  }

  /** The connection to the server is gone: nothing goes through it until it introduces again. */
  handleServerLost(): void {
    for (const acquaintance of this.#acquaintances.values()) acquaintance.handleServerLost();
  }

  /** Everything the endpoint tells goes here. */
  handleEndpointEvent(now: number, event: EndpointEvent): void {
    const { connection } = event;
    if (event.type === "opened") this.#handleOpened(now, event);
    const peer = this.#peers.get(connection);
    if (peer === undefined) this.#handleUnused(event);
    else {
      const told = peerEventOf(event);
      if (event.type === "closed") peer.end();
      if (told !== undefined) this.#options.listener.handlePeerEvent(peer, told);
    }
    if (event.type === "opened") this.#run(now);
    if (event.type === "closed") {
      this.#byHandle.get(connection)?.handleClosed(now, connection, event.reason);
      this.#byHandle.delete(connection);
      this.#peers.delete(connection);
      this.#run(now);
    }
  }

  handleTimeout(now: number): void {
    this.#run(now);
  }

  /** When to call `handleTimeout`, or `undefined` when there is nothing to wait for. */
  pollTimeout(): number | undefined {
    const times = [...this.#acquaintances.values()].flatMap((each) => each.pollTimeout() ?? []);
    return times.length === 0 ? undefined : Math.max(Math.min(...times), this.#mayConnectAt);
  }

  #handleOpened(now: number, event: Extract<EndpointEvent, { readonly type: "opened" }>): void {
    const { connection, peer: address, peerKey } = event;
    const acquaintance = this.#acquaintances.get(nameOf(peerKey));
    if (acquaintance === undefined) {
      // Forgotten while the handshake was under way.
      this.#options.port.abort(connection, peerCloseCodes.done, "");
      return;
    }
    this.#byHandle.set(connection, acquaintance);
    const isDirect = virtualNumber(address) === undefined;
    const decision = acquaintance.handleOpened(now, connection, { address, isDirect });
    if (decision.use !== undefined) {
      this.#options.port.send(connection, peerChannel, useMessage);
    }
    this.#carryOut(acquaintance, decision);
  }

  /** Something on a connection that is not used, or not yet. */
  #handleUnused(event: EndpointEvent): void {
    const { port } = this.#options;
    const { connection } = event;
    if (event.type === "stream-data") port.streams(connection)?.stop(event.stream, 0);
    const isUse =
      event.type === "message" &&
      event.channel === peerChannel &&
      Buffer.compare(event.message, useMessage) === 0;
    const acquaintance = this.#byHandle.get(connection);
    if (isUse && acquaintance !== undefined) {
      this.#carryOut(acquaintance, acquaintance.handleUse(connection));
    }
  }

  #carryOut(acquaintance: Acquaintance, { use, close }: Decision): void {
    const { port, listener } = this.#options;
    for (const handle of close) {
      const peer = this.#peers.get(handle);
      this.#peers.delete(handle);
      peer?.end();
      if (peer !== undefined) listener.handlePeerEvent(peer, { type: "closed" });
      port.abort(handle, peerCloseCodes.otherUsed, "another connection is used");
    }
    if (use === undefined) return;
    const peer = new ConnectedPeer(port, use.handle, acquaintance.key);
    this.#peers.set(use.handle, peer);
    listener.handlePeer(peer, pathOf(use.address));
  }

  /** Connects to whom it is time for, and gives up what takes too long. */
  #run(now: number): void {
    const { port } = this.#options;
    for (const [name, acquaintance] of this.#acquaintances) {
      for (const handle of acquaintance.takeOverdue(now))
        port.abort(handle, peerCloseCodes.done, "");
      if (acquaintance.isForgotten(now)) this.#acquaintances.delete(name);
    }
    let attemptCount = 0;
    for (const each of this.#acquaintances.values()) attemptCount += each.attemptCount;
    for (const acquaintance of this.#acquaintances.values()) {
      while (this.#connectOnce(now, acquaintance, attemptCount)) attemptCount += 1;
    }
  }

  /** Makes the next attempt that is due, if there is one and it may be made. */
  #connectOnce(now: number, acquaintance: Acquaintance, attemptCount: number): boolean {
    this.#attempts ??= new TokenBucket(now, attemptsInAll);
    if (attemptsMax <= attemptCount || !this.#attempts.has(now)) {
      this.#mayConnectAt = now + 1_000 / attemptsInAll.perSecond;
      return false;
    }
    const address = acquaintance.poll(now);
    if (address === undefined) return false;
    this.#attempts.take(now);
    const { key } = acquaintance;
    const handle = this.#options.port.connect(address, { key });
    acquaintance.handleStarted(now, handle);
    this.#byHandle.set(handle, acquaintance);
    return true;
  }

  #forgetOldest(): void {
    for (const [name, acquaintance] of this.#acquaintances) {
      if (acquaintance.isConnected) continue;
      for (const handle of acquaintance.handles) {
        this.#options.port.abort(handle, peerCloseCodes.done, "");
      }
      this.#acquaintances.delete(name);
      return;
    }
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key).toString("base64url");
}

function pathOf(address: Address): PeerPath {
  return virtualNumber(address) === undefined
    ? { type: "direct", address: address.host }
    : { type: "relayed" };
}
