import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../src/base/bytes.ts";
import {
  cookieBytesMax,
  datagramBytesMin,
  refuseTextBytesMax,
  resetTriggerBytesMin,
} from "../../src/transport/limits.ts";
import {
  decodeLongHeader,
  decodeLongPacket,
  decodeShortHeader,
  encodeLongPacket,
  expandPacketNumber,
  handshakePrologue,
  type LongPacket,
  packetForm,
  readKeyPhase,
  writeKeyPhase,
  writeShortHeader,
} from "../../src/transport/packet.ts";
import { SeededRandom } from "../support/random.ts";

const cookie = Uint8Array.from({ length: 22 }, (_, index) => index);
const ids = { destination: 0x0102_0304_0506, source: 0xf1f2_f3f4_f5f6 };
const toServer = { ...ids, destination: 0 };
const message = Uint8Array.from({ length: 130 }, (_, index) => index);
const key = new Uint8Array(32).fill(7);
const token = new Uint8Array(16).fill(9);
const packets: readonly LongPacket[] = [
  { ...toServer, type: "query" },
  { ...ids, type: "answer", serverKey: key, cookie },
  { ...toServer, type: "init", cookie: new Uint8Array(0), message },
  { ...toServer, type: "init", cookie, message },
  { ...ids, type: "accept", message },
  { ...ids, type: "version", versions: [1, 2, 0xffff_ffff] },
  { ...ids, type: "refuse", code: 0x10010, text: "full ✓" },
  { ...ids, type: "reset", token },
];

describe("long packets", () => {
  test.each(packets)("survive encoding and decoding: $type", (packet) => {
    expect(decodeLongPacket(encodeLongPacket(packet))).toEqual(packet);
  });

  test("QUERY and INIT are padded to exactly 1200 bytes, and no answer is longer than 200", () => {
    const text = "x".repeat(refuseTextBytesMax);
    const answers = [...packets, { ...ids, type: "refuse", code: 1, text } as const];
    for (const packet of answers) {
      const { length } = encodeLongPacket(packet);
      if (packet.type === "query" || packet.type === "init") expect(length).toBe(datagramBytesMin);
      else expect(length).toBeLessThanOrEqual(200);
    }
  });

  test("a RESET is shorter than what provokes it", () => {
    const { length } = encodeLongPacket({ ...ids, type: "reset", token });
    expect(length).toBe(33);
    expect(length).toBeLessThan(resetTriggerBytesMin);
  });

  test.each(["query", "init"])("%s of any other length is not one", (type) => {
    const bytes = encodeLongPacket(packets.find((packet) => packet.type === type)!);
    expect(decodeLongPacket(bytes.slice(0, 1199))).toBeUndefined();
    const longer = new Uint8Array(1201);
    longer.set(bytes);
    expect(decodeLongPacket(longer)).toBeUndefined();
  });

  test.each(["query", "init"])("%s is for no connection, and from one", (type) => {
    const packet = packets.find((other) => other.type === type)!;
    expect(decodeLongPacket(encodeLongPacket({ ...packet, destination: 1 }))).toBeUndefined();
    expect(decodeLongPacket(encodeLongPacket({ ...packet, source: 0 }))).toBeUndefined();
  });

  test.each(packets)("are undefined when cut anywhere: $type", (packet) => {
    const bytes = encodeLongPacket(packet);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeLongPacket(bytes.slice(0, length))).toBeUndefined();
    }
  });

  test("INIT whose message does not fit is undefined", () => {
    const bytes = encodeLongPacket(packets[3]!);
    const lengthAt = 17 + 1 + cookie.length;
    const room = datagramBytesMin - lengthAt - 2;
    bytes.set([room >> 8, room & 255], lengthAt);
    expect(decodeLongPacket(bytes)).toBeDefined();
    bytes[lengthAt + 1] = (room & 255) + 1;
    expect(decodeLongPacket(bytes)).toBeUndefined();
  });

  test("random bytes never throw", () => {
    const random = new SeededRandom(6);
    for (let round = 0; round < 5000; round += 1) {
      const bytes = random.bytes(random.between(5, 120));
      bytes[0] = 0xc0 | random.between(0, 7);
      bytes.set([0, 0, 0, random.pick([0, 2])], 1);
      decodeLongPacket(bytes);
    }
  });

  test("take a cookie at the limit and not one byte more", () => {
    const longest = {
      ...ids,
      type: "answer",
      serverKey: key,
      cookie: new Uint8Array(cookieBytesMax),
    } as const;
    expect(decodeLongPacket(encodeLongPacket(longest))).toEqual(longest);
    const tooLong = { ...longest, cookie: new Uint8Array(cookieBytesMax + 1) };
    expect(decodeLongPacket(encodeLongPacket(tooLong))).toBeUndefined();
  });

  test("of other versions still show their header", () => {
    const bytes = encodeLongPacket(packets[0]!);
    bytes[4] = 9;
    expect(decodeLongHeader(bytes)).toEqual({ type: 6, version: 9, ...toServer });
    expect(decodeLongPacket(bytes)).toBeUndefined();
  });

  test("are mixed into the handshake with version and ids", () => {
    const prologue = Buffer.from(handshakePrologue(ids.source));
    const init = encodeLongPacket(packets[3]!);
    expect(prologue.toString("latin1", 0, 17)).toBe("earshot transport");
    expect(Buffer.compare(prologue.subarray(17), init.subarray(0, 17))).toBe(0);
  });

  test("carry no control characters from REFUSE to a terminal", () => {
    const hostile = { ...ids, type: "refuse", code: 1, text: "a\u001b[2Jb\nc" } as const;
    expect(decodeLongPacket(encodeLongPacket(hostile))).toMatchObject({ text: "a[2Jb c" });
  });
});

describe("short packets", () => {
  test("name the connection and the low half of the number", () => {
    const writer = new ByteWriter(new Uint8Array(11));
    writeShortHeader(writer, 0xa1a2_a3a4_a5a6, 5 * 2 ** 32 + 7);
    expect(decodeShortHeader(writer.written)).toEqual({
      destination: 0xa1a2_a3a4_a5a6,
      numberLow: 7,
    });
  });

  test("tell their key phase, of which there are four", () => {
    const writer = new ByteWriter(new Uint8Array(11));
    writeShortHeader(writer, 1, 1);
    for (let phase = 0; phase < 9; phase += 1) {
      writeKeyPhase(writer.written, phase);
      expect(readKeyPhase(writer.written)).toBe(phase % 4);
      expect(decodeShortHeader(writer.written)).toEqual({ destination: 1, numberLow: 1 });
    }
  });

  test("with reserved bits are not of this version", () => {
    const writer = new ByteWriter(new Uint8Array(11));
    writeShortHeader(writer, 1, 1);
    for (const bits of [0x01, 0x02, 0x04, 0x08]) {
      const bytes = writer.written.slice();
      bytes[0] = 0x40 | bits;
      expect(decodeShortHeader(bytes)).toBeUndefined();
    }
  });

  test("without the fixed bit, and empty datagrams, are not transport", () => {
    expect(packetForm(new Uint8Array(0))).toBe("other");
    expect(packetForm(Uint8Array.of(0x00))).toBe("other");
    expect(packetForm(Uint8Array.of(0x80))).toBe("other");
    expect(packetForm(Uint8Array.of(0x40))).toBe("short");
    expect(packetForm(Uint8Array.of(0xc0))).toBe("long");
  });
});

describe("expandPacketNumber", () => {
  test("gives the example of RFC 9000 appendix A.3", () => {
    expect(expandPacketNumber(0xa82f30ea + 1, 0x9b32, 16)).toBe(0xa82f9b32);
  });

  test.each([
    [0, 0, 0],
    [0, 5, 5],
    [2 ** 32 - 1, 0, 2 ** 32],
    [2 ** 32, 0xffff_ffff, 2 ** 32 - 1],
    [2 ** 32 + 5, 4, 2 ** 32 + 4],
    [7 * 2 ** 32 + 2 ** 31 - 1, 0, 7 * 2 ** 32],
    [7 * 2 ** 32 + 2 ** 31, 0, 8 * 2 ** 32],
    [2 ** 53 - 10, 0xffff_ffff, 2 ** 53 - 1],
  ])("expects %d, reads %d, finds %d", (expected, low, number) => {
    expect(expandPacketNumber(expected, low)).toBe(number);
  });

  test("undoes the cut for every number near the expected one", () => {
    const random = new SeededRandom(7);
    for (let round = 0; round < 2000; round += 1) {
      const expected = Math.floor(random.unit() * 2 ** 52);
      const number = Math.max(0, expected + random.between(-(2 ** 30), 2 ** 30));
      expect(expandPacketNumber(expected, number % 2 ** 32)).toBe(number);
    }
  });
});
