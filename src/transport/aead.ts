import { createCipheriv, createDecipheriv } from "node:crypto";

/** Bytes of a tag. */
export const tagBytes = 16;

/**
 * Seals and opens packets under one key, AEAD_CHACHA20_POLY1305 (RFC 8439 section 2.8). The nonce is
 * 4 zero bytes and the packet number, 64 bits little-endian, so a number is never sealed twice. The
 * header stays readable and is protected. `nodeAead` works everywhere; `fastestAead` knows another
 * implementation of the same cipher.
 */
export interface Aead {
  /** Writes ciphertext and tag; `out` is `tagBytes` longer than the text and may begin with it. */
  seal(packetNumber: number, header: Uint8Array, text: Uint8Array, out: Uint8Array): void;
  /**
   * The text, or `undefined` when it is forged. The bytes of `sealed` may change, and the text may lie
   * in their memory.
   */
  open(packetNumber: number, header: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

/** Makes the `Aead` of a key of 32 bytes. */
export type AeadMaker = (key: Uint8Array) => Aead;

const cipherName = "chacha20-poly1305";
const cipherOptions = { authTagLength: tagBytes } as const;

/** The implementation of node:crypto. A call costs some 4 us whatever the length. */
export const nodeAead: AeadMaker = (key) => new NodeAead(key);

class NodeAead implements Aead {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  seal(packetNumber: number, header: Uint8Array, text: Uint8Array, out: Uint8Array): void {
    const cipher = createCipheriv(cipherName, this.#key, nonceOf(packetNumber), cipherOptions);
    cipher.setAAD(header, { plaintextLength: text.length });
    out.set(cipher.update(text));
    cipher.final();
    out.set(cipher.getAuthTag(), text.length);
  }

  open(packetNumber: number, header: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const textBytes = sealed.length - tagBytes;
    if (textBytes < 0) return undefined;
    const decipher = createDecipheriv(cipherName, this.#key, nonceOf(packetNumber), cipherOptions);
    decipher.setAAD(header, { plaintextLength: textBytes });
    decipher.setAuthTag(sealed.subarray(textBytes));
    const text = decipher.update(sealed.subarray(0, textBytes));
    try {
      decipher.final();
      return text;
    } catch {
      return undefined;
    }
  }
}

/** One for all, because whoever seals or opens has read it before anybody else can write to it. */
const nonce = Buffer.alloc(12);

/** The 12 bytes of the nonce, until the next call. */
export function nonceOf(packetNumber: number): Uint8Array {
  nonce.writeUInt32LE(packetNumber % 2 ** 32, 4);
  nonce.writeUInt32LE(Math.floor(packetNumber / 2 ** 32), 8);
  return nonce;
}
