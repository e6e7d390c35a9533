import assert from "node:assert/strict";
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from "node:crypto";
import { tagBytes } from "./aead.ts";

/**
 * The handshake Noise_IK_25519_ChaChaPoly_SHA256 (Noise Protocol Framework, revision 34): the client
 * knows the server's static key before it speaks, sends its own encrypted, and after one round trip
 * both hold two keys. Pure: the ephemeral secret is an argument. Nothing here knows of packets.
 */

/** Bytes of an X25519 key, public or secret, and of a session key. */
export const keyBytes = 32;

/** An X25519 key pair. The secret stays inside node:crypto's object. */
export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

/** What both ends hold after the handshake; the `sendKey` of one is the `receiveKey` of the other. */
export interface NoiseSession {
  readonly sendKey: Uint8Array;
  readonly receiveKey: Uint8Array;
  /** Binds whatever is proved later to this very handshake (section 11.2). */
  readonly handshakeHash: Uint8Array;
}

/** The hash function, by node:crypto's name. */
export interface NoiseHash {
  /** Its name in the protocol's name. */
  readonly name: string;
  readonly algorithm: string;
  /** Bytes of a digest: 32 or 64. */
  readonly bytes: number;
}

/** The hash of the protocol. */
export const sha256: NoiseHash = { name: "SHA256", algorithm: "sha256", bytes: 32 };

/** What the client brings to a handshake. The ephemeral key pair must never have been used. */
export interface InitiatorOptions {
  /** What both sides must agree on without sending it again. */
  readonly prologue: Uint8Array;
  readonly local: KeyPair;
  readonly ephemeral: KeyPair;
  /** The server's static key. */
  readonly remotePublicKey: Uint8Array;
  /** Travels encrypted to the server's static key; it can be replayed, so it must do nothing. */
  readonly payload: Uint8Array;
  /** Default SHA-256; other implementations may know only others. */
  readonly hash?: NoiseHash;
}

/** A handshake that the client began. */
export interface Started {
  readonly message: Uint8Array;
  /** Reads the second message; `undefined` when it is forged, and then the next may be tried. */
  finish(message: Uint8Array): Finished | undefined;
}

/** A handshake that is over for the client: the server has proven its static key. */
export interface Finished {
  readonly payload: Uint8Array;
  readonly session: NoiseSession;
}

/** What the server brings to a handshake. */
export interface ResponderOptions {
  readonly prologue: Uint8Array;
  readonly local: KeyPair;
  /** Default SHA-256. */
  readonly hash?: NoiseHash;
}

/** A first message that proved good: who sent it, what it said, and how to answer. */
export interface Opened {
  /** The client's static key. The message may be a replay: only its first packet proves the client. */
  readonly remotePublicKey: Uint8Array;
  readonly payload: Uint8Array;
  /** The second message. The ephemeral key pair must never have been used. */
  answer(ephemeral: KeyPair, payload: Uint8Array): Answered | undefined;
}

/** A handshake that is over for the server. */
export interface Answered {
  readonly message: Uint8Array;
  readonly session: NoiseSession;
}

/** The key pair of a 32-byte secret. */
export function keyPairOf(secret: Uint8Array): KeyPair {
  assert(secret.length === keyBytes);
  const privateKey = importSecret(secret);
  // Safe here and nowhere else: see `toKeyPair`. It costs 2 us, a multiplication 37.
  const { x } = privateKey.export({ format: "jwk" });
  assert(x !== undefined);
  return { publicKey: new Uint8Array(Buffer.from(x, "base64url")), privateKey };
}

/** The key pair of an X25519 private key. */
export function toKeyPair(privateKey: KeyObject): KeyPair {
  // Node 20 can stop for ever in export({ format: "jwk" }) of a key that it generated, because the
  // collector, when it runs meanwhile, waits for the lock that export holds. A multiplication takes none.
  const publicKey = agree(privateKey, basePoint);
  assert(publicKey !== undefined);
  return { publicKey: new Uint8Array(publicKey), privateKey };
}

/** The first message, and what waits for the second. `undefined` when the remote key is no point. */
export function startHandshake(options: InitiatorOptions): Started | undefined {
  const { local, ephemeral, remotePublicKey } = options;
  const remote = importPublic(remotePublicKey);
  const state = SymmetricState.begin(options.hash ?? sha256, options.prologue, remotePublicKey);
  state.mixHash(ephemeral.publicKey);
  if (!state.mixDh(ephemeral, remote)) return undefined;
  const sealedStatic = state.seal(local.publicKey);
  if (!state.mixDh(local, remote)) return undefined;
  const message = Buffer.concat([ephemeral.publicKey, sealedStatic, state.seal(options.payload)]);
  return {
    message,
    finish: (reply) => {
      if (reply.length < keyBytes) return undefined;
      const remoteEphemeral = importPublic(reply.subarray(0, keyBytes));
      const next = state.copy();
      next.mixHash(reply.subarray(0, keyBytes));
      if (!next.mixDh(ephemeral, remoteEphemeral)) return undefined;
      if (!next.mixDh(local, remoteEphemeral)) return undefined;
      const payload = next.open(reply.subarray(keyBytes));
      if (payload === undefined) return undefined;
      const [sendKey, receiveKey] = next.split();
      return { payload, session: { sendKey, receiveKey, handshakeHash: next.hash } };
    },
  };
}

/** Reads a first message; `undefined` when it is forged, cut, or meant for another key. */
export function openHandshake(options: ResponderOptions, message: Uint8Array): Opened | undefined {
  const { local } = options;
  const sealedStaticBytes = keyBytes + tagBytes;
  if (message.length < keyBytes + sealedStaticBytes + tagBytes) return undefined;
  const remoteEphemeral = importPublic(message.subarray(0, keyBytes));
  const state = SymmetricState.begin(options.hash ?? sha256, options.prologue, local.publicKey);
  state.mixHash(message.subarray(0, keyBytes));
  if (!state.mixDh(local, remoteEphemeral)) return undefined;
  const remotePublicKey = state.open(message.subarray(keyBytes, keyBytes + sealedStaticBytes));
  if (remotePublicKey === undefined) return undefined;
  const remoteStatic = importPublic(remotePublicKey);
  if (!state.mixDh(local, remoteStatic)) return undefined;
  const payload = state.open(message.subarray(keyBytes + sealedStaticBytes));
  if (payload === undefined) return undefined;
  return {
    remotePublicKey: new Uint8Array(remotePublicKey),
    payload,
    answer: (ephemeral, answerPayload) => {
      const next = state.copy();
      next.mixHash(ephemeral.publicKey);
      if (!next.mixDh(ephemeral, remoteEphemeral)) return undefined;
      if (!next.mixDh(ephemeral, remoteStatic)) return undefined;
      const reply = Buffer.concat([ephemeral.publicKey, next.seal(answerPayload)]);
      const [receiveKey, sendKey] = next.split();
      return { message: reply, session: { sendKey, receiveKey, handshakeHash: next.hash } };
    },
  };
}

/** Before the 32 bytes of the secret in a PKCS #8 structure (RFC 8410 section 7). */
const pkcs8Prefix = Buffer.from("302e020100300506032b656e04220420", "hex");

function importSecret(secret: Uint8Array): KeyObject {
  const d = Buffer.from(secret).toString("base64url");
  // As JWK it takes a tenth of the time of PKCS #8. A public key must be named too, which Node 20
  // does not look at; a version that does refuses this one.
  const x = Buffer.alloc(keyBytes).toString("base64url");
  try {
    return createPrivateKey({ key: { kty: "OKP", crv: "X25519", d, x }, format: "jwk" });
  } catch {
    const key = Buffer.concat([pkcs8Prefix, secret]);
    return createPrivateKey({ key, format: "der", type: "pkcs8" });
  }
}

/** Once for each key and not for each multiplication: it costs 7 us. */
function importPublic(publicKey: Uint8Array): KeyObject {
  assert(publicKey.length === keyBytes);
  const x = Buffer.from(publicKey).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" });
}

/** The point with u = 9 (RFC 7748 section 4.1). */
const basePoint = importPublic(Uint8Array.of(9, ...new Uint8Array(keyBytes - 1)));

/** Section 5.2 of the specification; its cipher state is the pair of key and nonce inside. */
class SymmetricState {
  readonly #function: NoiseHash;
  #hash: Buffer;
  #chainingKey: Buffer;
  #key: Buffer | undefined;
  #nonce = 0;

  private constructor(hashFunction: NoiseHash, hash: Buffer, chainingKey: Buffer) {
    this.#function = hashFunction;
    this.#hash = hash;
    this.#chainingKey = chainingKey;
  }

  static begin(hash: NoiseHash, prologue: Uint8Array, responderKey: Uint8Array): SymmetricState {
    const name = Buffer.from(`Noise_IK_25519_ChaChaPoly_${hash.name}`);
    const first =
      name.length <= hash.bytes
        ? Buffer.concat([name], hash.bytes)
        : createHash(hash.algorithm).update(name).digest();
    const state = new SymmetricState(hash, first, first);
    state.mixHash(prologue);
    state.mixHash(responderKey);
    return state;
  }

  get hash(): Uint8Array {
    return this.#hash;
  }

  /** A second message may be forged: each try starts from here. */
  copy(): SymmetricState {
    const copy = new SymmetricState(this.#function, this.#hash, this.#chainingKey);
    copy.#key = this.#key;
    copy.#nonce = this.#nonce;
    return copy;
  }

  mixHash(data: Uint8Array): void {
    this.#hash = createHash(this.#function.algorithm).update(this.#hash).update(data).digest();
  }

  /** `false` when the public key gives the all-zero secret, or is none. */
  mixDh(pair: KeyPair, publicKey: KeyObject): boolean {
    const secret = agree(pair.privateKey, publicKey);
    if (secret === undefined) return false;
    const [chainingKey, key] = this.#derive(secret);
    this.#chainingKey = chainingKey;
    this.#key = key.subarray(0, keyBytes);
    this.#nonce = 0;
    return true;
  }

  seal(plain: Uint8Array): Buffer {
    assert(this.#key !== undefined, "nothing is sent in clear");
    const cipher = createCipheriv("chacha20-poly1305", this.#key, this.#nextNonce(), {
      authTagLength: tagBytes,
    });
    cipher.setAAD(this.#hash, { plaintextLength: plain.length });
    const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    this.mixHash(sealed);
    return sealed;
  }

  open(sealed: Uint8Array): Buffer | undefined {
    assert(this.#key !== undefined, "nothing is read in clear");
    if (sealed.length < tagBytes) return undefined;
    const decipher = createDecipheriv("chacha20-poly1305", this.#key, this.#nextNonce(), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(this.#hash, { plaintextLength: sealed.length - tagBytes });
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    const plain = decipher.update(sealed.subarray(0, sealed.length - tagBytes));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    this.mixHash(sealed);
    return plain;
  }

  /** The initiator's key first. */
  split(): readonly [Uint8Array, Uint8Array] {
    const [first, second] = this.#derive(new Uint8Array());
    // A connection keeps them for long, and memory of its own costs each as much as a view of both.
    const keys = new Uint8Array(2 * keyBytes);
    keys.set(first.subarray(0, keyBytes));
    keys.set(second.subarray(0, keyBytes), keyBytes);
    return [keys.subarray(0, keyBytes), keys.subarray(keyBytes)];
  }

  /** HKDF of section 4.3, with two outputs. */
  #derive(material: Uint8Array): readonly [Buffer, Buffer] {
    const secret = this.#mac(this.#chainingKey, material);
    const first = this.#mac(secret, Uint8Array.of(1));
    return [first, this.#mac(secret, first, Uint8Array.of(2))];
  }

  #nextNonce(): Buffer {
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32LE(this.#nonce, 4);
    this.#nonce += 1;
    return nonce;
  }

  #mac(key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer {
    const hmac = createHmac(this.#function.algorithm, key);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  }
}

/** The shared secret, or `undefined` for the points of low order, which node:crypto refuses. */
function agree(privateKey: KeyObject, publicKey: KeyObject): Buffer | undefined {
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch {
    return undefined;
  }
}
