import type { Random } from "../base/random.ts";
import { encodeAcceptPayload } from "./accept-payload.ts";
import { CookieJar } from "./cookie.ts";
import type { Agreement } from "./handshake.ts";
import { resetToken, type TransportIdentity } from "./identity.ts";
import { keyBytes, keyPairOf, openHandshake } from "./noise.ts";
import {
  type ConnectionId,
  encodeLongPacket,
  handshakePrologue,
  type LongPacketOf,
} from "./packet.ts";
import { decodeParameters, type TransportParameters } from "./parameters.ts";

/** A handshake that a client began and the server has answered. */
export interface Incoming extends Agreement {
  /** The id of the connection on our side. */
  readonly id: ConnectionId;
  /** The ACCEPT to send, as often as the same INIT comes. */
  readonly accept: Uint8Array;
}

/** The server's side of the handshake. It keeps nothing of any client. */
export class Acceptor {
  readonly #identity: TransportIdentity;
  readonly #random: Random;
  readonly #parameters: TransportParameters;
  readonly #cookies: CookieJar;

  constructor(options: {
    readonly identity: TransportIdentity;
    readonly random: Random;
    /** What every client is told. */
    readonly parameters: TransportParameters;
  }) {
    const { identity, random, parameters } = options;
    this.#identity = identity;
    this.#random = random;
    this.#parameters = parameters;
    this.#cookies = new CookieJar(random);
  }

  /** A cookie for INITs from this host. */
  issueCookie(now: number, host: string): Uint8Array {
    return this.#cookies.issue(now, host);
  }

  /** Whether the cookie proves that who shows it receives at that host. */
  isCookie(now: number, host: string, cookie: Uint8Array): boolean {
    return this.#cookies.isValid(now, host, cookie);
  }

  /** What a client at this host must know before it can send INIT. */
  answerTo(now: number, host: string, client: ConnectionId): LongPacketOf<"answer"> {
    const serverKey = this.#identity.keyPair.publicKey;
    const cookie = this.issueCookie(now, host);
    return { type: "answer", destination: client, source: 0, serverKey, cookie };
  }

  /** Answers an INIT, for a connection of this id; `undefined` when it is not for our key. */
  accept(init: LongPacketOf<"init">, id: ConnectionId): Incoming | undefined {
    const prologue = handshakePrologue(init.source);
    const opened = openHandshake({ prologue, local: this.#identity.keyPair }, init.message);
    const parameters = opened && decodeParameters(opened.payload);
    if (opened === undefined || parameters === undefined) return undefined;
    const token = resetToken(this.#identity.resetSecret, id);
    const payload = encodeAcceptPayload({ id, resetToken: token, parameters: this.#parameters });
    const answered = opened.answer(keyPairOf(this.#random.bytes(keyBytes)), payload);
    if (answered === undefined) return undefined;
    const { message, session } = answered;
    return {
      id,
      peerId: init.source,
      peerKey: opened.remotePublicKey,
      parameters,
      session,
      accept: encodeLongPacket({ type: "accept", destination: init.source, source: id, message }),
    };
  }

  /** What the client of a forgotten connection is told. */
  resetOf(id: ConnectionId): LongPacketOf<"reset"> {
    const token = resetToken(this.#identity.resetSecret, id);
    return { type: "reset", destination: 0, source: id, token };
  }
}
