import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from "node:crypto";
import { link, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EarshotError, systemErrorCode, systemReason, toEarshotError } from "../base/errors.ts";

/** Who a server is, whatever its address and name: an X25519 key pair (RFC 7748). */
export interface Identity {
  /** The raw public key, base64url: 43 characters. */
  readonly id: string;
  readonly privateKey: KeyObject;
}

/** A PEM of an X25519 key is 119 bytes; anything much longer is some other file. */
export const keyFileBytesMax = 4_096;

/**
 * The identity that is kept in the directory, in `server.key`; made when there is none. A key that
 * is damaged is never replaced: members would meet a stranger under a known name.
 *
 * @throws {EarshotError} WHEN the file is damaged or open to others `identity-unusable`; when it
 * cannot be read or written `data-directory-unusable`.
 */
export async function loadIdentity(directory: string): Promise<Identity> {
  const path = join(directory, "server.key");
  try {
    if (!(await exists(path))) await createKeyFile(path);
    await checkPermissions(path);
    return toIdentity(parseKey(await readFile(path, "utf8"), path));
  } catch (error) {
    const message = `${path} cannot be read or written${systemReason(error)}`;
    throw toEarshotError(error, "data-directory-unusable", message);
  }
}

function toIdentity(privateKey: KeyObject): Identity {
  const publicKey = createPublicKey(privateKey);
  // Not `format: "jwk"`: on a key that was just made it blocks for ever in Node 20. The raw key is
  // the last 32 bytes of the structure (RFC 8410 section 4).
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  return { id: raw.toString("base64url"), privateKey };
}

function parseKey(pem: string, path: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "x25519") return key;
  } catch (error) {
    throw damaged(path, error);
  }
  throw damaged(path, undefined);
}

function damaged(path: string, cause: unknown): EarshotError {
  const message = `${path} is no X25519 private key: restore it, or remove it to become a new server`;
  return new EarshotError("identity-unusable", message, { cause });
}

/** As ssh does it. Windows keeps the user's directory private by other means. */
async function checkPermissions(path: string): Promise<void> {
  const { mode, size } = await stat(path);
  if (keyFileBytesMax < size) throw damaged(path, undefined);
  if (process.platform === "win32" || (mode & 0o077) === 0) return;
  const permissions = (mode & 0o777).toString(8).padStart(4, "0");
  throw new EarshotError(
    "identity-unusable",
    `${path} has mode ${permissions}, so others may have read it: chmod 600 if you trust them`,
  );
}

/** Whole or not at all, and never over another: two processes may start at the same moment. */
async function createKeyFile(path: string): Promise<void> {
  const { privateKey } = generateKeyPairSync("x25519");
  const temporary = `${path}.${randomUUID()}.new`;
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(privateKey.export({ type: "pkcs8", format: "pem" }));
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await linkOrRename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncDirectory(dirname(path));
}

/** A file is in its directory for sure only when the directory is synced; Windows needs no such thing. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function linkOrRename(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return;
    // No hard links here, as on FAT.
    await rename(from, to);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}
