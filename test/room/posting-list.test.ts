import { describe, expect, test } from "vitest";
import {
  decodePositions,
  encodePositions,
  intersect,
  unite,
  withPosition,
} from "../../src/room/posting-list.ts";
import { decodeDocuments, encodeDocuments } from "../../src/room/search-segment.ts";
import { SeededRandom } from "../support/random.ts";

describe("a posting list", () => {
  test.each([[[]], [[0]], [[0, 1, 2]], [[5, 70, 20_000, 2 ** 31]]])("of %j survives", (list) => {
    expect(decodePositions(encodePositions(list))).toEqual(list);
  });

  test("takes a byte for a near neighbour", () => {
    expect(encodePositions([0, 1, 2, 60]).length).toBe(4);
  });

  test("that ends within a number is none", () => {
    expect(decodePositions(Uint8Array.of(0x40))).toBeUndefined();
  });

  test("behaves as sets do", () => {
    const seed = 7;
    const random = new SeededRandom(seed);
    const draw = () =>
      [...new Set(Array.from({ length: 50 }, () => random.between(0, 99)))].sort((a, b) => a - b);
    for (let round = 0; round < 200; round += 1) {
      const [a, b] = [draw(), draw()];
      expect(intersect(a, b), `seed ${seed}`).toEqual(a.filter((each) => b.includes(each)));
      expect(unite([a, b])).toEqual([...new Set([...a, ...b])].sort((x, y) => x - y));
      const position = random.between(0, 99);
      expect(withPosition(a, position, true)).toEqual(unite([a, [position]]));
      expect(withPosition(a, position, false)).toEqual(a.filter((each) => each !== position));
    }
  });
});

describe("the documents of a segment", () => {
  test("survive, whatever their rooms and times", () => {
    const documents = [
      { room: "küche", sequence: 7, sentAt: 1_790_000_000_000 },
      { room: "lobby", sequence: 1, sentAt: 1_790_000_000_000 },
      { room: "küche", sequence: 9, sentAt: 1_789_999_000_000 },
      { room: "lobby", sequence: 400, sentAt: 1_790_000_000_001 },
    ];
    expect(decodeDocuments(encodeDocuments(documents))).toEqual(documents);
    expect(decodeDocuments(encodeDocuments([]))).toEqual([]);
  });

  test("that are cut are none", () => {
    const bytes = encodeDocuments([{ room: "lobby", sequence: 7, sentAt: 1_000 }]);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeDocuments(bytes.subarray(0, length))).toBeUndefined();
    }
  });
});
