import { expect, test } from "vitest";
import {
  ChunkFrames,
  chunkHeader,
  chunkHeaderBytes,
} from "../../../src/room/files/chunk-frames.ts";
import { SeededRandom } from "../../support/random.ts";

const offer = "V1StGXR8_Z5jdHi6B-myT";
const sizes = [5, 1, 300, 26];
const allocate = (bytes: number) => new Uint8Array(bytes);
const bytesOf = (of: string, chunk: number) => (of === offer ? sizes[chunk] : undefined);

test("chunks come out of a stream whole, however it is cut", () => {
  const random = new SeededRandom(1);
  const chunks = sizes.map((bytes) => random.bytes(bytes));
  const stream = Buffer.concat(
    chunks.flatMap((bytes, chunk) => [chunkHeader(offer, chunk), bytes]),
  );
  for (let pieceBytes = 1; pieceBytes <= stream.length; pieceBytes += 1) {
    const frames = new ChunkFrames(bytesOf, allocate);
    const arrived = [];
    for (let from = 0; from < stream.length; from += pieceBytes) {
      arrived.push(...(frames.push(stream.subarray(from, from + pieceBytes)) ?? []));
    }
    expect(arrived).toEqual(chunks.map((bytes, chunk) => ({ offer, chunk, bytes })));
  }
});

test("F5: a chunk that is not expected ends it, before any of its bytes are kept", () => {
  for (const header of [chunkHeader(offer, 9), chunkHeader("x".repeat(21), 0)]) {
    expect(new ChunkFrames(bytesOf, allocate).push(header)).toBeUndefined();
  }
  const notText = new Uint8Array(chunkHeaderBytes).fill(0xff);
  expect(new ChunkFrames(bytesOf, allocate).push(notText)).toBeUndefined();
});

test("tells whose chunk is coming", () => {
  const frames = new ChunkFrames(bytesOf, allocate);
  expect(frames.offer).toBeUndefined();
  frames.push(chunkHeader(offer, 0));
  expect(frames.offer).toBe(offer);
  frames.push(new Uint8Array(5));
  expect(frames.offer).toBeUndefined();
});
