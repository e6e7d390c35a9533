/** What we take of sodium-native, which brings no types. Both throw; the second when it is forged. */
declare module "sodium-native" {
  const sodium: {
    crypto_aead_chacha20poly1305_ietf_encrypt(
      sealed: Uint8Array,
      text: Uint8Array,
      header: Uint8Array,
      secretNonce: null,
      nonce: Uint8Array,
      key: Uint8Array,
    ): number;
    crypto_aead_chacha20poly1305_ietf_decrypt(
      text: Uint8Array,
      secretNonce: null,
      sealed: Uint8Array,
      header: Uint8Array,
      nonce: Uint8Array,
      key: Uint8Array,
    ): number;
  };
  export = sodium;
}
