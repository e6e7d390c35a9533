import { createHash } from "node:crypto";

/** Characters of the hash that name a guest: 96 bits, which nobody meets by chance or by trying. */
const guestHashLength = 16;

/** Somebody in a room or on the server: `person` is for ever, the nickname is what people read. */
export interface Person {
  readonly person: string;
  readonly nick: string;
  /** Who has no account is a guest: whoever holds this device's key. */
  readonly isGuest: boolean;
  /** The device's public key in base64url. */
  readonly device: string;
}

/** What a guest with this device key (32 bytes, proven by the transport) is called for ever. */
export function guestOf(deviceKey: Uint8Array): string {
  const hash = createHash("sha256").update("earshot guest").update(deviceKey).digest("base64url");
  return `~${hash.slice(0, guestHashLength)}`;
}
