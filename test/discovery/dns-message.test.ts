import { describe, expect, test } from "vitest";
import {
  decodeDnsAnswer,
  dnsMessageBytesMax,
  dnsNameKey,
  dnsRecordsMax,
  encodePointerQuery,
} from "../../src/discovery/dns-message.ts";
import { encodeAnswer, type SampleRecord } from "../support/dns.ts";
import { SeededRandom } from "../support/random.ts";

const service = ["_earshot", "_udp", "local"];
const instance = ["Anna's 2. lab", ...service];
const target = ["kitchen", "local"];

const records: readonly SampleRecord[] = [
  { type: "ptr", name: service, target: instance },
  { type: "srv", name: instance, port: 28_198, target },
  { type: "txt", name: instance, entries: ["txtvers=1", "v=2-2"] },
  { type: "a", name: target, address: "10.0.0.5" },
  { type: "aaaa", name: target, address: "fd00:0:0:0:0:0:0:5" },
];

/** As a responder sends it: the question again, and names that go on in others. */
const compressed = Buffer.from(
  [
    "1234 8400 0001 0001 0000 0002",
    "08 5f65617273686f74 04 5f756470 05 6c6f63616c 00 000c 0001",
    "c00c 000c 0001 0000000a 0006 03 6c6162 c00c",
    "c031 0021 8001 0000000a 000a 0000 0000 6e26 01 68 c01a",
    "c049 0001 8001 0000000a 0004 0a000005",
  ]
    .join("")
    .replaceAll(" ", ""),
  "hex",
);

describe("a question for pointers", () => {
  test("is a plain one, as resolvers ask", () => {
    expect(Buffer.from(encodePointerQuery(0x1234, service)).toString("hex")).toBe(
      "123400000001000000000000085f65617273686f74045f756470056c6f63616c00000c0001",
    );
  });
});

describe("an answer", () => {
  test("is read, whatever its section", () => {
    const answer = encodeAnswer(7, records, { question: service });
    expect(decodeDnsAnswer(answer)).toEqual({ id: 7, records });
  });

  test("is read where its names are compressed", () => {
    const found = ["lab", ...service];
    const host = ["h", "local"];
    expect(decodeDnsAnswer(compressed)).toEqual({
      id: 0x1234,
      records: [
        { type: "ptr", name: service, target: found },
        { type: "srv", name: found, port: 28_198, target: host },
        { type: "a", name: host, address: "10.0.0.5" },
      ],
    });
  });

  test("of other types, other classes and what is gone is passed over", () => {
    const passed: readonly SampleRecord[] = [
      { type: 47, name: service, data: Buffer.from("00") },
      { type: "a", name: target, address: "10.0.0.6", recordClass: 3 },
      { type: "a", name: target, address: "10.0.0.7", timeToLive: 0 },
      { type: "a", name: target, address: "10.0.0.8", recordClass: 0x8001 },
    ];
    const answer = decodeDnsAnswer(encodeAnswer(7, passed));
    expect(answer?.records).toEqual([{ type: "a", name: target, address: "10.0.0.8" }]);
  });

  test.each([
    ["a question", 0x0000],
    ["another operation", 0x8800],
    ["an error", 0x8003],
  ])("is not %s", (_what, flags) => {
    expect(decodeDnsAnswer(encodeAnswer(7, records, { flags }))).toBeUndefined();
  });

  test("may have as many records as the limit and not one more", () => {
    const many = (count: number) =>
      encodeAnswer(
        7,
        Array.from({ length: count }, () => records[3]!),
      );
    expect(decodeDnsAnswer(many(dnsRecordsMax))?.records).toHaveLength(dnsRecordsMax);
    expect(decodeDnsAnswer(many(dnsRecordsMax + 1))).toBeUndefined();
  });

  test("may be as long as the limit and not one byte longer", () => {
    const bytes = Buffer.alloc(dnsMessageBytesMax + 1);
    compressed.copy(bytes);
    expect(decodeDnsAnswer(bytes.subarray(0, dnsMessageBytesMax))).toBeDefined();
    expect(decodeDnsAnswer(bytes)).toBeUndefined();
  });

  test.each([
    ["to itself", "c00c"],
    ["forward", "c020"],
    ["with a length that is none", "800c"],
  ])("whose name points %s is none", (_what, pointer) => {
    const bytes = Buffer.concat([
      Buffer.from("000784000000000100000000", "hex"),
      Buffer.from(pointer, "hex"),
      Buffer.alloc(64),
    ]);
    expect(decodeDnsAnswer(bytes)).toBeUndefined();
  });

  test("whose names are longer than names can be is none", () => {
    const label = "x".repeat(63);
    const name = [label, label, label];
    const fits: SampleRecord = { type: "ptr", name, target: [...name, "x".repeat(61)] };
    expect(decodeDnsAnswer(encodeAnswer(7, [fits]))?.records).toHaveLength(1);
    const over: SampleRecord = { type: "ptr", name, target: [...name, "x".repeat(62)] };
    expect(decodeDnsAnswer(encodeAnswer(7, [over]))).toBeUndefined();
  });

  test("that is cut anywhere is none, and one with flipped bits never throws", () => {
    const seed = 35;
    const random = new SeededRandom(seed);
    for (const whole of [encodeAnswer(7, records, { question: service }), compressed]) {
      for (let length = 0; length < whole.length; length += 1) {
        expect(decodeDnsAnswer(whole.subarray(0, length)), `${length} bytes`).toBeUndefined();
      }
      for (let round = 0; round < 5_000; round += 1) {
        const bytes = Buffer.from(whole);
        for (let flips = random.between(1, 8); 0 < flips; flips -= 1) {
          bytes[random.between(0, bytes.length - 1)] = random.between(0, 255);
        }
        expect(() => decodeDnsAnswer(bytes), `seed ${seed}, round ${round}`).not.toThrow();
      }
    }
  });
});

describe("a name", () => {
  test("is the same in any case, and another with its labels cut otherwise", () => {
    expect(dnsNameKey(["Lab", "Local"])).toBe(dnsNameKey(["lab", "local"]));
    expect(dnsNameKey(["a.b"])).not.toBe(dnsNameKey(["a", "b"]));
  });
});
