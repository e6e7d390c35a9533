import { createHmac, timingSafeEqual } from "node:crypto";
import { proofBytes } from "./packet.ts";

const label = "earshot question";

/**
 * Shows that who asks has the server's key, without telling the key: the first 16 bytes of
 * HMAC-SHA256 with the key over "earshot question" and the nonce. `id` is the key in base64url.
 */
export function questionProof(id: string, nonce: string): string {
  const hmac = createHmac("sha256", Buffer.from(id, "base64url"));
  return hmac
    .update(label)
    .update(Buffer.from(nonce, "hex"))
    .digest("hex")
    .slice(0, 2 * proofBytes);
}

/** Whether the proof was made with that key for that nonce. */
export function isProof(proof: string | undefined, id: string, nonce: string): boolean {
  if (proof === undefined) return false;
  return timingSafeEqual(Buffer.from(proof, "hex"), Buffer.from(questionProof(id, nonce), "hex"));
}
