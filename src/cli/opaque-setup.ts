import { join } from "node:path";
import { EarshotError, systemReason, toEarshotError } from "../base/errors.ts";
import { createPrivateFile, fileExists } from "../base/private-file.ts";
import { Secret } from "../base/secret.ts";
import { makeOpaqueSetup } from "../room/opaque.ts";
import { readKeyFile } from "./key-file.ts";

/** What the library gives: 128 bytes in base64url. */
const form = /^[A-Za-z0-9_-]{171}\n?$/;

/**
 * The secret behind all passwords of a server, in `opaque.key`. One that is there is looked at now;
 * when there is none, it is made with the first password. A damaged one is never replaced: no password
 * would be right any more.
 *
 * @throws {EarshotError} WHEN the file is damaged or open to others `identity-unusable`; when it cannot
 * be read or written `data-directory-unusable`. What is returned throws the same.
 */
export async function openOpaqueSetup(directory: string): Promise<() => Promise<Secret>> {
  const path = join(directory, "opaque.key");
  const attempt = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      const message = `${path} cannot be read or written${systemReason(error)}`;
      throw toEarshotError(error, "data-directory-unusable", message);
    }
  };
  await attempt(async () => {
    if (await fileExists(path)) await readSetup(path);
  });
  return () =>
    attempt(async () => {
      if (!(await fileExists(path))) {
        await createPrivateFile(path, `${(await makeOpaqueSetup()).reveal()}\n`);
      }
      return await readSetup(path);
    });
}

async function readSetup(path: string): Promise<Secret> {
  const message = `${path} is not the secret of a server's passwords: restore it, or remove it and let everybody set a new password`;
  const damaged = new EarshotError("identity-unusable", message);
  const text = await readKeyFile(path, damaged);
  if (!form.test(text)) throw damaged;
  return new Secret(text.trim());
}
