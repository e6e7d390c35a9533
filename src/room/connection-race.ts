import type { Address } from "../base/address.ts";
import type { CloseReason, ConnectionHandle } from "../transport/endpoint-port.ts";

/**
 * So long after one address the next one is tried beside it, when nothing has come of it. A handshake
 * takes a round trip or two, milliseconds on a LAN (RFC 8305 section 5 says 250 ms for the internet).
 */
export const attemptGapMs = 150;

/** Addresses of one server that are tried; discovery lists no more paths. */
export const attemptsMax = 8;

interface Attempt {
  readonly connection: ConnectionHandle;
  readonly address: Address;
}

/** How an attempt ended, and where it was made. */
export interface Failure {
  readonly reason: CloseReason;
  readonly address: Address;
}

/**
 * Reaches one server by whichever of its addresses answers first (RFC 8305): the best one has a head
 * start, and the next one's turn comes at once when it fails.
 */
export class ConnectionRace {
  #waiting: readonly Address[];
  #attempts: readonly Attempt[] = [];
  #nextAt: number;
  #failure: Failure | undefined;

  /** At least one address, the best one first; more than `attemptsMax` are left out. */
  constructor(now: number, addresses: readonly Address[]) {
    this.#waiting = addresses.slice(0, attemptsMax);
    this.#nextAt = now;
  }

  /** The connections that are being made. */
  get connections(): readonly ConnectionHandle[] {
    return this.#attempts.map(({ connection }) => connection);
  }

  /** Where to connect to now; `handleStarted` must follow. */
  poll(now: number): Address | undefined {
    const [address, ...waiting] = this.#waiting;
    if (address === undefined || now < this.#nextAt) return undefined;
    this.#waiting = waiting;
    this.#nextAt = now + attemptGapMs;
    return address;
  }

  /** When `poll` has something, or `undefined` when all addresses are being tried. */
  pollTimeout(): number | undefined {
    return this.#waiting.length === 0 ? undefined : this.#nextAt;
  }

  handleStarted(connection: ConnectionHandle, address: Address): void {
    this.#attempts = [...this.#attempts, { connection, address }];
  }

  /** Where the connection is made to, or `undefined` when it is none of this race. */
  addressOf(connection: ConnectionHandle): Address | undefined {
    return this.#attempts.find((attempt) => attempt.connection === connection)?.address;
  }

  /** No other address is tried. */
  handleStop(): void {
    this.#waiting = [];
  }

  /**
   * An attempt failed. Gives why the race is lost when it was the last one: rather that another server
   * was met than that one did not answer, for that has to be told.
   */
  handleClosed(
    now: number,
    connection: ConnectionHandle,
    reason: CloseReason,
  ): Failure | undefined {
    const address = this.addressOf(connection);
    if (address === undefined) return undefined;
    this.#attempts = this.#attempts.filter((attempt) => attempt.connection !== connection);
    if (this.#failure?.reason.cause !== "key-changed") this.#failure = { reason, address };
    this.#nextAt = now;
    const isLost = this.#attempts.length === 0 && this.#waiting.length === 0;
    return isLost ? this.#failure : undefined;
  }
}
