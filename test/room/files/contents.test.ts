import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { chunkBytesFor } from "../../../src/room/files/chunk-layout.ts";
import {
  contentsId,
  decodeContents,
  type Entry,
  hashOf,
  makeContents,
} from "../../../src/room/files/contents.ts";
import {
  chunkBytesMax,
  chunkBytesMin,
  chunkCountAim,
  hashBytes,
  partBytesMax,
  pathPartsMax,
} from "../../../src/room/files/limits.ts";
import { SeededRandom } from "../../support/random.ts";

describe("contents", () => {
  test("come out as they went in", () => {
    const entries: readonly Entry[] = [
      { kind: "directory", parts: ["фото"], modifiedAt: 1_700_000_000_000 },
      file(["фото", "夏.jpg"], 2 * chunkBytesMin + 1),
      file(["empty"], 0),
      { ...file(["run.sh"], 5, 3), isExecutable: true },
    ];
    const contents = makeContents(entries, hashes(4));
    expect(decodeContents(contents.encoded)?.entries).toEqual(entries);
    expect(contents.files.map((entry) => entry.parts.join("/"))).toEqual([
      "фото/夏.jpg",
      "empty",
      "run.sh",
    ]);
    expect(contents.bytes).toBe(2 * chunkBytesMin + 6);
    expect(Buffer.from(hashOf(contents, 3))).toEqual(Buffer.alloc(hashBytes, 3));
    expect(contents.id).toEqual(contentsId(contents.encoded));
  });

  test("have another id when a single byte is different", () => {
    const { encoded, id } = makeContents([file(["a"], 1)], hashes(1));
    const changed = Uint8Array.from(encoded);
    changed[changed.length - 1] = 9;
    expect(contentsId(changed)).not.toEqual(id);
  });

  test.each([
    ["up", ["..", "x"]],
    ["the same directory", ["."]],
    ["no name", [""]],
    ["a separator", ["a/b"]],
    ["a NUL", ["a\0"]],
    ["no parts", []],
    ["one part too many", Array.from({ length: pathPartsMax + 1 }, () => "a")],
    ["a part one byte too long", ["x".repeat(partBytesMax + 1)]],
  ])("F1: are refused for a path with %s", (_what, parts) => {
    expect(decodeContents(unchecked([file(parts, 0)]))).toBeUndefined();
  });

  test("take a path at the limits", () => {
    const parts = Array.from({ length: pathPartsMax }, () => "x".repeat(partBytesMax));
    expect(decodeContents(unchecked([file(parts, 0)]))).toBeDefined();
  });

  test("F1: are refused for two entries of one path and for a file that is a directory", () => {
    expect(decodeContents(unchecked([file(["a"], 0), file(["a"], 0)]))).toBeUndefined();
    expect(decodeContents(unchecked([file(["a"], 0), file(["a", "b"], 0)]))).toBeUndefined();
    expect(decodeContents(unchecked([file(["a", "b"], 0), file(["a"], 0)]))).toBeUndefined();
  });

  test("F4: are refused with a hash more or less than their sizes need", () => {
    const { encoded } = makeContents([file(["a"], chunkBytesMin + 1)], hashes(2));
    expect(decodeContents(encoded.subarray(0, -hashBytes))).toBeUndefined();
    expect(decodeContents(encoded.subarray(0, -1))).toBeUndefined();
    expect(decodeContents(Buffer.concat([encoded, hashes(1)]))).toBeUndefined();
  });

  test("F4: are refused when the hash of a file is not that of its only chunk, or of nothing", () => {
    const { encoded } = makeContents([file(["a"], 1)], hashes(1));
    expect(decodeContents(encoded)).toBeDefined();
    const changed = Uint8Array.from(encoded);
    changed[changed.length - 1] = 9;
    expect(decodeContents(changed)).toBeUndefined();
    const empty = unchecked([file(["a"], 0)]);
    empty[empty.length - 1] = (empty.at(-1) ?? 0) ^ 1;
    expect(decodeContents(empty)).toBeUndefined();
  });

  test("are refused wherever they are cut off, and never throw at other bytes", () => {
    const entries: readonly Entry[] = [
      file(["a", "b"], 3),
      { kind: "directory", parts: ["c"], modifiedAt: 0 },
    ];
    const { encoded } = makeContents(entries, hashes(1));
    for (let length = 0; length < encoded.length; length += 1) {
      expect(decodeContents(encoded.subarray(0, length))).toBeUndefined();
    }
    const random = new SeededRandom(7);
    for (let round = 0; round < 2_000; round += 1) {
      const changed = Uint8Array.from(encoded);
      changed[random.between(0, changed.length - 1)] = random.between(0, 255);
      decodeContents(changed);
      decodeContents(random.bytes(40));
    }
  });
});

describe("the size of chunks", () => {
  test("doubles where more than 65,536 of them would be needed, up to 4 MiB", () => {
    expect(chunkBytesFor(0)).toBe(chunkBytesMin);
    expect(chunkBytesFor(chunkBytesMin * chunkCountAim)).toBe(chunkBytesMin);
    expect(chunkBytesFor(chunkBytesMin * chunkCountAim + 1)).toBe(2 * chunkBytesMin);
    expect(chunkBytesFor(2 ** 42)).toBe(chunkBytesMax);
  });
});

describe("the layout of chunks", () => {
  test("numbers them through all files, of which empty ones have none", () => {
    const sizes = [0, chunkBytesMin, 0, 0, chunkBytesMin + 1, 0];
    const entries = sizes.map((bytes, index) => file([`${index}`], bytes));
    const { layout } = makeContents(entries, hashes(3));
    expect(layout.chunkCount).toBe(3);
    expect(layout.place(0)).toEqual({ file: 1, offset: 0, bytes: chunkBytesMin });
    expect(layout.place(1)).toEqual({ file: 4, offset: 0, bytes: chunkBytesMin });
    expect(layout.place(2)).toEqual({ file: 4, offset: chunkBytesMin, bytes: 1 });
    expect(sizes.map((_bytes, index) => layout.chunksOf(index))).toEqual([
      { start: 0, end: 0 },
      { start: 0, end: 1 },
      { start: 1, end: 1 },
      { start: 1, end: 1 },
      { start: 1, end: 3 },
      { start: 3, end: 3 },
    ]);
  });
});

/** A file whose first chunk, if it is its only one, has this number. */
function file(
  parts: readonly string[],
  bytes: number,
  chunk = 0,
): Extract<Entry, { kind: "file" }> {
  const empty = createHash("sha256").digest();
  const sha256 = new Uint8Array(bytes === 0 ? empty : new Uint8Array(hashBytes).fill(chunk));
  return { kind: "file", parts, modifiedAt: 1_600_000_000_123, isExecutable: false, bytes, sha256 };
}

/** A hash for each chunk: its number, 32 times. */
function hashes(count: number): Uint8Array {
  return Uint8Array.from({ length: count * hashBytes }, (_, index) =>
    Math.floor(index / hashBytes),
  );
}

/** The encoding of empty files, whatever their paths are. */
function unchecked(entries: readonly Extract<Entry, { kind: "file" }>[]): Uint8Array {
  const encoded = entries.map(({ parts, sha256 }) => [
    Buffer.from([1]),
    varint(parts.length),
    ...parts.flatMap((part) => [varint(Buffer.byteLength(part)), Buffer.from(part)]),
    varint(0),
    varint(0),
    sha256,
  ]);
  return Buffer.concat([varint(entries.length), ...encoded.flat()]);
}

/** In two bytes, which is enough here. */
function varint(value: number): Uint8Array {
  return Buffer.from([0x40 | (value >> 8), value & 0xff]);
}
