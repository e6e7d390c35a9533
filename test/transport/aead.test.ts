import { describe, expect, test } from "vitest";
import { type AeadMaker, nodeAead, tagBytes } from "../../src/transport/aead.ts";
import { loadSodiumAead } from "../../src/transport/fastest-aead.ts";
import { noiseVector } from "../support/noise-vector.ts";
import { SeededRandom } from "../support/random.ts";

const key = new SeededRandom(1).bytes(32);
const header = Uint8Array.of(0x40, 1, 2, 3, 4, 5, 6, 0, 0, 0, 9);

const makers: readonly (readonly [string, AeadMaker])[] = [
  ["node:crypto", nodeAead],
  ["sodium-native", await loadSodiumAead()],
];

function sealBy(makeAead: AeadMaker, packetNumber: number, text: Uint8Array): Uint8Array {
  const out = new Uint8Array(text.length + tagBytes);
  makeAead(key).seal(packetNumber, header, text, out);
  return out;
}

describe.each(makers)("the cipher of packets by %s", (_name, makeAead) => {
  const seal = (packetNumber: number, text: Uint8Array) => sealBy(makeAead, packetNumber, text);

  test("is that of the transport messages of Noise, whose nonce it shares", () => {
    const sender = makeAead(noiseVector.initiatorKey);
    const receiver = makeAead(noiseVector.responderKey);
    const none = new Uint8Array(0);
    for (const [index, { text, sealed }] of noiseVector.transport.entries()) {
      const aead = index % 2 === 0 ? sender : receiver;
      const number = Math.floor(index / 2);
      const out = new Uint8Array(text.length + tagBytes);
      aead.seal(number, none, text, out);
      expect(Buffer.from(out).toString("hex")).toBe(Buffer.from(sealed).toString("hex"));
      expect(Buffer.compare(aead.open(number, none, sealed.slice())!, text)).toBe(0);
    }
  });

  test("gives back what it sealed, in place too", () => {
    const random = new SeededRandom(2);
    for (const length of [0, 1, 37, 1173, 32_000]) {
      const text = random.bytes(length);
      const sealed = seal(7, text);
      expect(Buffer.compare(makeAead(key).open(7, header, sealed.slice())!, text)).toBe(0);
      const inPlace = new Uint8Array(length + tagBytes);
      inPlace.set(text);
      makeAead(key).seal(7, header, inPlace.subarray(0, length), inPlace);
      expect(Buffer.compare(inPlace, sealed)).toBe(0);
    }
  });

  test("opens nothing under another number, header or key, changed or cut", () => {
    const sealed = seal(7, Uint8Array.of(1, 2, 3));
    const aead = makeAead(key);
    // Whoever opens may change the bytes.
    const copy = () => sealed.slice();
    expect(aead.open(8, header, copy())).toBeUndefined();
    expect(aead.open(7 + 2 ** 32, header, copy())).toBeUndefined();
    expect(makeAead(new Uint8Array(32)).open(7, header, copy())).toBeUndefined();
    for (let at = 0; at < header.length; at += 1) {
      const other = header.slice();
      other[at] = other[at]! ^ 1;
      expect(aead.open(7, other, copy())).toBeUndefined();
    }
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = sealed.slice();
      changed[at] = changed[at]! ^ 0x80;
      expect(aead.open(7, header, changed)).toBeUndefined();
      expect(aead.open(7, header, copy().subarray(0, at))).toBeUndefined();
    }
    expect([...aead.open(7, header, copy())!]).toEqual([1, 2, 3]);
  });

  test("tells all 53 bits of a number apart", () => {
    const numbers = [0, 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 40, Number.MAX_SAFE_INTEGER];
    const texts = numbers.map((number) =>
      Buffer.from(seal(number, new Uint8Array(8))).toString("hex"),
    );
    expect(new Set(texts).size).toBe(numbers.length);
  });
});
