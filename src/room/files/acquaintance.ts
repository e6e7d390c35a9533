import { type Address, formatAddress, virtualAddress } from "../../base/address.ts";
import type { CloseReason, ConnectionHandle } from "../../transport/endpoint-port.ts";
import {
  acquaintanceMs,
  attemptMs,
  decisionMs,
  directAgainMs,
  lateMs,
  peerAttemptGapMs,
  reconnectMs,
  relayAfterMs,
  relayAgainMs,
} from "./peer-limits.ts";

/** Another device to which the server has introduced us. */
export interface PeerIntroduction {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Where it may be reached. */
  readonly addresses: readonly Address[];
  /** By which it is reached through the server. */
  readonly relay: number;
}

/** A connection that is open and may be used. */
interface Opened {
  readonly handle: ConnectionHandle;
  readonly address: Address;
  readonly isDirect: boolean;
  readonly at: number;
}

/** What a connection that has opened leads to. */
export interface Decision {
  /** It is used from now on. */
  readonly use?: Opened;
  readonly close: readonly ConnectionHandle[];
}

/**
 * One other device: at which of its addresses it is tried when, and which of its connections is used.
 * Both sides try at once, so that one of them gets through where the other's firewall lets nobody in;
 * the one with the lower key decides which connection is used (as the controlling agent of RFC 8445).
 */
export class Acquaintance {
  readonly key: Uint8Array;
  /** We decide. */
  readonly isLead: boolean;
  #addresses: readonly Address[] = [];
  #relay: number | undefined;
  /** Addresses whose turn is yet to come. */
  #waiting: readonly Address[] = [];
  #nextAt = 0;
  #relayAt: number | undefined;
  #reconnectAt: number | undefined;
  #directAt: number | undefined;
  #forgetAt: number;
  /** Where the two were connected last. */
  #proven: Address | undefined;
  readonly #attempts = new Map<ConnectionHandle, number>();
  readonly #opened = new Map<ConnectionHandle, Opened>();
  #used: Opened | undefined;
  /** It was introduced anew while a direct connection was in use. */
  #isMoved = false;

  constructor(now: number, key: Uint8Array, ownKey: Uint8Array) {
    this.key = key;
    this.isLead = Buffer.compare(ownKey, key) < 0;
    this.#forgetAt = now + acquaintanceMs;
  }

  get isConnected(): boolean {
    return this.#used !== undefined;
  }

  get attemptCount(): number {
    return this.#attempts.size;
  }

  /** Every connection that it has or tries to make. */
  get handles(): readonly ConnectionHandle[] {
    return [...this.#attempts.keys(), ...this.#opened.keys()];
  }

  /** Whether it may be forgotten. */
  isForgotten(now: number): boolean {
    return this.#used === undefined && this.#forgetAt <= now;
  }

  /** The server says, maybe again, where it is. */
  introduce(now: number, { addresses, relay }: PeerIntroduction): void {
    this.#addresses = addresses;
    this.#relay = relay;
    this.#forgetAt = now + acquaintanceMs;
    // Whether the connection in use is still one shows itself.
    this.#isMoved = this.#used?.isDirect === true;
    if (this.#isMoved) return;
    this.#waiting = addresses;
    this.#nextAt = now;
    if (this.#used === undefined) this.#relayAt = now + relayAfterMs;
  }

  /** The server that would carry datagrams is gone, and the number with it. */
  handleServerLost(): void {
    this.#relay = undefined;
    this.#relayAt = undefined;
  }

  /** Where to connect to now; `handleStarted` must follow. */
  poll(now: number): Address | undefined {
    this.#planDirect(now);
    const [address, ...waiting] = this.#waiting;
    if (address !== undefined && this.#nextAt <= now) {
      this.#waiting = waiting;
      this.#nextAt = now + peerAttemptGapMs;
      return address;
    }
    if (this.#used !== undefined) return undefined;
    if (this.#proven !== undefined && (this.#reconnectAt ?? Number.POSITIVE_INFINITY) <= now) {
      this.#reconnectAt = now + reconnectMs;
      return this.#proven;
    }
    if (this.#relay === undefined || this.#relayAt === undefined || now < this.#relayAt) {
      return undefined;
    }
    this.#relayAt = now + relayAgainMs;
    return virtualAddress(this.#relay);
  }

  /** When `poll` or `takeOverdue` has something to give. */
  pollTimeout(): number | undefined {
    const times = [...this.#attempts.values()].map((at) => at + attemptMs);
    for (const { handle, at } of this.#opened.values()) {
      if (handle !== this.#used?.handle) times.push(at + decisionMs);
    }
    if (0 < this.#waiting.length) times.push(this.#nextAt);
    if (this.#directAt !== undefined) times.push(this.#directAt);
    if (this.#used === undefined) {
      times.push(this.#forgetAt);
      if (this.#reconnectAt !== undefined) times.push(this.#reconnectAt);
      if (this.#relayAt !== undefined) times.push(this.#relayAt);
    }
    return times.length === 0 ? undefined : Math.min(...times);
  }

  handleStarted(now: number, handle: ConnectionHandle): void {
    this.#attempts.set(handle, now);
  }

  /** Attempts of which nothing has come, and connections that nobody wants to use: to be given up. */
  takeOverdue(now: number): readonly ConnectionHandle[] {
    const late = [...this.#attempts].filter(([, at]) => at + attemptMs <= now);
    const unused = [...this.#opened].filter(
      ([handle, { at }]) => handle !== this.#used?.handle && at + decisionMs <= now,
    );
    const overdue = [...late, ...unused].map(([handle]) => handle);
    for (const handle of overdue) {
      this.#attempts.delete(handle);
      this.#opened.delete(handle);
    }
    return overdue;
  }

  /** A connection has opened. Who does not decide waits for `handleUse`. */
  handleOpened(
    now: number,
    handle: ConnectionHandle,
    path: { readonly address: Address; readonly isDirect: boolean },
  ): Decision {
    this.#attempts.delete(handle);
    const opened = { handle, ...path, at: now };
    this.#opened.set(handle, opened);
    if (!this.isLead) return { close: [] };
    const used = this.#used;
    const isBetter = used === undefined || (path.isDirect && !used.isDirect);
    // The other side only connects while it has nothing as good: what we use it has lost.
    const isNews = used !== undefined && path.isDirect === used.isDirect && used.at + lateMs <= now;
    if (!isBetter && !isNews) return { close: [handle] };
    return this.#use(opened);
  }

  /** The other side wants this connection to be used. */
  handleUse(handle: ConnectionHandle): Decision {
    const opened = this.#opened.get(handle);
    const isUsable = !this.isLead && opened !== undefined && handle !== this.#used?.handle;
    return isUsable ? this.#use(opened) : { close: [] };
  }

  /** A connection is over, or never came about. Gives whether it was the one in use. */
  handleClosed(now: number, handle: ConnectionHandle, { cause }: CloseReason): boolean {
    this.#attempts.delete(handle);
    this.#opened.delete(handle);
    if (handle !== this.#used?.handle) return false;
    const { address, isDirect } = this.#used;
    this.#used = undefined;
    this.#directAt = undefined;
    this.#forgetAt = now + acquaintanceMs;
    // Who closed it on purpose does not want it back.
    if (cause === "local" || cause === "peer") return true;
    if (this.#isMoved) {
      this.#waiting = this.#addresses;
      this.#nextAt = now;
    }
    this.#isMoved = false;
    if (isDirect) {
      this.#proven = address;
      this.#reconnectAt = now;
    }
    if (this.#relay !== undefined) this.#relayAt = isDirect ? now + relayAfterMs : now;
    return true;
  }

  #use(opened: Opened): Decision {
    const others = this.handles.filter((handle) => handle !== opened.handle);
    this.#used = opened;
    this.#relayAt = undefined;
    this.#reconnectAt = undefined;
    this.#waiting = opened.isDirect ? [] : this.#waiting;
    this.#directAt = opened.isDirect ? undefined : opened.at + directAgainMs;
    // Attempts of ours that the other side has not seen yet may still be the better ones.
    const close = opened.isDirect ? others : others.filter((handle) => this.#opened.has(handle));
    return { use: opened, close };
  }

  /** While the way leads through the server, the others are tried now and then. */
  #planDirect(now: number): void {
    if (this.#directAt === undefined || now < this.#directAt) return;
    this.#directAt = now + directAgainMs;
    this.#waiting = this.#addresses;
    this.#nextAt = now;
  }
}

/** The same addresses, each once. */
export function distinctAddresses(addresses: readonly Address[]): readonly Address[] {
  return [...new Map(addresses.map((address) => [formatAddress(address), address])).values()];
}
