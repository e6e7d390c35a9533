import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../src/base/bytes.ts";
import { type AeadMaker, nodeAead, tagBytes } from "../../src/transport/aead.ts";
import { transportCodes } from "../../src/transport/close-codes.ts";
import { keyUpdateMs, keyUpdatePackets, openFailuresMax } from "../../src/transport/limits.ts";
import type { NoiseSession } from "../../src/transport/noise.ts";
import {
  keyPhases,
  readKeyPhase,
  shortHeaderBytes,
  writeShortHeader,
} from "../../src/transport/packet.ts";
import { PacketKeys } from "../../src/transport/packet-keys.ts";
import { SeededRandom } from "../support/random.ts";

const probeTimeoutMs = 50;

/** Costs nothing; a packet whose first byte of text is 1 is forged. */
const cheapAead: AeadMaker = () => ({
  seal: () => undefined,
  open: (_number, _header, sealed) => (sealed[0] === 1 ? undefined : sealed),
});

function makeEnds(makeAead: AeadMaker = nodeAead): { a: End; b: End } {
  const random = new SeededRandom(1);
  const [first, second] = [random.bytes(32), random.bytes(32)];
  const handshakeHash = random.bytes(32);
  return {
    a: new End({ sendKey: first, receiveKey: second, handshakeHash }, makeAead),
    b: new End({ sendKey: second, receiveKey: first, handshakeHash }, makeAead),
  };
}

/** One end, which numbers its packets and acknowledges every packet at once. */
class End {
  readonly keys: PacketKeys;
  readonly session: NoiseSession;
  next = 0;

  constructor(session: NoiseSession, make: AeadMaker) {
    this.session = session;
    this.keys = new PacketKeys(0, {
      session,
      probeTimeoutMs: () => probeTimeoutMs,
      makeAead: make,
    });
  }

  seal(now: number, text = 5): Uint8Array {
    const packet = new Uint8Array(shortHeaderBytes + 1 + tagBytes);
    writeShortHeader(new ByteWriter(packet), 9, this.next);
    packet[shortHeaderBytes] = text;
    this.keys.seal(now, packet, this.next);
    this.next += 1;
    return packet;
  }

  open(now: number, packet: Uint8Array, number: number): boolean {
    return this.keys.open(now, packet, number) !== undefined;
  }
}

/** A packet there and its acknowledgement back. */
function exchange(now: number, from: End, to: End): void {
  const number = from.next;
  expect(to.open(now, from.seal(now), number)).toBe(true);
  const back = to.next;
  const ack = to.seal(now);
  to.keys.onAckSealed();
  expect(from.open(now, ack, back)).toBe(true);
  from.keys.onAcked(number);
}

describe("the keys of a connection", () => {
  test("open what the other end sealed, in both directions", () => {
    const { a, b } = makeEnds();
    exchange(0, a, b);
    exchange(0, b, a);
  });

  test("refuse to seal a number twice, or a lower one", () => {
    const { a } = makeEnds();
    a.seal(0);
    a.next = 0;
    expect(() => a.seal(0)).toThrow("never sealed twice");
  });

  test("change after half an hour on both sides, and each side's packets go on", () => {
    const { a, b } = makeEnds();
    exchange(0, a, b);
    expect(readKeyPhase(a.seal(keyUpdateMs - 1))).toBe(0);
    exchange(keyUpdateMs, a, b);
    expect([a.keys.phase, b.keys.phase]).toEqual([1, 1]);
    exchange(keyUpdateMs + 1, b, a);
    expect([a.keys.phase, b.keys.phase]).toEqual([1, 1]);
  });

  test("change after 2^20 packets and not one earlier", () => {
    const { a, b } = makeEnds(cheapAead);
    exchange(0, a, b);
    const packet = a.seal(0);
    for (let number = 2; number < keyUpdatePackets; number += 1) a.keys.seal(0, packet, number);
    expect(readKeyPhase(packet)).toBe(0);
    a.keys.seal(0, packet, keyUpdatePackets);
    expect(readKeyPhase(packet)).toBe(1);
  });

  test("do not change while no packet of the phase was acknowledged", () => {
    const { a } = makeEnds();
    a.seal(0);
    expect(readKeyPhase(a.seal(2 * keyUpdateMs))).toBe(0);
    a.keys.onAcked(0);
    expect(readKeyPhase(a.seal(2 * keyUpdateMs))).toBe(1);
    // What is acknowledged now is of the phase before.
    a.keys.onAcked(1);
    expect(readKeyPhase(a.seal(4 * keyUpdateMs))).toBe(1);
    a.keys.onAcked(2);
    expect(readKeyPhase(a.seal(4 * keyUpdateMs))).toBe(2);
  });

  test("go through all four phases and round again", () => {
    const { a, b } = makeEnds();
    exchange(0, a, b);
    for (let round = 1; round <= 2 * keyPhases; round += 1) {
      const [from, to] = round % 2 === 0 ? [a, b] : [b, a];
      exchange(round * keyUpdateMs, from, to);
      exchange(round * keyUpdateMs + 1, to, from);
      expect([a.keys.phase, b.keys.phase]).toEqual([round, round]);
    }
  });

  test("of the phase before open what was overtaken, for three probe timeouts", () => {
    const { a, b } = makeEnds();
    exchange(0, a, b);
    const late = [a.next, a.seal(1)] as const;
    const later = [a.next, a.seal(1)] as const;
    exchange(keyUpdateMs, a, b);
    const last = keyUpdateMs + 3 * probeTimeoutMs;
    expect(b.open(last, late[1], late[0])).toBe(true);
    expect(b.open(last + 1, later[1], later[0])).toBe(false);
  });

  test("of the phase before stay while the other end has not changed", () => {
    const { a, b } = makeEnds();
    exchange(0, a, b);
    a.seal(keyUpdateMs);
    expect(a.keys.phase).toBe(1);
    const number = b.next;
    expect(a.open(keyUpdateMs + 10_000, b.seal(1), number)).toBe(true);
  });

  test("of the phase before open no number that belongs to this one", () => {
    const { a, b } = makeEnds(cheapAead);
    exchange(0, a, b);
    const old = a.seal(1);
    exchange(keyUpdateMs, a, b);
    const first = a.next - 1;
    expect(b.open(keyUpdateMs, old, first - 1)).toBe(true);
    expect(b.open(keyUpdateMs, old, first)).toBe(false);
  });

  test("do not change by a forged change of phase", () => {
    const { a, b } = makeEnds();
    exchange(0, a, b);
    for (let phase = 1; phase < keyPhases; phase += 1) {
      const number = a.next;
      const forged = a.seal(0);
      forged[0] = 0x40 | (phase << 4);
      expect(b.open(0, forged, number)).toBe(false);
    }
    expect(b.keys.phase).toBe(0);
    expect(b.keys.failure).toBeUndefined();
    exchange(1, a, b);
  });

  test("changed twice without an acknowledgement between end the connection", () => {
    const { a, b } = makeEnds();
    exchange(0, a, b);
    a.seal(keyUpdateMs);
    const flipped = a.next;
    expect(b.open(keyUpdateMs, a.seal(keyUpdateMs), flipped)).toBe(true);
    // It claims to have an acknowledgement that was never given.
    a.keys.onAcked(flipped);
    const again = a.next;
    b.open(2 * keyUpdateMs, a.seal(2 * keyUpdateMs), again);
    expect(b.keys.failure).toMatchObject({ code: transportCodes.keyUpdateError });
  });

  test("end the connection when as many packets were forged as the cipher allows", () => {
    expect(openFailuresMax).toBe(2 ** 36);
    const { session } = makeEnds(cheapAead).a;
    const keys = new PacketKeys(0, {
      session,
      probeTimeoutMs: () => probeTimeoutMs,
      makeAead: cheapAead,
      failuresMax: 100,
    });
    const forged = new Uint8Array(shortHeaderBytes + 1 + tagBytes);
    forged[0] = 0x40;
    forged[shortHeaderBytes] = 1;
    for (let count = 1; count < 100; count += 1) keys.open(0, forged, 7);
    expect(keys.failure).toBeUndefined();
    keys.open(0, forged, 7);
    expect(keys.failure).toMatchObject({ code: transportCodes.aeadLimitReached });
  });
});
