import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { type Aead, type AeadMaker, nodeAead, tagBytes } from "./aead.ts";
import { transportCodes } from "./close-codes.ts";
import {
  keyUpdateMs,
  keyUpdatePackets,
  openFailuresMax,
  previousKeyProbeTimeouts,
} from "./limits.ts";
import type { NoiseSession } from "./noise.ts";
import { keyPhases, readKeyPhase, shortHeaderBytes, writeKeyPhase } from "./packet.ts";

/** Why a connection cannot go on with its keys: what its CLOSE says. */
export interface KeyFailure {
  readonly code: number;
  readonly text: string;
}

export interface PacketKeysOptions {
  readonly session: NoiseSession;
  /** One probe timeout, in ms, as it is now. */
  readonly probeTimeoutMs: () => number;
  readonly makeAead?: AeadMaker;
  /** Packets that may fail to open; `openFailuresMax` by default. */
  readonly failuresMax?: number;
}

const updatedTwice: KeyFailure = {
  code: transportCodes.keyUpdateError,
  text: "keys were changed twice in a row",
};

const forgedTooOften: KeyFailure = {
  code: transportCodes.aeadLimitReached,
  text: "too many packets were forged",
};

/**
 * The keys of a connection in both directions, and how they change (RFC 9001 section 6). Both
 * directions are in the same phase; the phase's low two bits are in each packet's first byte.
 */
export class PacketKeys {
  readonly #makeAead: AeadMaker;
  readonly #probeTimeoutMs: () => number;
  readonly #failuresMax: number;
  #phase = 0;
  #phaseSince: number;
  #sendKey: Uint8Array;
  #send: Aead;
  #receive: Aead;
  #receiveKey: Uint8Array;
  /** Made once, by the first packet that claims to be of the next phase, forged or not. */
  #nextReceive: Aead | undefined;
  /** Since when the peer is known to have left that phase, or `undefined` while it is not. */
  #previous: { readonly receive: Aead; leftAt: number | undefined } | undefined;
  #sealedCount = 0;
  #lastSealed = -1;
  #firstSealedInPhase: number | undefined;
  /** The lowest packet number that came in this phase. */
  #firstOpenedInPhase: number | undefined;
  /** The peer acknowledged a packet of this phase: we may change it. */
  #isPhaseAcked = false;
  /** We acknowledged one of the peer's: it may. */
  #hasAckedPhase = false;
  #openFailures = 0;
  #failure: KeyFailure | undefined;

  constructor(now: number, options: PacketKeysOptions) {
    this.#makeAead = options.makeAead ?? nodeAead;
    this.#probeTimeoutMs = options.probeTimeoutMs;
    this.#failuresMax = options.failuresMax ?? openFailuresMax;
    this.#phaseSince = now;
    this.#sendKey = options.session.sendKey;
    this.#send = this.#makeAead(this.#sendKey);
    this.#receiveKey = options.session.receiveKey;
    this.#receive = this.#makeAead(this.#receiveKey);
  }

  /** How often the keys changed. */
  get phase(): number {
    return this.#phase;
  }

  /** Once there is one, the connection must be closed. */
  get failure(): KeyFailure | undefined {
    return this.#failure;
  }

  /** Seals a short packet in place: header, frames, and room for the tag. */
  seal(now: number, packet: Uint8Array, packetNumber: number): void {
    assert(this.#lastSealed < packetNumber, "a packet number is never sealed twice");
    if (this.#isUpdateDue(now)) this.#update(now);
    this.#lastSealed = packetNumber;
    this.#sealedCount += 1;
    this.#firstSealedInPhase ??= packetNumber;
    writeKeyPhase(packet, this.#phase);
    const header = packet.subarray(0, shortHeaderBytes);
    const text = packet.subarray(shortHeaderBytes, packet.length - tagBytes);
    this.#send.seal(packetNumber, header, text, packet.subarray(shortHeaderBytes));
  }

  /** The frames of a short packet, or `undefined`; nothing but a counter changes by a forged one. */
  open(now: number, packet: Uint8Array, packetNumber: number): Uint8Array | undefined {
    const phasesAhead = (readKeyPhase(packet) - (this.#phase % keyPhases) + keyPhases) % keyPhases;
    const aead = this.#aeadFor(now, phasesAhead, packetNumber);
    if (aead === undefined) return undefined;
    const header = packet.subarray(0, shortHeaderBytes);
    const text = aead.open(packetNumber, header, packet.subarray(shortHeaderBytes));
    if (text === undefined) {
      this.#openFailures += 1;
      if (this.#failuresMax <= this.#openFailures) this.#failure = forgedTooOften;
      return undefined;
    }
    if (aead === this.#previous?.receive) return text;
    if (aead === this.#nextReceive) {
      if (!this.#hasAckedPhase) this.#failure = updatedTwice;
      this.#update(now);
    }
    if (this.#previous !== undefined) this.#previous.leftAt ??= now;
    this.#firstOpenedInPhase = Math.min(this.#firstOpenedInPhase ?? packetNumber, packetNumber);
    return text;
  }

  /** The peer acknowledged packets up to this one. */
  onAcked(largest: number): void {
    const first = this.#firstSealedInPhase;
    if (first !== undefined && first <= largest) this.#isPhaseAcked = true;
  }

  /** An ACK was sealed; it tells of all that came. */
  onAckSealed(): void {
    if (this.#firstOpenedInPhase !== undefined) this.#hasAckedPhase = true;
  }

  #isUpdateDue(now: number): boolean {
    if (!this.#isPhaseAcked) return false;
    return keyUpdatePackets <= this.#sealedCount || this.#phaseSince + keyUpdateMs <= now;
  }

  #aeadFor(now: number, phasesAhead: number, packetNumber: number): Aead | undefined {
    if (phasesAhead === 0) return this.#receive;
    if (phasesAhead === 1) return this.#makeNextReceive();
    if (phasesAhead !== keyPhases - 1 || this.#previous === undefined) return undefined;
    // Numbers only rise: what has a higher one than a packet of this phase is of this phase too.
    const isOvertaken = packetNumber < (this.#firstOpenedInPhase ?? Number.POSITIVE_INFINITY);
    const keptMs = previousKeyProbeTimeouts * this.#probeTimeoutMs();
    const isKept = now <= (this.#previous.leftAt ?? now) + keptMs;
    return isOvertaken && isKept ? this.#previous.receive : undefined;
  }

  #makeNextReceive(): Aead {
    this.#nextReceive ??= this.#makeAead(nextKey(this.#receiveKey));
    return this.#nextReceive;
  }

  #update(now: number): void {
    this.#phase += 1;
    this.#phaseSince = now;
    this.#previous = { receive: this.#receive, leftAt: undefined };
    this.#receive = this.#makeNextReceive();
    this.#receiveKey = nextKey(this.#receiveKey);
    this.#nextReceive = undefined;
    this.#sendKey = nextKey(this.#sendKey);
    this.#send = this.#makeAead(this.#sendKey);
    this.#sealedCount = 0;
    this.#firstSealedInPhase = undefined;
    this.#firstOpenedInPhase = undefined;
    this.#isPhaseAcked = false;
    this.#hasAckedPhase = false;
  }
}

/** HKDF-Expand (RFC 5869 section 2.3) to 32 bytes, which is its first block. */
function nextKey(key: Uint8Array): Uint8Array {
  return createHmac("sha256", key).update("earshot ku").update(Uint8Array.of(1)).digest();
}
