import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { EarshotError, systemReason, toEarshotError } from "../base/errors.ts";
import { createPrivateFile, fileExists } from "../base/private-file.ts";
import { type KeyPair, toKeyPair } from "../transport/noise.ts";
import { readKeyFile } from "./key-file.ts";

/** Who a server or a client is, whatever its address and name: an X25519 key pair (RFC 7748). */
export interface Identity {
  /** The raw public key, base64url: 43 characters. */
  readonly id: string;
  readonly keyPair: KeyPair;
}

/** Whose identity it is; the file is called after it: `server.key`, `client.key`. */
export type Role = "server" | "client";

/**
 * The identity that is kept in the directory; made when there is none. A key that is damaged is never
 * replaced: others would meet a stranger under a known name.
 *
 * @throws {EarshotError} WHEN the file is damaged or open to others `identity-unusable`; when it
 * cannot be read or written `data-directory-unusable`.
 */
export async function loadIdentity(directory: string, role: Role): Promise<Identity> {
  const path = join(directory, `${role}.key`);
  try {
    // Never over another: two processes may start at the same moment.
    if (!(await fileExists(path))) await createPrivateFile(path, newKey());
    const pem = await readKeyFile(path, damaged(path, role));
    return toIdentity(parseKey(pem, path, role));
  } catch (error) {
    const message = `${path} cannot be read or written${systemReason(error)}`;
    throw toEarshotError(error, "data-directory-unusable", message);
  }
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync("x25519");
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function toIdentity(privateKey: KeyObject): Identity {
  const keyPair = toKeyPair(privateKey);
  return { id: Buffer.from(keyPair.publicKey).toString("base64url"), keyPair };
}

function parseKey(pem: string, path: string, role: Role): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "x25519") return key;
  } catch (error) {
    throw damaged(path, role, error);
  }
  throw damaged(path, role);
}

function damaged(path: string, role: Role, cause?: unknown): EarshotError {
  const message = `${path} is no X25519 private key: restore it, or remove it to become a new ${role}`;
  return new EarshotError("identity-unusable", message, { cause });
}
