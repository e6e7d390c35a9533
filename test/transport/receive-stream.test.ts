import { describe, expect, test } from "vitest";
import { ByteWriter, varintBytes } from "../../src/base/bytes.ts";
import {
  messageBytesFree,
  messageBytesMax,
  pageBytes,
  pieceCountMax,
  streamWindowBytes,
} from "../../src/transport/limits.ts";
import { MessageAssembler } from "../../src/transport/message-assembler.ts";
import type { Range } from "../../src/transport/ranges.ts";
import { ReceiveBudget } from "../../src/transport/receive-budget.ts";
import { ReceiveStream } from "../../src/transport/receive-stream.ts";
import { ReceiveWindow } from "../../src/transport/receive-window.ts";
import { SeededRandom } from "../support/random.ts";

function makeStream(budget: ReceiveBudget = new ReceiveBudget(messageBytesMax)) {
  const messages: Uint8Array[] = [];
  let unblockedCount = 0;
  const assembler = new MessageAssembler({
    budget,
    onMessage: (message) => messages.push(message),
    onUnblocked: () => {
      unblockedCount += 1;
    },
  });
  const window = new ReceiveWindow(budget, { first: streamWindowBytes, max: streamWindowBytes });
  const stream = new ReceiveStream(assembler, window, budget);
  return { stream, assembler, messages, unblockedCount: () => unblockedCount };
}

function frame(...messages: readonly Uint8Array[]): Uint8Array {
  const bytes = messages.reduce((sum, { length }) => sum + varintBytes(length) + length, 0);
  const writer = new ByteWriter(new Uint8Array(bytes));
  for (const message of messages) {
    writer.varint(message.length);
    writer.bytes(message);
  }
  return writer.written;
}

/** The bytes in pieces, some of which overlap. */
function cut(bytes: Uint8Array, random: SeededRandom): Range[] {
  const pieces: Range[] = [];
  let start = 0;
  while (start < bytes.length) {
    const end = Math.min(bytes.length, start + random.between(1, 1100));
    pieces.push({ start, end });
    if (random.chance(0.3)) pieces.push({ start: Math.max(0, start - 50), end });
    start = end;
  }
  return pieces;
}

function prefix(length: number): Uint8Array {
  const writer = new ByteWriter(new Uint8Array(varintBytes(length)));
  writer.varint(length);
  return writer.written;
}

describe("ReceiveStream", () => {
  test("gives each message once and in order, however its bytes come", () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const random = new SeededRandom(seed);
      const sizes = Array.from({ length: 40 }, () => random.pick([0, 1, 63, 64, 500, 3000]));
      const sent = sizes.map((size) => random.bytes(size));
      const bytes = frame(...sent);
      const { stream, messages } = makeStream();
      const pieces = cut(bytes, random);
      // Shuffled within a window, as jitter does it; what is refused comes again.
      while (0 < pieces.length) {
        const at = random.between(0, Math.min(pieces.length - 1, 20));
        const piece = pieces.splice(at, 1)[0]!;
        const outcome = stream.receive(piece.start, bytes.subarray(piece.start, piece.end));
        if (outcome === "refused") pieces.push(piece);
        else expect(outcome).toBe("taken");
      }
      expect(messages.length, `seed ${seed}`).toBe(sent.length);
      for (const [index, message] of messages.entries()) {
        expect(Buffer.compare(message, sent[index]!), `seed ${seed}`).toBe(0);
      }
      expect(stream.heldBytes).toBe(0);
    }
  });

  test("messages do not share memory with the datagrams", () => {
    const { stream, messages } = makeStream();
    const bytes = frame(Uint8Array.of(1, 2, 3));
    stream.receive(0, bytes);
    bytes.fill(0);
    expect(messages[0]).toEqual(Uint8Array.of(1, 2, 3));
    expect(messages[0]!.buffer.byteLength).toBe(3);
  });

  test("takes bytes up to its credit and calls one more a violation", () => {
    const { stream } = makeStream();
    expect(stream.receive(streamWindowBytes - 1, Uint8Array.of(1))).toBe("taken");
    expect(stream.receive(streamWindowBytes, Uint8Array.of(1))).toBe("over-limit");
  });

  test("keeps 64 pieces out of order, and not a 65th unless it touches one", () => {
    const { stream, messages } = makeStream();
    const one = Uint8Array.of(0);
    for (let piece = 1; piece <= pieceCountMax; piece += 1) {
      expect(stream.receive(100 * piece, one)).toBe("taken");
    }
    expect(stream.receive(100 * (pieceCountMax + 1), one)).toBe("refused");
    expect(stream.receive(100 * pieceCountMax + 1, one)).toBe("taken");
    expect(stream.receive(0, one)).toBe("taken");
    expect(messages).toHaveLength(1);
  });

  test("holds no more memory than its window and one page, however it is bombed", () => {
    const { stream } = makeStream();
    const random = new SeededRandom(3);
    for (let round = 0; round < 20_000; round += 1) {
      const offset = random.between(1, streamWindowBytes - 1);
      stream.receive(offset, Uint8Array.of(255));
      expect(stream.heldBytes).toBeLessThanOrEqual(streamWindowBytes + pageBytes);
    }
  });

  test("gives new credit when a quarter of the window was consumed", () => {
    const { stream } = makeStream();
    const bytes = frame(new Uint8Array(streamWindowBytes / 4 - 4));
    stream.receive(0, bytes.subarray(0, bytes.length - 1));
    expect(bytes.length).toBe(streamWindowBytes / 4);
    expect(stream.isCreditDue).toBe(false);
    stream.receive(bytes.length - 1, bytes.subarray(-1));
    expect(stream.isCreditDue).toBe(true);
    expect(stream.giveCredit()).toBe(bytes.length + streamWindowBytes);
    expect(stream.isCreditDue).toBe(false);
  });
});

describe("MessageAssembler", () => {
  test("takes a message of the longest kind and refuses one byte more by its prefix alone", () => {
    expect(makeStream().assembler.push(prefix(messageBytesMax))).toBe(4);
    expect(makeStream().assembler.push(prefix(messageBytesMax + 1))).toBeUndefined();
    expect(makeStream().stream.receive(0, prefix(messageBytesMax + 1))).toBe("too-long");
    const beyondNumbers = Uint8Array.of(0xff, 255, 255, 255, 255, 255, 255, 255);
    expect(makeStream().assembler.push(beyondNumbers)).toBeUndefined();
  });

  test("keeps messages as they came when the bytes they were cut from are used again", () => {
    const { assembler, messages } = makeStream();
    // A Buffer, as the socket gives it: its `slice` would not copy.
    const bytes = Buffer.from(frame(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)));
    expect(assembler.push(bytes)).toBe(bytes.length);
    bytes.fill(9);
    expect(messages).toEqual([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)]);
  });

  test("reserves memory for messages above 64 KiB only, and gives it back", () => {
    const budget = new ReceiveBudget(messageBytesMax);
    const { assembler, messages } = makeStream(budget);
    assembler.push(prefix(messageBytesFree));
    expect(budget.freeBytes).toBe(messageBytesMax);
    assembler.push(new Uint8Array(messageBytesFree));
    assembler.push(prefix(messageBytesFree + 1));
    expect(budget.freeBytes).toBe(messageBytesMax - messageBytesFree - 1);
    assembler.push(new Uint8Array(messageBytesFree + 1));
    expect(budget.freeBytes).toBe(messageBytesMax);
    expect(messages.map(({ length }) => length)).toEqual([messageBytesFree, messageBytesFree + 1]);
  });

  test("takes nothing while it waits for memory, and goes on when it comes", () => {
    const budget = new ReceiveBudget(100_000);
    const first = makeStream(budget);
    const second = makeStream(budget);
    first.assembler.push(prefix(80_000));
    const bytes = frame(new Uint8Array(70_000));
    expect(second.stream.receive(0, bytes)).toBe("taken");
    expect(second.assembler.isBlocked).toBe(true);
    expect(second.messages).toHaveLength(0);
    expect(second.stream.isCreditDue).toBe(false);
    // It must not hold back the channel that has the memory.
    expect(second.stream.released).toBe(bytes.length);
    first.assembler.push(new Uint8Array(80_000));
    expect(second.unblockedCount()).toBe(1);
    expect(second.stream.resume()).toBe("taken");
    expect(second.messages).toHaveLength(1);
    expect(budget.freeBytes).toBe(100_000);
  });

  test("gives its memory back when the connection ends, waiting or not", () => {
    const budget = new ReceiveBudget(100_000);
    const first = makeStream(budget);
    const second = makeStream(budget);
    first.assembler.push(prefix(80_000));
    second.assembler.push(prefix(80_000));
    second.assembler.stop();
    first.assembler.stop();
    expect(budget.freeBytes).toBe(100_000);
    expect(second.unblockedCount()).toBe(0);
    expect(first.assembler.push(Uint8Array.of(1))).toBe(0);
  });

  test("grows with what arrives and not with what is declared", () => {
    const { assembler } = makeStream();
    const before = process.memoryUsage().arrayBuffers;
    assembler.push(prefix(messageBytesMax));
    assembler.push(new Uint8Array(1000));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });
});
