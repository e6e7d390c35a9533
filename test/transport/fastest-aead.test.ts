import { afterEach, describe, expect, test, vi } from "vitest";
import { type AeadMaker, nodeAead } from "../../src/transport/aead.ts";

/** The module as a process finds it that has not chosen yet. */
async function freshModule() {
  vi.resetModules();
  return import("../../src/transport/fastest-aead.ts");
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock("sodium-native");
});

describe("the fastest cipher", () => {
  test("is sodium-native where that is installed, chosen once for all", async () => {
    const { fastestAead } = await freshModule();
    const chosen = await fastestAead();
    expect(chosen.name).toBe("sodium-native");
    expect(await fastestAead()).toBe(chosen);
  });

  test("is node:crypto where the environment says so", async () => {
    vi.stubEnv("EARSHOT_AEAD", "node");
    const { fastestAead } = await freshModule();
    expect(await fastestAead()).toMatchObject({ name: "node:crypto" });
  });

  test("is node:crypto where sodium-native is not, or not for this platform", async () => {
    vi.doMock("sodium-native", () => {
      throw new Error("no prebuilt binary");
    });
    const { fastestAead } = await freshModule();
    expect(await fastestAead()).toMatchObject({ name: "node:crypto" });
  });

  test("is node:crypto when sodium-native gives other bytes", async () => {
    const idle = { crypto_aead_chacha20poly1305_ietf_encrypt: () => 0 };
    vi.doMock("sodium-native", () => ({ default: idle }));
    const { fastestAead } = await freshModule();
    expect(await fastestAead()).toMatchObject({ name: "node:crypto" });
  });
});

describe("what takes the place of node:crypto", () => {
  /** The two functions of node:crypto. */
  const functionsOf: AeadMaker = (key) => {
    const aead = nodeAead(key);
    return {
      seal: (...args) => aead.seal(...args),
      open: (...args) => aead.open(...args),
    };
  };

  /** node:crypto with one thing changed. */
  const altered = (change: Partial<ReturnType<AeadMaker>>): AeadMaker => {
    return (key) => ({ ...functionsOf(key), ...change });
  };

  test("must seal the same bytes, open them, and open nothing that is forged", async () => {
    const { isSameCipher, loadSodiumAead } = await freshModule();
    expect(isSameCipher(nodeAead)).toBe(true);
    expect(isSameCipher(await loadSodiumAead())).toBe(true);
    expect(isSameCipher(altered({ seal: (_number, _header, text, out) => out.set(text) }))).toBe(
      false,
    );
    expect(isSameCipher(altered({ open: () => undefined }))).toBe(false);
    expect(isSameCipher(altered({ open: (_number, _header, sealed) => sealed }))).toBe(false);
    const trusting = (key: Uint8Array) => ({
      ...functionsOf(key),
      open: (number: number, header: Uint8Array, sealed: Uint8Array) =>
        nodeAead(key).open(number, header, sealed) ?? new Uint8Array(0),
    });
    expect(isSameCipher(trusting)).toBe(false);
  });
});
