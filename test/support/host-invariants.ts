import assert from "node:assert/strict";
import { type Address, formatAddress } from "../../src/base/address.ts";
import type { ConnectionHandle, EndpointEvent } from "../../src/transport/endpoint-port.ts";
import type { ConnectionStats, EndpointStats } from "../../src/transport/endpoint-stats.ts";
import {
  channelMax,
  congestionWindowBytesMax,
  connectionWindowBytesMax,
  datagramBytesMax,
  dataStreamsMax,
  halfOpenCountMax,
  messageBytesMax,
  messageStreamsMax,
  pageBytes,
  pathReplyFactor,
  probeCount,
  probeRoundsMax,
  sendQueueBytesMax,
  streamWindowBytesMax,
} from "../../src/transport/limits.ts";

/** Out of a full window, and the probes of a peer that acknowledges nothing. */
const inFlightBytesMax =
  congestionWindowBytesMax + (1 + probeCount * probeRoundsMax) * datagramBytesMax;

const channelCount = channelMax + 1;
const streamCountMax = channelCount + messageStreamsMax + dataStreamsMax;

/** Credit, that of channels each for itself, and a page for a byte at the end of each stream's. */
export const heldBytesMax: number =
  connectionWindowBytesMax + channelCount * streamWindowBytesMax + streamCountMax * 2 * pageBytes;

/** A message is queued whole when the queue is just below its mark; its prefix has 4 bytes. */
const queuedBytesMax = sendQueueBytesMax + messageBytesMax + 4;

/** Turns in a row in which a host neither hears nor says anything, each called for within 2 ms. */
export const idleTurnsMax = 20;
const idleWaitMs = 2;

/** Looked at in one turn, in rotation: each soon, and no turn is slow. */
const connectionsPerTurn = 4;

/** An address must have answered before it is sent more than it sent: a question and an answer. */
const provenDatagrams = 2;

interface Correspondent {
  datagramsReceived: number;
  bytesReceived: number;
  bytesSent: number;
}

/** What holds at a simulated host after every turn, whatever the network and its peers do. */
export class HostInvariants {
  readonly #correspondents = new Map<string, Correspondent>();
  readonly #connections: ConnectionHandle[] = [];
  readonly #asked = new Set<string>();
  #next = 0;
  #isIdle = true;
  #idleTurns = 0;
  #turnAt = 0;

  /** We speak first to this address, as a client does. */
  onConnect(to: Address): void {
    this.#asked.add(formatAddress(to));
  }

  /** The application asked for something: the turn that follows is its own doing. */
  onCall(): void {
    this.#isIdle = false;
  }

  onReceived(from: Address, bytes: number): void {
    const correspondent = this.#correspondent(formatAddress(from));
    correspondent.datagramsReceived += 1;
    correspondent.bytesReceived += bytes;
    this.#isIdle = false;
  }

  /** No amplification: RFC 9000 section 8. */
  onSent(to: Address, bytes: number): void {
    this.#isIdle = false;
    const name = formatAddress(to);
    if (this.#asked.has(name)) return;
    const correspondent = this.#correspondent(name);
    correspondent.bytesSent += bytes;
    if (provenDatagrams <= correspondent.datagramsReceived) return;
    const { bytesSent, bytesReceived } = correspondent;
    assert(
      bytesSent <= pathReplyFactor * bytesReceived,
      `${bytesSent} bytes sent to ${name}, which sent ${bytesReceived}`,
    );
  }

  onEvent(event: EndpointEvent): void {
    this.#isIdle = false;
    if (event.type === "opened") this.#connections.push(event.connection);
    if (event.type !== "closed") return;
    const at = this.#connections.indexOf(event.connection);
    if (at !== -1) this.#connections.splice(at, 1);
  }

  /** No timer spins, and memory is bounded. */
  afterTurn(
    now: number,
    endpoint: {
      readonly stats: EndpointStats;
      connectionStats(connection: ConnectionHandle): ConnectionStats | undefined;
    },
  ): void {
    const isSpinning = this.#isIdle && now <= this.#turnAt + idleWaitMs;
    this.#idleTurns = isSpinning ? this.#idleTurns + 1 : 0;
    assert(this.#idleTurns <= idleTurnsMax, `${this.#idleTurns} turns in a row did nothing`);
    this.#isIdle = true;
    this.#turnAt = now;
    assert(endpoint.stats.halfOpen <= halfOpenCountMax);
    const count = Math.min(connectionsPerTurn, this.#connections.length);
    for (let looked = 0; looked < count; looked += 1) {
      this.#next = (this.#next + 1) % this.#connections.length;
      const stats = endpoint.connectionStats(this.#connections[this.#next]!);
      if (stats !== undefined) checkConnection(stats);
    }
  }

  #correspondent(name: string): Correspondent {
    const known = this.#correspondents.get(name);
    if (known !== undefined) return known;
    const correspondent = { datagramsReceived: 0, bytesReceived: 0, bytesSent: 0 };
    this.#correspondents.set(name, correspondent);
    return correspondent;
  }
}

function checkConnection(stats: ConnectionStats): void {
  assert(stats.bytesInFlight <= inFlightBytesMax, `${stats.bytesInFlight} bytes in flight`);
  assert(stats.windowBytes <= congestionWindowBytesMax, `window of ${stats.windowBytes} bytes`);
  assert(stats.queuedBytes <= queuedBytesMax, `${stats.queuedBytes} bytes queued`);
  assert(stats.heldBytes <= heldBytesMax, `${stats.heldBytes} bytes held`);
  assert(0 <= stats.bytesInFlight && 0 <= stats.queuedBytes && 0 <= stats.heldBytes);
}
