import { lstat, readFile } from "node:fs/promises";
import { EarshotError } from "../base/errors.ts";

/** A PEM of an X25519 key is 119 bytes; anything much longer is some other file. */
export const keyFileBytesMax = 4_096;

/**
 * The text of a file with a secret, which must be the user's own and nobody else's, as ssh does it.
 * Windows keeps the user's directory private by other means. `damaged` says what to do about a file
 * that cannot be the secret.
 *
 * @throws {EarshotError} WHEN it is open to others, somebody else's, a link or too long
 * `identity-unusable`; and what the system throws.
 */
export async function readKeyFile(path: string, damaged: EarshotError): Promise<string> {
  const { mode, size, uid } = await lstat(path).then((found) => {
    if (found.isSymbolicLink()) throw refused(`${path} is a link: put the file itself there`);
    return found;
  });
  if (keyFileBytesMax < size) throw damaged;
  if (process.platform !== "win32") {
    const permissions = (mode & 0o777).toString(8).padStart(4, "0");
    const advice = "so others may have read it: chmod 600 if you trust them";
    if ((mode & 0o077) !== 0) throw refused(`${path} has mode ${permissions}, ${advice}`);
    const user = process.getuid?.();
    if (uid !== user) throw refused(`${path} belongs to user ${uid}, not to user ${user}`);
  }
  return await readFile(path, "utf8");
}

function refused(message: string): EarshotError {
  return new EarshotError("identity-unusable", message);
}
