import { describe, expect, test } from "vitest";
import {
  clientMessageBounds,
  decodeCbor,
  decodeClientMessage,
  decodeServerMessage,
  encodeCbor,
  requestBytesMax,
} from "../../src/room/codec.ts";
import {
  editsMax,
  mentionsMax,
  pageDamagedMax,
  pageEntriesMax,
  textBytesMax,
} from "../../src/room/limits.ts";
import type { Request } from "../../src/room/message.ts";
import { cpuMsOf } from "../support/cpu-time.ts";
import { SeededRandom } from "../support/random.ts";
import {
  entry,
  guest,
  id,
  messages,
  notices,
  postBodies,
  requests,
  token,
} from "../support/room-messages.ts";

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** `{"type": "join", "ref": 1, "room": <value>}` with the value's bytes as they are given. */
function joinOf(value: Uint8Array): Uint8Array {
  const keys = hex("a3 63 726566 01 64 74797065 64 6a6f696e 64 726f6f6d");
  return Uint8Array.from([...keys, ...value]);
}

describe("every request", () => {
  test.each(requests)("survives the wire: $type $#", (request) => {
    expect(decodeClientMessage(encodeCbor(request))).toEqual(request);
  });

  test.each(requests)("has one encoding, whatever the order of its keys: $type $#", (request) => {
    const reversed = Object.fromEntries(Object.entries(request).reverse());
    expect(Buffer.compare(encodeCbor(request), encodeCbor(reversed))).toBe(0);
  });

  test.each(requests)("may carry keys of a later version: $type $#", (request) => {
    const later = { ...request, colour: "red", flags: [1, { a: true }] };
    expect(decodeClientMessage(encodeCbor(later))).toEqual(request);
  });

  test.each(requests)("is no request when it is cut off anywhere: $type $#", (request) => {
    const bytes = encodeCbor(request);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeClientMessage(bytes.subarray(0, length))).toBeUndefined();
    }
  });
});

describe("everything else that a client sends", () => {
  test.each(postBodies)("survives the wire: $type", (body) => {
    const post = { type: "post", ref: 3, id, room: "lobby", isFirst: true, body };
    expect(decodeClientMessage(encodeCbor(post))).toEqual(post);
  });

  test.each(notices)("survives the wire: $type", (notice) => {
    expect(decodeClientMessage(encodeCbor(notice))).toEqual(notice);
  });
});

test("the keys of a map stand in the order of their encodings (RFC 8949 section 4.2.1)", () => {
  const lengths = [0, 1, 2, 23, 24, 25, 255, 256, 300];
  const keys = lengths.flatMap((length) => ["a", "b", "Z"].map((letter) => letter.repeat(length)));
  keys.push("\u00e9", "\u{1f600}", "\uffff", "ab", "ba", "10", "9");
  const value = Object.fromEntries(keys.reverse().map((key, index) => [key, index]));
  const encoded = Object.entries(value).map(([key, index]) =>
    Buffer.concat([encodeCbor(key), encodeCbor(index)]),
  );
  const items = Buffer.concat(encoded.sort(Buffer.compare));
  expect(encoded.length).toBe(32);
  expect(hexOf(encodeCbor(value))).toBe(`b820${items.toString("hex")}`);
});

describe("every message of the server", () => {
  test.each(messages)("survives the wire: $type $#", (message) => {
    expect(decodeServerMessage(new Uint8Array(encodeCbor(message)))).toEqual(message);
  });

  test.each(messages)("is ignored when its type is of a later version: $type $#", (message) => {
    expect(decodeServerMessage(encodeCbor({ ...message, type: "telepathy" }))).toBeUndefined();
  });
});

describe("a request that does not fit its schema", () => {
  const bad: readonly (readonly [string, object])[] = [
    ["an unknown type", { type: "telepathy", ref: 1 }],
    ["a missing field", { type: "join", ref: 1 }],
    ["a field of another kind", { type: "join", ref: 1, room: 3 }],
    ["a null", { type: "join", ref: 1, room: null }],
    ["a room of 257 characters", { type: "join", ref: 1, room: "r".repeat(257) }],
    ["an id of 20 characters", { ...requests[3], ref: 1, id: id.slice(1) }],
    ["a token of 15 bytes", { ...requests[0], ref: 1, token: token.subarray(1) }],
    ["a token that is text", { ...requests[0], ref: 1, token: "0123456789abcdef" }],
    ["a limit of 0", { type: "history", ref: 1, room: "lobby", limit: 0 }],
    ["a limit of 201", { type: "history", ref: 1, room: "lobby", limit: 201 }],
    [
      "both before and after",
      { type: "history", ref: 1, room: "lobby", limit: 1, before: 2, after: 1 },
    ],
    ["a fraction", { type: "history", ref: 1, room: "lobby", limit: 1.5 }],
    ["a type that every object has", { type: "constructor", ref: 1 }],
  ];

  test.each(bad)("can be refused, because its ref is known: %s", (_name, value) => {
    expect(decodeClientMessage(encodeCbor(value))).toEqual({ ref: 1 });
  });

  test.each([-1, 2 ** 32, 0.5, "1", undefined])("is dropped when its ref is %s", (ref) => {
    const value = ref === undefined ? { type: "join" } : { type: "join", room: "lobby", ref };
    expect(decodeClientMessage(encodeCbor(value))).toBeUndefined();
  });
});

describe("a refusal", () => {
  test("with a code of a later version is read as internal", () => {
    const refusal = { type: "error", ref: 1, code: "out-of-coffee", message: "sorry" };
    expect(decodeServerMessage(encodeCbor(refusal))).toEqual({ ...refusal, code: "internal" });
  });
});

describe("bytes that are not what we write", () => {
  const bad: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["a text of indefinite length", "7f 65 6c6f626279 ff"],
    ["an array of indefinite length", "9f ff"],
    ["undefined", "f7"],
    ["NaN", "fb 7ff8000000000000"],
    ["infinity", "fb 7ff0000000000000"],
    ["a number of 2^64 - 1", "1b ffffffffffffffff"],
    ["a tag", "c0 65 6c6f626279"],
    ["a simple value", "e0"],
    ["a length in more bytes than it needs", "78 05 6c6f626279"],
    ["text that is no UTF-8", "65 6c6fff6279"],
    ["an overlong form in UTF-8", "62 c080"],
    ["half a surrogate pair in UTF-8", "63 eda080"],
    ["a text that is longer than the message", "7a ffffffff 6c"],
    ["an array that is longer than the message", "9a ffffffff 01"],
    ["something behind the message", "65 6c6f626279 00"],
  ];

  test.each(bad)("are dropped: %s", (_name, value) => {
    expect(decodeClientMessage(joinOf(hex(value)))).toBeUndefined();
  });

  test("are accepted in the form they were made from", () => {
    expect(decodeClientMessage(joinOf(hex("65 6c6f626279")))).toEqual(requests[1]);
  });

  test("are dropped when a key comes twice", () => {
    expect(decodeClientMessage(hex("a2 63 726566 01 63 726566 01"))).toBeUndefined();
  });

  test("are dropped when a key is no text", () => {
    expect(decodeClientMessage(hex("a2 63 726566 01 01 01"))).toBeUndefined();
  });

  test("may hold U+FFFD that somebody really wrote", () => {
    const value = { type: "join", ref: 1, room: "a\ufffdb" };
    expect(decodeClientMessage(encodeCbor(value))).toEqual(value);
  });

  test("cannot change the prototype of anything", () => {
    const polluted = hex("a2 63 726566 01 69 5f5f70726f746f5f5f a1 64 74797065 64 6a6f696e");
    expect(decodeClientMessage(polluted)).toEqual({ ref: 1 });
    expect(({} as { type?: string }).type).toBeUndefined();
  });

  test.each([0x81, 0xa1, 0x9f, 0xc0])("cannot nest 200,000 levels of %i", (byte) => {
    expect(decodeClientMessage(new Uint8Array(200_000).fill(byte))).toBeUndefined();
  });
});

describe("the number of maps and arrays", () => {
  function nested(depth: number): Uint8Array {
    // One map around it, so `depth - 1` arrays fill the limit.
    const arrays = new Uint8Array(depth - 1).fill(0x81);
    return Uint8Array.from([...hex("a2 63 726566 01 61 78"), ...arrays, 0x01]);
  }

  test("is enough for the fullest page", () => {
    const mentions = Array.from({ length: mentionsMax }, () => guest);
    const sequences = Array.from({ length: editsMax }, (_, index) => index + 1);
    const entries = Array.from({ length: pageEntriesMax }, (_, index) => ({
      ...entry,
      body: { type: "message", text: "x", mentions },
      edited: { at: 1, sequences },
      sequence: 2 * index + 2,
    }));
    const damaged = Array.from({ length: pageDamagedMax }, (_, index) => ({
      from: 2 * index + 1,
      to: 2 * index + 1,
    }));
    const about = { type: "page", ref: 1, room: "lobby", hasOlder: true, hasNewer: true };
    const page = { ...about, entries, damaged };
    expect(decodeServerMessage(encodeCbor(page))).toEqual(page);
    const more = { ...page, damaged: [...damaged, { from: 999, to: 999 }] };
    expect(decodeServerMessage(encodeCbor(more))).toBeUndefined();
  });

  test("may be at its limit and not one more", () => {
    expect(decodeClientMessage(nested(clientMessageBounds.containers))).toEqual({ ref: 1 });
    expect(decodeClientMessage(nested(clientMessageBounds.containers + 1))).toBeUndefined();
  });
});

describe("the number of items", () => {
  /** A map of `count` items: itself, two keys, a number, an array and its zeros. */
  function flat(count: number): Uint8Array {
    const zeros = count - 5;
    const head = Uint8Array.from([...hex("a2 63 726566 01 61 78 99"), zeros >> 8, zeros & 255]);
    return Uint8Array.from([...head, ...new Uint8Array(zeros)]);
  }

  test("may be at its limit and not one more", () => {
    expect(decodeClientMessage(flat(clientMessageBounds.items))).toEqual({ ref: 1 });
    expect(decodeClientMessage(flat(clientMessageBounds.items + 1))).toBeUndefined();
  });

  test("is all that is looked at in 16 MiB of zeros, even if they claim to be posted", () => {
    const zeros = new Uint8Array(textBytesMax);
    const head = hex("a3 63 726566 01 64 74797065 64 706f7374 61 78 9a 01000000");
    const bytes = Buffer.concat([head, zeros]);
    const tookMs = cpuMsOf(() => {
      for (let time = 0; time < 20; time += 1) expect(decodeClientMessage(bytes)).toBeUndefined();
    });
    // To decode all of them once takes longer than this.
    expect(tookMs).toBeLessThan(500);
  });
});

describe("a request", () => {
  /** A join or post of so many bytes, by a key that nobody knows. */
  function padded(request: Request, bytes: number): Uint8Array {
    const rest = encodeCbor({ ...request, x: new Uint8Array(bytes / 2) }).length - bytes / 2;
    return encodeCbor({ ...request, x: new Uint8Array(bytes - rest) });
  }

  test("of 64 KiB may be any, a longer one only a post", () => {
    const [, join, , post] = requests;
    for (const bytes of [requestBytesMax, requestBytesMax + 1]) {
      expect(padded(join!, bytes)).toHaveLength(bytes);
      expect(decodeClientMessage(padded(post!, bytes))).toEqual(post);
    }
    expect(decodeClientMessage(padded(join!, requestBytesMax))).toEqual(join);
    expect(decodeClientMessage(padded(join!, requestBytesMax + 1))).toBeUndefined();
  });
});

describe("random bytes", () => {
  test.each([1, 2, 3])("never throw with seed %i", (seed) => {
    const random = new SeededRandom(seed);
    const known = [...requests, ...messages].map((message) => encodeCbor(message));
    for (let round = 0; round < 3_000; round += 1) {
      const bytes = random.chance(0.3)
        ? random.bytes(random.between(0, 60))
        : random.pick(known).slice();
      for (let flips = random.between(0, 3); 0 < flips && 0 < bytes.length; flips -= 1) {
        bytes[random.between(0, bytes.length - 1)] = random.between(0, 255);
      }
      decodeClientMessage(bytes);
      decodeServerMessage(bytes);
    }
  });
});

describe("decoding", () => {
  test("gives nothing when the value is not what it should be", () => {
    const check = (value: unknown) => (typeof value === "number" ? value : undefined);
    expect(decodeCbor(encodeCbor("text"), check)).toBeUndefined();
    expect(decodeCbor(encodeCbor(3), check)).toBe(3);
  });
});
