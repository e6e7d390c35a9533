import { describe, expect, test } from "vitest";
import {
  accountKeyOf,
  publicKeyOf,
  seedOf,
  unwrapAccountKey,
  wrapAccountKey,
  wrappedKeyBytes,
} from "../../src/room/account-key.ts";
import { SeededRandom } from "../support/random.ts";

const random = new SeededRandom(1);
const key = accountKeyOf(random.bytes(32));
const exportKey = random.bytes(64);

describe("the key of an account", () => {
  test("is the one of RFC 8032 section 7.1 for its secret", () => {
    const seed = Buffer.from(
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "hex",
    );
    const { publicKey } = accountKeyOf(seed);
    expect(Buffer.from(publicKey).toString("hex")).toBe(
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    );
  });

  test("can be made again from its secret", () => {
    expect(accountKeyOf(seedOf(key)).publicKey).toEqual(key.publicKey);
  });

  test("comes out of its wrapping with the same export key, and with no other", () => {
    const wrapped = wrapAccountKey(key, exportKey);
    expect(wrapped.length).toBe(wrappedKeyBytes);
    expect(unwrapAccountKey(wrapped, exportKey)?.publicKey).toEqual(key.publicKey);
    expect(unwrapAccountKey(wrapped, random.bytes(64))).toBeUndefined();
  });

  test("does not come out when a bit of the wrapping was changed, or a byte is missing", () => {
    const wrapped = wrapAccountKey(key, exportKey);
    for (let bit = 0; bit < 8 * wrapped.length; bit += 1) {
      const changed = Uint8Array.from(wrapped);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(unwrapAccountKey(changed, exportKey)).toBeUndefined();
    }
    expect(unwrapAccountKey(wrapped.subarray(1), exportKey)).toBeUndefined();
    expect(unwrapAccountKey(new Uint8Array(), exportKey)).toBeUndefined();
  });

  test("is refused, not thrown at, when it is not 32 bytes", () => {
    for (const length of [0, 31, 33, 1000]) {
      expect(publicKeyOf(new Uint8Array(length))).toBeUndefined();
    }
  });
});
