import { createHmac, timingSafeEqual } from "node:crypto";
import { ByteReader, ByteWriter } from "../base/bytes.ts";
import type { Random } from "../base/random.ts";
import { cookieLifeMs, cookieSecretMs } from "./limits.ts";

const issuedAtBytes = 6;
const macBytes = 16;

/** Length of a cookie: when it was issued (48 bits of ms) and 128 bits of HMAC-SHA256. */
export const cookieBytes: number = issuedAtBytes + macBytes;

/**
 * Proves that a client receives at the address it claims, without a byte of memory per client
 * (RFC 9000 section 8.1). A cookie is good for one IP address; not for one port, because it also comes
 * with a discovery answer, which goes to another port than the handshake comes from.
 */
export class CookieJar {
  readonly #random: Random;
  #current: { readonly secret: Uint8Array; readonly since: number } | undefined;
  #previousSecret: Uint8Array | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A cookie for a host, by its literal address. */
  issue(now: number, host: string): Uint8Array {
    return makeCookie(this.#secret(now), Math.floor(now), host);
  }

  isValid(now: number, host: string, cookie: Uint8Array): boolean {
    const issuedAt = new ByteReader(cookie).u48();
    if (issuedAt === undefined || cookie.length !== cookieBytes) return false;
    if (now < issuedAt || issuedAt + cookieLifeMs < now) return false;
    const secrets = [this.#secret(now), this.#previousSecret];
    return secrets.some(
      (secret) =>
        secret !== undefined && timingSafeEqual(cookie, makeCookie(secret, issuedAt, host)),
    );
  }

  #secret(now: number): Uint8Array {
    if (this.#current === undefined || this.#current.since + cookieSecretMs <= now) {
      this.#previousSecret = this.#current?.secret;
      this.#current = { secret: this.#random.bytes(32), since: now };
    }
    return this.#current.secret;
  }
}

function makeCookie(secret: Uint8Array, issuedAt: number, host: string): Uint8Array {
  const mac = createHmac("sha256", secret).update(`${host}|${issuedAt}`).digest();
  const writer = new ByteWriter(new Uint8Array(cookieBytes));
  writer.u48(issuedAt);
  writer.bytes(mac.subarray(0, macBytes));
  return writer.written;
}
