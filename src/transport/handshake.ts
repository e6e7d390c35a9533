import assert from "node:assert/strict";
import { timingSafeEqual } from "node:crypto";
import { assertNever } from "../base/assert.ts";
import type { Random } from "../base/random.ts";
import { decodeAcceptPayload } from "./accept-payload.ts";
import { transportCodes } from "./close-codes.ts";
import type { CloseReason, ConnectOptions } from "./endpoint-port.ts";
import { cookieBytesMax, initTryCount, initWaitMs, transportVersion } from "./limits.ts";
import {
  type KeyPair,
  keyBytes,
  keyPairOf,
  type NoiseSession,
  type Started,
  startHandshake,
} from "./noise.ts";
import {
  type ConnectionId,
  encodeLongPacket,
  handshakePrologue,
  type LongPacket,
  type LongPacketOf,
} from "./packet.ts";
import { encodeParameters, type TransportParameters } from "./parameters.ts";

/** What a handshake leaves behind. */
export interface Agreement {
  /** The id that the peer wants to see in packets to it. */
  readonly peerId: ConnectionId;
  readonly peerKey: Uint8Array;
  readonly parameters: TransportParameters;
  readonly session: NoiseSession;
  /** What a server will say when it has forgotten the connection; a client gives none. */
  readonly resetToken?: Uint8Array;
  /** From the first INIT to its answer, in ms; the server has no answer yet. */
  readonly handshakeMs?: number;
}

export interface ClientHandshakeOptions extends ConnectOptions {
  readonly id: ConnectionId;
  readonly local: KeyPair;
  readonly random: Random;
  /** What the server is told. */
  readonly parameters: TransportParameters;
}

/** The server that the handshake is with, and the cookie it wants to see. */
interface Target {
  readonly key: Uint8Array;
  readonly cookie: Uint8Array;
  readonly started: Started;
}

/**
 * The client's side of the handshake: what to send, when, and when to give up. Whatever is not
 * proven (ANSWER, REFUSE, VERSION) may be forged: what it says against going on is believed only
 * when nothing better came until the end of the try.
 */
export class ClientHandshake {
  readonly #options: ClientHandshakeOptions;
  #target: Target | undefined;
  #initSentAt: number | undefined;
  #tries = 1;
  #nextAt: number;
  #isPacketDue = true;
  #isAnswered = false;
  #hasTurned = false;
  /** Why to give up at the end of this try. */
  #verdict: CloseReason | undefined;

  constructor(now: number, options: ClientHandshakeOptions) {
    const { key, cookie } = options;
    assert(key === undefined || key.length === keyBytes);
    assert(cookie === undefined || cookie.length <= cookieBytesMax);
    this.#options = options;
    this.#nextAt = now + initWaitMs;
    if (key !== undefined && cookie !== undefined) this.#target = this.#aim(key, cookie);
  }

  /** When `onTimeout` is due. */
  get deadline(): number {
    return this.#nextAt;
  }

  /** A long packet to our id: what it leads to, why it was dropped, or `undefined`. */
  handle(now: number, packet: LongPacket): Agreement | "damaged" | "unexpected" | undefined {
    switch (packet.type) {
      case "answer":
        this.#onAnswer(packet);
        return undefined;
      case "accept":
        return this.#onAccept(now, packet) ?? "damaged";
      case "refuse":
        this.#giveUpLater({ cause: "refused", code: packet.code, text: packet.text });
        return undefined;
      case "version": {
        // RFC 9000 section 6.2: a list that names our own version is a forgery or a mistake.
        if (packet.versions.includes(transportVersion)) return "unexpected";
        const theirs = packet.versions.join(", ");
        const text = `the server speaks transport version ${theirs}, we speak ${transportVersion}`;
        this.#giveUpLater({ cause: "refused", code: transportCodes.versionMismatch, text });
        return undefined;
      }
      case "init":
      case "query":
      case "reset":
        return "unexpected";
      default:
        return assertNever(packet);
    }
  }

  /** Why to give up, or `undefined` while there is hope. */
  onTimeout(now: number): CloseReason | undefined {
    if (now < this.#nextAt) return undefined;
    if (this.#verdict !== undefined) return this.#verdict;
    if (initTryCount <= this.#tries) return { cause: "unreachable", code: 0, text: "no answer" };
    this.#nextAt = now + initWaitMs * 2 ** this.#tries;
    this.#tries += 1;
    this.#isPacketDue = true;
    this.#hasTurned = false;
    return undefined;
  }

  /** The QUERY or INIT that must go out now, or `undefined`. */
  takePacket(now: number): Uint8Array | undefined {
    if (!this.#isPacketDue) return undefined;
    this.#isPacketDue = false;
    const ids = { destination: 0, source: this.#options.id };
    if (this.#target === undefined) return encodeLongPacket({ type: "query", ...ids });
    const { cookie, started } = this.#target;
    this.#initSentAt ??= now;
    return encodeLongPacket({ type: "init", ...ids, cookie, message: started.message });
  }

  /** Followed only once a try: whoever sends ANSWER for ever gets nothing. */
  #onAnswer(answer: LongPacketOf<"answer">): void {
    const expectedKey = this.#options.key;
    const claimedKey = answer.serverKey;
    if (expectedKey !== undefined && !isEqual(expectedKey, claimedKey)) {
      const text = "another server answers: it has another key";
      const keys = { expectedKey, claimedKey };
      if (!this.#isAnswered) this.#giveUpLater({ cause: "key-changed", code: 0, text, ...keys });
      return;
    }
    if (this.#hasTurned) return;
    const target = this.#aim(claimedKey, answer.cookie);
    if (target === undefined) return;
    this.#target = target;
    this.#isAnswered = true;
    this.#hasTurned = true;
    this.#verdict = undefined;
    this.#isPacketDue = true;
  }

  #onAccept(now: number, packet: LongPacketOf<"accept">): Agreement | undefined {
    const target = this.#target;
    const finished = target?.started.finish(packet.message);
    const payload = finished && decodeAcceptPayload(finished.payload);
    if (target === undefined || finished === undefined || payload === undefined) return undefined;
    if (payload.id !== packet.source) return undefined;
    const { id, resetToken, parameters } = payload;
    const handshakeMs = now - (this.#initSentAt ?? now);
    const { session } = finished;
    return { peerId: id, peerKey: target.key, parameters, session, resetToken, handshakeMs };
  }

  #giveUpLater(verdict: CloseReason): void {
    this.#verdict ??= verdict;
    this.#isPacketDue = false;
  }

  /** One message for one server, whatever its cookies: it knows a repeated INIT by it. */
  #aim(key: Uint8Array, cookie: Uint8Array): Target | undefined {
    const { id, local, random } = this.#options;
    const isSame = this.#target !== undefined && isEqual(this.#target.key, key);
    const started = isSame
      ? this.#target?.started
      : startHandshake({
          prologue: handshakePrologue(id),
          local,
          ephemeral: keyPairOf(random.bytes(keyBytes)),
          remotePublicKey: key,
          payload: encodeParameters(this.#options.parameters),
        });
    return started && { key, cookie, started };
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
