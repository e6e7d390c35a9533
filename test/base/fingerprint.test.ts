import { createHash } from "node:crypto";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { describe, expect, test } from "vitest";
import {
  fingerprintOf,
  fingerprintWordCount,
  isFingerprintTyped,
} from "../../src/base/fingerprint.ts";
import { SeededRandom } from "../support/random.ts";

const id = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString("base64url");

describe("fingerprintOf", () => {
  test("is eight words, the same for a key for ever", () => {
    expect(fingerprintOf(id)).toBe("silk banner earn kitchen alone climb toy economy");
  });

  test("is the first 88 bits of the labelled hash, 11 for each word", () => {
    const random = new SeededRandom(3);
    for (let round = 0; round < 50; round += 1) {
      const key = random.bytes(32);
      const hash = createHash("sha256").update("earshot fingerprint").update(key).digest();
      const bits = [...hash].map((byte) => byte.toString(2).padStart(8, "0")).join("");
      const expected = Array.from({ length: fingerprintWordCount }, (_, index) => {
        return wordlist[Number.parseInt(bits.slice(index * 11, index * 11 + 11), 2)];
      });
      expect(fingerprintOf(Buffer.from(key).toString("base64url"))).toBe(expected.join(" "));
    }
  });

  test("differs when one bit of the key differs", () => {
    const other = Buffer.from(id, "base64url");
    other[31]! ^= 1;
    expect(fingerprintOf(other.toString("base64url"))).not.toBe(fingerprintOf(id));
  });
});

describe("isFingerprintTyped", () => {
  const fingerprint = "ocean table abandon zoo ocean table abandon zoo";

  test.each(["ocean table", "  Ocean-TABLE ", "ocean, table, abandon", fingerprint])(
    "takes %j",
    (typed) => expect(isFingerprintTyped(typed, fingerprint)).toBe(true),
  );

  test.each([
    "",
    "ocean",
    "table ocean",
    "ocean tabl",
    "ocean abandon",
    "ocean table zoo",
    `${fingerprint} ocean`,
  ])("does not take %j", (typed) => {
    expect(isFingerprintTyped(typed, fingerprint)).toBe(false);
  });
});
