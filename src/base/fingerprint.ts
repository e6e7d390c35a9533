import { createHash } from "node:crypto";
import { wordlist } from "@scure/bip39/wordlists/english.js";

/** Words of a fingerprint: 8 of 11 bits are 88 bits, beyond what anyone can search for a twin. */
export const fingerprintWordCount = 8;

/** Words that have to be typed to accept a key: enough to have looked, few enough to be done. */
export const typedWordCountMin = 2;

const label = "earshot fingerprint";
const wordBits = 11;

/**
 * The words by which people compare a public key, given as its 32 bytes in base64url: the first 88
 * bits of SHA-256("earshot fingerprint" ‖ key), 11 for each word of BIP 39's English list.
 */
export function fingerprintOf(id: string): string {
  const digest = createHash("sha256").update(label).update(Buffer.from(id, "base64url")).digest();
  const words = Array.from({ length: fingerprintWordCount }, (_, index) => wordAt(digest, index));
  return words.join(" ");
}

/**
 * Whether somebody who typed this has seen the fingerprint: its first two words or more of them.
 * Case, and what stands between the words, does not matter.
 */
export function isFingerprintTyped(typed: string, fingerprint: string): boolean {
  const words = typed.toLowerCase().match(/[a-z]+/g) ?? [];
  if (words.length < typedWordCountMin) return false;
  const expected = fingerprint.split(" ");
  return words.every((word, index) => word === expected[index]);
}

function wordAt(digest: Buffer, index: number): string {
  const bit = index * wordBits;
  // A word of 11 bits begins at any bit of a byte, so it lies within 3 bytes.
  const window = digest.readUIntBE(bit >>> 3, 3);
  const value = (window >>> (24 - wordBits - (bit & 7))) & (2 ** wordBits - 1);
  return wordlist[value] ?? "";
}
