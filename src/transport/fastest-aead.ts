import { type AeadMaker, nodeAead, nonceOf, tagBytes } from "./aead.ts";

/** Who seals and opens packets. Nothing of it is on the wire: both do the same to the byte. */
export interface AeadProvider {
  readonly name: "node:crypto" | "sodium-native";
  readonly makeAead: AeadMaker;
}

const nodeProvider: AeadProvider = { name: "node:crypto", makeAead: nodeAead };

/**
 * sodium-native where it is installed and proves that it does what node:crypto does, else node:crypto.
 * It takes 1 to 2 us for a packet of an Ethernet where node:crypto takes 5. With `node` in the
 * environment variable EARSHOT_AEAD it is node:crypto. Never rejects.
 */
export function fastestAead(): Promise<AeadProvider> {
  fastest ??= process.env["EARSHOT_AEAD"] === "node" ? Promise.resolve(nodeProvider) : trySodium();
  return fastest;
}

let fastest: Promise<AeadProvider> | undefined;

async function trySodium(): Promise<AeadProvider> {
  try {
    const makeAead = await loadSodiumAead();
    if (isSameCipher(makeAead)) return { name: "sodium-native", makeAead };
  } catch {
    // Not installed, or not for this platform: it is an offer, and nobody needs to know.
  }
  return nodeProvider;
}

/** The implementation of sodium-native, untried. Rejects when it is not there. */
export async function loadSodiumAead(): Promise<AeadMaker> {
  const { default: sodium } = await import("sodium-native");
  return (key) => ({
    seal(packetNumber, header, text, out) {
      const nonce = nonceOf(packetNumber);
      sodium.crypto_aead_chacha20poly1305_ietf_encrypt(out, text, header, null, nonce, key);
    },
    open(packetNumber, header, sealed) {
      if (sealed.length < tagBytes) return undefined;
      const text = sealed.subarray(0, sealed.length - tagBytes);
      const nonce = nonceOf(packetNumber);
      try {
        sodium.crypto_aead_chacha20poly1305_ietf_decrypt(text, null, sealed, header, nonce, key);
        return text;
      } catch {
        return undefined;
      }
    },
  });
}

/**
 * Whether it seals to the byte what node:crypto seals, in place as packets are, opens it, and opens
 * nothing that was changed.
 */
export function isSameCipher(makeAead: AeadMaker): boolean {
  const key = Uint8Array.from({ length: 32 }, (_, index) => index);
  const [ours, theirs] = [nodeAead(key), makeAead(key)];
  const header = Uint8Array.of(0x40, 1, 2, 3);
  return [0, 1, 64, 1000].every((textBytes) => {
    const packetNumber = 2 ** 40 + textBytes;
    const [expected, sealed] = [
      new Uint8Array(textBytes + tagBytes).fill(7),
      new Uint8Array(textBytes + tagBytes).fill(7),
    ];
    ours.seal(packetNumber, header, expected.subarray(0, textBytes), expected);
    theirs.seal(packetNumber, header, sealed.subarray(0, textBytes), sealed);
    if (Buffer.compare(expected, sealed) !== 0) return false;
    const text = theirs.open(packetNumber, header, sealed);
    const isOpened =
      text !== undefined && text.length === textBytes && text.every((byte) => byte === 7);
    const forged = expected.map((byte, index) => (index === textBytes ? byte ^ 1 : byte));
    return isOpened && theirs.open(packetNumber, header, forged) === undefined;
  });
}
