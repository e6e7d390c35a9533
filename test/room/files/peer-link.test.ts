import { describe, expect, test } from "vitest";
import { chunkHeaderBytes } from "../../../src/room/files/chunk-frames.ts";
import { ChunkMemory } from "../../../src/room/files/chunk-memory.ts";
import {
  earlyHellosMax,
  servedAheadBytes,
  servedAheadChunks,
  unsentMessageBytesMax,
} from "../../../src/room/files/limits.ts";
import { PeerLink } from "../../../src/room/files/peer-link.ts";
import { PeerLinks } from "../../../src/room/files/peer-links.ts";
import { encodePeerMessage, type PeerMessage } from "../../../src/room/files/peer-message.ts";
import type { PeerPort } from "../../../src/room/files/peer-port.ts";

const memory = new ChunkMemory();
const path = { type: "relayed" } as const;
const offer = "V1StGXR8_Z5jdHi6B-myT";

describe("a connected peer", () => {
  test("is given chunks as its connection takes them, and few are read ahead", () => {
    const port = new TestPort();
    const link = new PeerLink({ id: 1, port, path, bytesOf: () => undefined, memory });
    port.isFull = true;
    for (let chunk = 0; chunk < servedAheadChunks; chunk += 1) {
      expect(link.isReady).toBe(true);
      link.beginRead(chunk < 2 ? 10 * (chunk + 1) : 1);
    }
    expect(link.isReady).toBe(false);
    link.give(offer, 0, new Uint8Array(10));
    expect(port.written).toEqual([chunkHeaderBytes, 10]);
    expect(link.isReady).toBe(true);
    link.give(offer, 1, new Uint8Array(20));
    expect(port.written).toEqual([chunkHeaderBytes, 10]);
    link.handleDrained();
    expect(port.written).toEqual([chunkHeaderBytes, 10, chunkHeaderBytes, 20]);
  });

  test("has no more than 2 MiB read ahead, and a whole chunk however large it is", () => {
    const link = new PeerLink({ id: 1, port: new TestPort(), path, bytesOf: () => 1, memory });
    link.beginRead(servedAheadBytes - 1);
    expect(link.isReady).toBe(true);
    link.beginRead(1);
    expect(link.isReady).toBe(false);
    link.endRead(1);
    link.beginRead(2 ** 22);
    expect(link.isReady).toBe(false);
  });

  test("gives memory back when it has what was in it", () => {
    const own = new ChunkMemory();
    const port = new TestPort();
    const link = new PeerLink({ id: 1, port, path, bytesOf: () => undefined, memory: own });
    const chunks = [own.take(10), own.take(20), own.take(30)];
    for (const [chunk, bytes] of chunks.entries()) {
      link.beginRead(bytes.length);
      link.give(offer, chunk, bytes);
    }
    port.acknowledgedBytes = 2 * chunkHeaderBytes + 30 - 1;
    link.handleDrained();
    expect(own.take(5).buffer).toBe(chunks[0]?.buffer);
    port.acknowledgedBytes += 1;
    link.handleDrained();
    expect(own.take(5).buffer).toBe(chunks[1]?.buffer);
    expect(own.take(5).buffer).not.toBe(chunks[2]?.buffer);
  });

  test("is left when it does not take what it is told", () => {
    const port = new TestPort();
    const link = new PeerLink({ id: 1, port, path, bytesOf: () => undefined, memory });
    const page: PeerMessage = { type: "page", offer, offset: 0, bytes: new Uint8Array(65_000) };
    const { length } = encodePeerMessage(page);
    port.isFull = true;
    const count = 1 + Math.floor(unsentMessageBytesMax / length);
    for (let message = 0; message < count; message += 1) expect(link.send(page)).toBe(true);
    expect(link.send(page)).toBe(false);
    link.handleWritable();
    expect(link.send(page)).toBe(true);
  });

  test("F7: has one data stream and no other", () => {
    const link = new PeerLink({ id: 1, port: new TestPort(), path, bytesOf: () => 5, memory });
    expect(link.take(8, new Uint8Array(1))).toEqual([]);
    expect(link.take(9, new Uint8Array(1))).toBeUndefined();
  });
});

test("of hellos that came too early the newest 64 are kept, each once", () => {
  const links = new PeerLinks(() => undefined, memory);
  const link = links.add(new TestPort(), path);
  const hello = (number: number): PeerMessage => ({
    type: "hello",
    offer: `${number}`,
    token: new Uint8Array(16),
  });
  for (let number = 0; number <= earlyHellosMax; number += 1) links.keepEarly(link, hello(number));
  expect(links.takeEarly(link, "0")).toBeUndefined();
  expect(links.takeEarly(link, "1")).toEqual(hello(1));
  expect(links.takeEarly(link, "1")).toBeUndefined();
  links.remove(link);
  expect(links.takeEarly(link, "2")).toBeUndefined();
  expect(links.byId(link.id)).toBeUndefined();
});

class TestPort implements PeerPort {
  readonly key: Uint8Array = new Uint8Array(32);
  readonly written: number[] = [];
  isFull = false;
  acknowledgedBytes = 0;

  send(): boolean {
    return !this.isFull;
  }

  openStream(): number {
    return 8;
  }

  write(_stream: number, bytes: Uint8Array): boolean {
    this.written.push(bytes.length);
    return !this.isFull;
  }

  acknowledged(): number {
    return this.acknowledgedBytes;
  }

  consume(): void {}

  close(): void {}
}
