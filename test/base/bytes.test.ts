import { describe, expect, test } from "vitest";
import {
  ByteReader,
  ByteWriter,
  decodeUtf8,
  encodeUtf8,
  varintBytes,
  varintMax,
} from "../../src/base/bytes.ts";

function written(size: number, write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter(new Uint8Array(size));
  write(writer);
  return writer.written;
}

describe("ByteWriter and ByteReader", () => {
  test("fields come back as they were written, big-endian", () => {
    const bytes = written(64, (writer) => {
      writer.u8(0xab);
      writer.u16(0x1234);
      writer.u32(0xdeadbeef);
      writer.u48(0x123456789abc);
      writer.bytes(Uint8Array.of(7, 8, 9));
      writer.zeros(2);
    });
    expect(Buffer.from(bytes).toString("hex")).toBe("ab1234deadbeef123456789abc0708090000");
    const reader = new ByteReader(bytes);
    expect(reader.u8()).toBe(0xab);
    expect(reader.u16()).toBe(0x1234);
    expect(reader.u32()).toBe(0xdeadbeef);
    expect(reader.u48()).toBe(0x123456789abc);
    expect(reader.bytes(3)).toEqual(Uint8Array.of(7, 8, 9));
    expect(reader.remaining).toBe(2);
  });

  test("a copy has memory of its own, also of a Buffer, whose slice has not", () => {
    const source = Buffer.of(1, 2, 3);
    const reader = new ByteReader(source);
    const copy = reader.copy(2);
    const shared = reader.bytes(1);
    source.fill(9);
    expect(copy).toEqual(Uint8Array.of(1, 2));
    expect(shared).toEqual(Buffer.of(9));
    expect(reader.copy(1)).toBeUndefined();
  });

  test("the variable-length integers of RFC 9000 appendix A.1 read and write", () => {
    const examples: readonly [string, number][] = [
      ["9d7f3e7d", 494_878_333],
      ["7bbd", 15_293],
      ["25", 37],
    ];
    for (const [hex, value] of examples) {
      expect(new ByteReader(Buffer.from(hex, "hex")).varint()).toBe(value);
      expect(Buffer.from(written(8, (writer) => writer.varint(value))).toString("hex")).toBe(hex);
    }
  });

  test("a variable-length integer takes the shortest form at each edge", () => {
    const edges = [0, 63, 64, 16_383, 16_384, 2 ** 30 - 1, 2 ** 30, 2 ** 32, varintMax];
    expect(edges.map(varintBytes)).toEqual([1, 1, 2, 2, 4, 4, 8, 8, 8]);
    for (const value of edges) {
      const bytes = written(8, (writer) => writer.varint(value));
      expect(bytes.length).toBe(varintBytes(value));
      expect(new ByteReader(bytes).varint()).toBe(value);
    }
  });

  test("a variable-length integer above 2^53 - 1 is not a number here", () => {
    expect(new ByteReader(Buffer.from("c020000000000000", "hex")).varint()).toBeUndefined();
    expect(new ByteReader(Buffer.from("c01fffffffffffff", "hex")).varint()).toBe(varintMax);
  });

  test("every read past the end is undefined and stays at the end", () => {
    const reads: readonly ((reader: ByteReader) => unknown)[] = [
      (reader) => reader.u8(),
      (reader) => reader.u16(),
      (reader) => reader.u32(),
      (reader) => reader.u48(),
      (reader) => reader.varint(),
      (reader) => reader.bytes(9),
    ];
    const tooShort = [0, 1, 3, 5, 7, 8];
    reads.forEach((read, index) => {
      const reader = new ByteReader(new Uint8Array(tooShort[index]!).fill(0xff));
      expect(read(reader)).toBeUndefined();
      expect(reader.remaining).toBe(0);
    });
    expect(new ByteReader(Uint8Array.of(1)).bytes(Number.NaN)).toBeUndefined();
  });

  test("writing past the end is our own mistake", () => {
    const writer = new ByteWriter(new Uint8Array(1));
    expect(() => writer.u16(1)).toThrow("sized too small");
  });

  test("bytes that are not UTF-8 give undefined", () => {
    expect(decodeUtf8(encodeUtf8("grüß dich 👋"))).toBe("grüß dich 👋");
    expect(decodeUtf8(Uint8Array.of(0xff))).toBeUndefined();
    expect(decodeUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toBeUndefined();
  });
});
