import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
} from "node:crypto";

/** Bytes of an Ed25519 key, public or secret (RFC 8032). */
export const accountKeyBytes = 32;

/** What every Ed25519 key in DER begins with (RFC 8410): node:crypto reads no raw keys. */
const privatePrefix = Buffer.from("302e020100300506032b657004220420", "hex");
const publicPrefix = Buffer.from("302a300506032b6570032100", "hex");

const cipherName = "chacha20-poly1305";

/** A wrapping key seals one account key only and is then gone, so the nonce need not change. */
const nonce = Buffer.alloc(12);

const tagBytes = 16;

/** Bytes of an account key that is wrapped. */
export const wrappedKeyBytes: number = accountKeyBytes + tagBytes;

/** Who an account is, whatever its nickname: an Ed25519 key pair that all its devices hold. */
export interface AccountKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly privateKey: KeyObject;
}

/** The key pair of a secret of 32 bytes, which are not changed afterwards. */
export function accountKeyOf(seed: Uint8Array): AccountKey {
  const der = Buffer.concat([privatePrefix, seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  // As DER: the export as JWK can block Node 20 for ever.
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return { publicKey: new Uint8Array(spki.subarray(-accountKeyBytes)), privateKey };
}

/** The secret of 32 bytes from which `accountKeyOf` makes the pair again. */
export function seedOf({ privateKey }: Pick<AccountKey, "privateKey">): Uint8Array {
  return privateKey.export({ format: "der", type: "pkcs8" }).subarray(-accountKeyBytes);
}

/** The public key that came off the wire, or `undefined` when it is not 32 bytes that are one. */
export function publicKeyOf(bytes: Uint8Array): KeyObject | undefined {
  // node:crypto would take any length.
  if (bytes.length !== accountKeyBytes) return undefined;
  try {
    const der = Buffer.concat([publicPrefix, bytes]);
    return createPublicKey({ key: der, format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

/**
 * The account key as the server keeps it, 48 bytes: sealed under a key that only the password gives
 * (`exportKey`, which OPAQUE never shows to the server).
 */
export function wrapAccountKey(key: AccountKey, exportKey: Uint8Array): Uint8Array {
  const cipher = createCipheriv(cipherName, wrappingKey(exportKey), nonce, {
    authTagLength: tagBytes,
  });
  const sealed = [cipher.update(seedOf(key)), cipher.final()];
  return new Uint8Array(Buffer.concat([...sealed, cipher.getAuthTag()]));
}

/** The account key that was wrapped under this `exportKey`, or `undefined` when it was not. */
export function unwrapAccountKey(
  wrapped: Uint8Array,
  exportKey: Uint8Array,
): AccountKey | undefined {
  if (wrapped.length !== wrappedKeyBytes) return undefined;
  const decipher = createDecipheriv(cipherName, wrappingKey(exportKey), nonce, {
    authTagLength: tagBytes,
  });
  decipher.setAuthTag(wrapped.subarray(accountKeyBytes));
  try {
    const opened = [decipher.update(wrapped.subarray(0, accountKeyBytes)), decipher.final()];
    return accountKeyOf(Buffer.concat(opened));
  } catch {
    return undefined;
  }
}

/** RFC 5869, bound to its use. */
function wrappingKey(exportKey: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", exportKey, "", "earshot account key", 32));
}
