import { timingSafeEqual } from "node:crypto";
import type { Address } from "../base/address.ts";
import type { Random } from "../base/random.ts";
import { type Frame, isProbing, pathDataBytes } from "./frames.ts";
import { pathChallengeMs, pathPacketBytes, pathReplyFactor, pathValidationMs } from "./limits.ts";

/** A packet of the connection that has proven good. */
export interface PathPacket {
  readonly from: Address;
  readonly bytes: number;
  readonly frames: readonly Frame[];
  /** Whether its number is the highest so far: what is overtaken tells where the peer was. */
  readonly isNewest: boolean;
}

/** A frame that goes alone in a packet, and where. */
export interface PathProbe {
  readonly to: Address;
  readonly type: "path-challenge" | "path-response";
  readonly data: Uint8Array;
}

/** An address from which the peer has spoken, and which it has not proven to receive at. */
interface Candidate {
  readonly address: Address;
  readonly data: Uint8Array;
  readonly expiresAt: number;
  challengeAt: number;
  receivedBytes: number;
  sentBytes: number;
}

/**
 * Where the peer is (RFC 9000 sections 8.2 and 9). A server follows a client that speaks from another
 * address when that address has answered a challenge; until then everything else goes where it went.
 */
export class PeerPath {
  readonly #random: Random;
  readonly #isFollowing: boolean;
  #address: Address;
  /** One at a time: whoever makes us see many addresses gets no more out of it than by one. */
  #candidate: Candidate | undefined;
  /** Only the newest challenge is answered: whoever sends many does not fill a queue. */
  #response: Uint8Array | undefined;

  constructor(options: {
    readonly address: Address;
    readonly isFollowing: boolean;
    readonly random: Random;
  }) {
    this.#address = options.address;
    this.#isFollowing = options.isFollowing;
    this.#random = options.random;
  }

  /** Where to send. */
  get address(): Address {
    return this.#address;
  }

  /** When `onTimeout` is due or a challenge must be repeated, or `undefined`. */
  get deadline(): number | undefined {
    const candidate = this.#candidate;
    if (candidate === undefined) return undefined;
    return hasBudget(candidate)
      ? Math.min(candidate.challengeAt, candidate.expiresAt)
      : candidate.expiresAt;
  }

  /** Takes in a packet; says whether the peer has moved. */
  handlePacket(now: number, packet: PathPacket): boolean {
    const candidate = this.#candidate;
    const isFromCandidate = candidate !== undefined && isSame(candidate.address, packet.from);
    if (isFromCandidate) candidate.receivedBytes += packet.bytes;
    else if (this.#isFollowing && this.#isNews(packet)) this.#notice(now, packet);
    let hasMoved = false;
    for (const frame of packet.frames) {
      if (frame.type === "path-challenge") this.#response = frame.data;
      if (frame.type !== "path-response" || !isFromCandidate) continue;
      hasMoved ||= timingSafeEqual(frame.data, candidate.data);
    }
    if (hasMoved) {
      this.#address = packet.from;
      this.#candidate = undefined;
    }
    return hasMoved;
  }

  /** Gives up a candidate that does not answer. */
  onTimeout(now: number): void {
    if (this.#candidate !== undefined && this.#candidate.expiresAt <= now) {
      this.#candidate = undefined;
    }
  }

  /** What to send now besides all else, or `undefined`. */
  takeProbe(now: number): PathProbe | undefined {
    const response = this.#response;
    if (response !== undefined) {
      this.#response = undefined;
      return { to: this.#address, type: "path-response", data: response };
    }
    const candidate = this.#candidate;
    if (candidate === undefined || now < candidate.challengeAt || !hasBudget(candidate)) {
      return undefined;
    }
    candidate.challengeAt = now + pathChallengeMs;
    candidate.sentBytes += pathPacketBytes;
    return { to: candidate.address, type: "path-challenge", data: candidate.data };
  }

  /** Nearly all packets come from where the peer is. */
  #isNews({ from }: PathPacket): boolean {
    return this.#candidate !== undefined || !isSame(from, this.#address);
  }

  #notice(now: number, { from, bytes, frames, isNewest }: PathPacket): void {
    if (!isNewest || frames.every(isProbing)) return;
    if (isSame(from, this.#address)) {
      // It is where it was: what came from elsewhere before was somebody who passed it on.
      this.#candidate = undefined;
      return;
    }
    this.#candidate ??= {
      address: from,
      data: this.#random.bytes(pathDataBytes),
      expiresAt: now + pathValidationMs,
      challengeAt: now,
      receivedBytes: bytes,
      sentBytes: 0,
    };
  }
}

function hasBudget(candidate: Candidate): boolean {
  return candidate.sentBytes + pathPacketBytes <= pathReplyFactor * candidate.receivedBytes;
}

function isSame(a: Address, b: Address): boolean {
  return a.port === b.port && a.host === b.host;
}
