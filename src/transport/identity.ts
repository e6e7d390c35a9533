import { createHmac, hkdfSync } from "node:crypto";
import { ByteWriter } from "../base/bytes.ts";
import type { Random } from "../base/random.ts";
import { type KeyPair, keyBytes, keyPairOf } from "./noise.ts";
import { type ConnectionId, resetTokenBytes } from "./packet.ts";

/** Who an endpoint is. The secrets of a server outlive its process; those of a client need not. */
export interface TransportIdentity {
  /** The static key of every handshake. */
  readonly keyPair: KeyPair;
  /** 32 bytes from which `resetToken` makes its tokens. */
  readonly resetSecret: Uint8Array;
}

/** The identity of a key pair: what else it needs is derived, so that one file keeps all of it. */
export function identityOf(keyPair: KeyPair): TransportIdentity {
  const secret = keyPair.privateKey.export({ format: "der", type: "pkcs8" }).subarray(-keyBytes);
  const resetSecret = new Uint8Array(hkdfSync("sha256", secret, "", "earshot reset", keyBytes));
  return { keyPair, resetSecret };
}

/** An identity that nobody has met and that nobody will know again. */
export function newIdentity(random: Random): TransportIdentity {
  return { keyPair: keyPairOf(random.bytes(keyBytes)), resetSecret: random.bytes(keyBytes) };
}

/**
 * What a server tells each client in the handshake and never again in clear, unless it has forgotten
 * the connection (RFC 9000 section 10.3.2). It can be made again from the id alone.
 */
export function resetToken(resetSecret: Uint8Array, id: ConnectionId): Uint8Array {
  const writer = new ByteWriter(new Uint8Array(6));
  writer.u48(id);
  const mac = createHmac("sha256", resetSecret).update(writer.written).digest();
  return mac.subarray(0, resetTokenBytes);
}
