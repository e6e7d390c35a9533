import { createPrivateKey } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { EarshotError, systemErrorCode, systemReason, toEarshotError } from "../base/errors.ts";
import { replacePrivateFile } from "../base/private-file.ts";
import type { OwnAccount } from "../room/account-client.ts";
import { type AccountKey, accountKeyOf, seedOf } from "../room/account-key.ts";
import { readKeyFile } from "./key-file.ts";

/**
 * The keys of this user's accounts: PEM files `accounts/SERVER/PERSON.key` beside `client.key`, for
 * nobody else. They are needed to change a password; devices log in without.
 */
export class AccountKeys {
  readonly #directory: string;

  /** Where clients keep their key. */
  constructor(clientDirectory: string) {
    this.#directory = join(clientDirectory, "accounts");
  }

  /** @throws {EarshotError} DIRECTORY `data-directory-unusable`. */
  async save(serverId: string, { person, key }: OwnAccount): Promise<void> {
    const path = this.#path(serverId, person);
    const pem = key.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    await attempt(path, async () => {
      await mkdir(join(this.#directory, serverId), { recursive: true, mode: 0o700 });
      await replacePrivateFile(path, pem);
    });
  }

  /**
   * The key, or `undefined` when this device has none of that account.
   * @throws {EarshotError} WHEN the file is damaged or open to others `identity-unusable`; when it
   * cannot be read `data-directory-unusable`.
   */
  async load(serverId: string, person: string): Promise<AccountKey | undefined> {
    const path = this.#path(serverId, person);
    const message = `${path} is no Ed25519 private key: restore it, or log in with the password again`;
    const damaged = new EarshotError("identity-unusable", message);
    return await attempt(path, async () => {
      const pem = await readKeyFile(path, damaged).catch((error: unknown) => {
        if (systemErrorCode(error) === "ENOENT") return undefined;
        throw error;
      });
      if (pem === undefined) return undefined;
      const key = parseKey(pem);
      if (key === undefined) throw damaged;
      return key;
    });
  }

  #path(serverId: string, person: string): string {
    return join(this.#directory, serverId, `${person}.key`);
  }
}

function parseKey(pem: string): AccountKey | undefined {
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType !== "ed25519") return undefined;
    return accountKeyOf(seedOf({ privateKey }));
  } catch {
    return undefined;
  }
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const message = `${path} cannot be read or written${systemReason(error)}`;
    throw toEarshotError(error, "data-directory-unusable", message);
  }
}
