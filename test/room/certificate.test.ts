import { describe, expect, test } from "vitest";
import { accountKeyOf } from "../../src/room/account-key.ts";
import { certify, isCertified, signatureBytes } from "../../src/room/certificate.ts";
import { SeededRandom } from "../support/random.ts";

const random = new SeededRandom(1);
const key = accountKeyOf(random.bytes(32));
const device = { serverKey: random.bytes(32), deviceKey: random.bytes(32) };
const certificate = certify(key, device, 1_790_000_000_000);

describe("a certificate", () => {
  test("is good for its device on its server", () => {
    expect(certificate.signature.length).toBe(signatureBytes);
    expect(isCertified(key.publicKey, device, certificate)).toBe(true);
  });

  test("is refused when another account signed it (A2)", () => {
    const stranger = certify(accountKeyOf(random.bytes(32)), device, 1_790_000_000_000);
    expect(isCertified(key.publicKey, device, stranger)).toBe(false);
  });

  test("is refused for another device, another server and another time (A2)", () => {
    const other = random.bytes(32);
    const isGood = isCertified.bind(undefined, key.publicKey);
    expect(isGood({ ...device, deviceKey: other }, certificate)).toBe(false);
    expect(isGood({ ...device, serverKey: other }, certificate)).toBe(false);
    expect(isGood(device, { ...certificate, issuedAt: 1_790_000_000_001 })).toBe(false);
    const swapped = { serverKey: device.deviceKey, deviceKey: device.serverKey };
    expect(isGood(swapped, certificate)).toBe(false);
  });

  test("is refused with any bit of the signature changed, and with a key that is none", () => {
    for (let bit = 0; bit < 8 * signatureBytes; bit += 7) {
      const signature = Uint8Array.from(certificate.signature);
      signature[bit >> 3]! ^= 1 << (bit & 7);
      expect(isCertified(key.publicKey, device, { ...certificate, signature })).toBe(false);
    }
    const empty = { ...certificate, signature: new Uint8Array() };
    expect(isCertified(key.publicKey, device, empty)).toBe(false);
    expect(isCertified(new Uint8Array(32).fill(255), device, certificate)).toBe(false);
    expect(isCertified(new Uint8Array(31), device, certificate)).toBe(false);
  });
});
