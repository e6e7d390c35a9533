import { createPublicKey, generateKeyPairSync } from "node:crypto";
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadIdentity } from "../../src/cli/identity.ts";
import { keyFileBytesMax } from "../../src/cli/key-file.ts";

let directory: string;
let keyPath: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "earshot-identity-"));
  keyPath = join(directory, "server.key");
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const isPosix = process.platform !== "win32";

describe("loadIdentity", () => {
  test("makes a key once and finds it again", async () => {
    const made = await loadIdentity(directory, "server");
    expect(made.id).toMatch(/^[\w-]{43}$/);
    expect(made.keyPair.privateKey.asymmetricKeyType).toBe("x25519");
    expect((await loadIdentity(directory, "server")).id).toBe(made.id);
    expect(readdirSync(directory)).toEqual(["server.key"]);
  });

  test("the id is the raw public key", async () => {
    const { id, keyPair } = await loadIdentity(directory, "server");
    // From the file, because an export as JWK of a key that was just made blocks Node 20 for ever.
    const publicKey = createPublicKey(readFileSync(keyPath));
    expect(publicKey.export({ format: "jwk" })).toMatchObject({ x: id });
    expect(createPublicKey(keyPair.privateKey).equals(publicKey)).toBe(true);
  });

  test("several processes that start at once get one identity", async () => {
    const identities = await Promise.all(
      Array.from({ length: 8 }, () => loadIdentity(directory, "server")),
    );
    expect(new Set(identities.map(({ id }) => id)).size).toBe(1);
    expect(readdirSync(directory)).toEqual(["server.key"]);
  });

  test.runIf(isPosix)("the key is for its owner only", async () => {
    await loadIdentity(directory, "server");
    expect(statSync(keyPath).mode & 0o777).toBe(0o600);
  });

  test.runIf(isPosix).each([0o640, 0o604, 0o660, 0o644])(
    "a key that others can read is refused (mode %o)",
    async (mode) => {
      await loadIdentity(directory, "server");
      chmodSync(keyPath, mode);
      await expect(loadIdentity(directory, "server")).rejects.toMatchObject({
        code: "identity-unusable",
        message: expect.stringContaining(`mode 0${mode.toString(8)}`),
      });
    },
  );

  const ed25519 = generateKeyPairSync("ed25519").privateKey.export({
    type: "pkcs8",
    format: "pem",
  });

  test.each([
    ["an empty file", ""],
    ["half a key", "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIE"],
    ["another kind of key", ed25519],
    ["a large file", "x".repeat(10_000)],
  ])("%s is refused and left as it is", async (_name, content) => {
    writeFileSync(keyPath, content, { mode: 0o600 });
    await expect(loadIdentity(directory, "server")).rejects.toMatchObject({
      code: "identity-unusable",
    });
    expect(readFileSync(keyPath, "utf8")).toBe(content);
  });

  test.runIf(isPosix)("a key that is a link is refused (S1)", async () => {
    await loadIdentity(directory, "client");
    symlinkSync(join(directory, "client.key"), keyPath);
    await expect(loadIdentity(directory, "server")).rejects.toMatchObject({
      code: "identity-unusable",
      message: expect.stringContaining("is a link"),
    });
  });

  test.runIf(process.getuid?.() === 0)("a key of somebody else is refused (S1)", async () => {
    await loadIdentity(directory, "server");
    chownSync(keyPath, 12_345, 12_345);
    await expect(loadIdentity(directory, "server")).rejects.toMatchObject({
      code: "identity-unusable",
      message: `${keyPath} belongs to user 12345, not to user 0`,
    });
  });

  test("a key file may be as long as allowed, and not one byte longer", async () => {
    const { id } = await loadIdentity(directory, "server");
    const pem = readFileSync(keyPath, "utf8");
    writeFileSync(keyPath, pem.padEnd(keyFileBytesMax, "\n"));
    expect((await loadIdentity(directory, "server")).id).toBe(id);
    writeFileSync(keyPath, pem.padEnd(keyFileBytesMax + 1, "\n"));
    await expect(loadIdentity(directory, "server")).rejects.toMatchObject({
      code: "identity-unusable",
    });
  });

  test("a client has a key of its own, by the same rules", async () => {
    const server = await loadIdentity(directory, "server");
    const client = await loadIdentity(directory, "client");
    expect(client.id).not.toBe(server.id);
    expect(readdirSync(directory)).toEqual(["client.key", "server.key"]);
    writeFileSync(join(directory, "client.key"), "");
    await expect(loadIdentity(directory, "client")).rejects.toMatchObject({
      code: "identity-unusable",
      message: expect.stringMatching(/client\.key is no X25519 private key.* become a new client$/),
    });
  });

  test("a directory that is not there is an operating failure", async () => {
    const path = join(directory, "missing", "server.key");
    await expect(loadIdentity(dirname(path), "server")).rejects.toMatchObject({
      code: "data-directory-unusable",
      message: `${path} cannot be read or written: no such file or directory`,
    });
  });
});
