import { sign, verify } from "node:crypto";
import type { AccountKey } from "./account-key.ts";
import { publicKeyOf } from "./account-key.ts";

/** Bytes of an Ed25519 signature (RFC 8032). */
export const signatureBytes = 64;

/** Says that a device belongs to an account, on one server. */
export interface Certificate {
  /** When it was made: wall clock of the device that made it, milliseconds. */
  readonly issuedAt: number;
  /** 64 bytes, by the account's key. */
  readonly signature: Uint8Array;
}

/** What a certificate is about. */
export interface CertifiedDevice {
  /** 32 bytes: a certificate of one server is worth nothing on another. */
  readonly serverKey: Uint8Array;
  /** 32 bytes: the key that the transport proves. */
  readonly deviceKey: Uint8Array;
}

/** Makes the device one of the account's. */
export function certify(key: AccountKey, device: CertifiedDevice, issuedAt: number): Certificate {
  const signature = sign(undefined, statementOf(device, issuedAt), key.privateKey);
  return { issuedAt, signature };
}

/** Whether the account with this public key (32 bytes) has signed it, for this device and server. */
export function isCertified(
  accountKey: Uint8Array,
  device: CertifiedDevice,
  { issuedAt, signature }: Certificate,
): boolean {
  const key = publicKeyOf(accountKey);
  return key !== undefined && verify(undefined, statementOf(device, issuedAt), key, signature);
}

/** All parts have a fixed length, so that no two statements are written alike. */
function statementOf({ serverKey, deviceKey }: CertifiedDevice, issuedAt: number): Uint8Array {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(issuedAt));
  return Buffer.concat([Buffer.from("earshot device\0"), serverKey, deviceKey, time]);
}
