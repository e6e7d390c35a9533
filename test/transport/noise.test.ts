import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import {
  type KeyPair,
  keyPairOf,
  type NoiseHash,
  openHandshake,
  type Started,
  startHandshake,
  toKeyPair,
} from "../../src/transport/noise.ts";
import { noiseVector } from "../support/noise-vector.ts";
import { SeededRandom } from "../support/random.ts";

/** The part of noise-handshake 4.2.0 that is used here; the package has no types. */
interface OtherState {
  readonly s: { readonly publicKey: Uint8Array };
  /** It has both named for the other side's view. */
  readonly rx: Uint8Array;
  readonly tx: Uint8Array;
  readonly hash: Uint8Array;
  initialise(prologue: Uint8Array, remoteStatic?: Uint8Array): void;
  send(payload: Uint8Array): Uint8Array;
  recv(message: Uint8Array): Uint8Array;
}
const OtherNoise = createRequire(import.meta.url)("noise-handshake") as new (
  pattern: string,
  isInitiator: boolean,
) => OtherState;

/** It knows no other hash. */
const blake2b: NoiseHash = { name: "BLAKE2b", algorithm: "blake2b512", bytes: 64 };
const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString("hex");
const unhex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));

/** All points of small order (RFC 7748 section 6.1; cr.yp.to/ecdh.html), little-endian. */
const lowOrderPoints = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(unhex);

function newKeyPair(random: SeededRandom): KeyPair {
  return keyPairOf(random.bytes(32));
}

function start(random: SeededRandom, server: Uint8Array, hash?: NoiseHash): Started | undefined {
  return startHandshake({
    prologue: Uint8Array.of(1, 2, 3),
    local: newKeyPair(random),
    ephemeral: newKeyPair(random),
    remotePublicKey: server,
    payload: random.bytes(random.between(0, 100)),
    ...(hash && { hash }),
  });
}

describe("the handshake", () => {
  test("is that of the official vector, on both sides", () => {
    const { prologue, initiator, responder } = noiseVector;
    expect(hex(responder.publicKey)).toBe(noiseVector.responderPublic);
    const started = startHandshake({
      prologue,
      local: initiator,
      ephemeral: noiseVector.initiatorEphemeral,
      remotePublicKey: responder.publicKey,
      payload: noiseVector.payloads[0],
    })!;
    expect(hex(started.message)).toBe(hex(noiseVector.messages[0]));
    const opened = openHandshake({ prologue, local: responder }, started.message)!;
    expect(hex(opened.remotePublicKey)).toBe(hex(initiator.publicKey));
    expect(hex(opened.payload)).toBe(hex(noiseVector.payloads[0]));
    const answered = opened.answer(noiseVector.responderEphemeral, noiseVector.payloads[1])!;
    expect(hex(answered.message)).toBe(hex(noiseVector.messages[1]));
    const finished = started.finish(answered.message)!;
    expect(hex(finished.payload)).toBe(hex(noiseVector.payloads[1]));
    for (const { handshakeHash } of [finished.session, answered.session]) {
      expect(hex(handshakeHash)).toBe(noiseVector.handshakeHash);
    }
    expect(hex(finished.session.sendKey)).toBe(hex(answered.session.receiveKey));
    expect(hex(finished.session.receiveKey)).toBe(hex(answered.session.sendKey));
  });

  test("as the client agrees with noise-handshake", () => {
    const random = new SeededRandom(1);
    for (let round = 0; round < 25; round += 1) {
      const other = new OtherNoise("IK", false);
      other.initialise(Uint8Array.of(1, 2, 3));
      const started = start(random, other.s.publicKey, blake2b)!;
      other.recv(started.message);
      const reply = random.bytes(round);
      const finished = started.finish(other.send(reply));
      expect(hex(finished?.payload), `round ${round}`).toBe(hex(reply));
      expect(hex(finished?.session.handshakeHash)).toBe(hex(other.hash));
      expect(hex(finished?.session.sendKey)).toBe(hex(other.rx));
      expect(hex(finished?.session.receiveKey)).toBe(hex(other.tx));
    }
  });

  test("as the server agrees with noise-handshake", () => {
    const random = new SeededRandom(2);
    for (let round = 0; round < 25; round += 1) {
      const prologue = random.bytes(round);
      const local = newKeyPair(random);
      const other = new OtherNoise("IK", true);
      other.initialise(prologue, local.publicKey);
      const payload = random.bytes(3 * round);
      const opened = openHandshake({ prologue, local, hash: blake2b }, other.send(payload));
      expect(hex(opened?.payload), `round ${round}`).toBe(hex(payload));
      expect(hex(opened?.remotePublicKey)).toBe(hex(other.s.publicKey));
      const reply = random.bytes(round);
      const answered = opened!.answer(newKeyPair(random), reply)!;
      expect(hex(other.recv(answered.message))).toBe(hex(reply));
      expect(hex(answered.session.handshakeHash)).toBe(hex(other.hash));
      expect(hex(answered.session.sendKey)).toBe(hex(other.rx));
      expect(hex(answered.session.receiveKey)).toBe(hex(other.tx));
    }
  });

  test("is refused when any bit of the first message changed, or it was cut", () => {
    const random = new SeededRandom(3);
    const local = newKeyPair(random);
    const options = { prologue: Uint8Array.of(1, 2, 3), local };
    const { message } = start(random, local.publicKey)!;
    expect(openHandshake(options, message)).toBeDefined();
    for (let round = 0; round < 200; round += 1) {
      const changed = Uint8Array.from(message);
      const at = random.between(0, changed.length - 1);
      changed[at] = changed[at]! ^ (1 << random.between(0, 7));
      // The top bit of a public key means nothing (RFC 7748 section 5), but the hash sees it.
      expect(openHandshake(options, changed), `byte ${at}`).toBeUndefined();
    }
    for (let length = 0; length < message.length; length += 1) {
      expect(openHandshake(options, message.subarray(0, length))).toBeUndefined();
    }
  });

  test("is refused by another key and under another prologue", () => {
    const random = new SeededRandom(4);
    const local = newKeyPair(random);
    const { message } = start(random, local.publicKey)!;
    const prologue = Uint8Array.of(1, 2, 3);
    expect(openHandshake({ prologue, local: newKeyPair(random) }, message)).toBeUndefined();
    expect(openHandshake({ prologue: Uint8Array.of(1), local }, message)).toBeUndefined();
  });

  test("survives forged answers and finishes with the right one", () => {
    const random = new SeededRandom(5);
    const local = newKeyPair(random);
    const started = start(random, local.publicKey)!;
    const opened = openHandshake({ prologue: Uint8Array.of(1, 2, 3), local }, started.message)!;
    const answered = opened.answer(newKeyPair(random), random.bytes(20))!;
    for (let length = 0; length < answered.message.length; length += 1) {
      expect(started.finish(answered.message.subarray(0, length))).toBeUndefined();
    }
    for (let at = 0; at < answered.message.length; at += 7) {
      const changed = Uint8Array.from(answered.message);
      changed[at] = changed[at]! ^ 1;
      expect(started.finish(changed)).toBeUndefined();
    }
    expect(started.finish(answered.message)).toBeDefined();
  });

  test("takes no point of low order, wherever it stands", () => {
    const random = new SeededRandom(6);
    const local = newKeyPair(random);
    const { message, finish } = start(random, local.publicKey)!;
    for (const point of lowOrderPoints) {
      expect(start(random, point)).toBeUndefined();
      const forged = Uint8Array.from(message);
      forged.set(point);
      const options = { prologue: Uint8Array.of(1, 2, 3), local };
      expect(openHandshake(options, forged)).toBeUndefined();
      expect(finish(Buffer.concat([point, new Uint8Array(16)]))).toBeUndefined();
    }
  });
});

describe("key pairs", () => {
  test.each([
    [
      "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
      "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
    ],
    [
      "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
      "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
    ],
  ])("are those of RFC 7748 section 6.1: %s", (secret, publicKey) => {
    const pair = keyPairOf(unhex(secret));
    expect(hex(pair.publicKey)).toBe(publicKey);
    expect(hex(toKeyPair(pair.privateKey).publicKey)).toBe(publicKey);
  });

  test("come by the thousand, though Node 20 can stop for ever in the export of a key that it generated", () => {
    const secret = new SeededRandom(7).bytes(32);
    const expected = keyPairOf(secret).publicKey;
    for (let round = 0; round < 2000; round += 1) {
      // The pressure on the allocator without which the trap does not close.
      createHmac("sha256", secret).update(secret).digest();
      expect(Buffer.compare(keyPairOf(secret).publicKey, expected)).toBe(0);
    }
  });
});
