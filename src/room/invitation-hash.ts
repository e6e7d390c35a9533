import { createHash } from "node:crypto";

/** What is kept of the secret of an invitation: nobody who reads the store can use it. */
export function invitationHash(secret: string): Uint8Array {
  return createHash("sha256").update("earshot invitation").update(secret).digest();
}
