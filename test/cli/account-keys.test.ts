import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AccountKeys } from "../../src/cli/account-keys.ts";
import { accountKeyOf } from "../../src/room/account-key.ts";

const key = accountKeyOf(new Uint8Array(32).fill(7));
const account = { person: "anna_________________", key };

let directory: string;
let path: string;
let keys: AccountKeys;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "earshot-accounts-"));
  path = join(directory, "accounts", "server", `${account.person}.key`);
  keys = new AccountKeys(directory);
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const isPosix = process.platform !== "win32";

describe("the keys of accounts", () => {
  test("are found again, each under its server and person", async () => {
    await keys.save("server", account);
    expect((await keys.load("server", account.person))?.publicKey).toEqual(key.publicKey);
    expect(await keys.load("server", "ben__________________")).toBeUndefined();
    expect(await keys.load("other", account.person)).toBeUndefined();
    if (isPosix) expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test.each(["", "-----BEGIN PRIVATE KEY-----", "{}", "x".repeat(5_000)])(
    "are refused and left when damaged (S1): %j",
    async (content) => {
      await keys.save("server", account);
      writeFileSync(path, content);
      await expect(keys.load("server", account.person)).rejects.toMatchObject({
        code: "identity-unusable",
      });
      expect(readFileSync(path, "utf8")).toBe(content);
    },
  );

  test.runIf(isPosix)("are refused when others can read them (S1)", async () => {
    await keys.save("server", account);
    chmodSync(path, 0o640);
    await expect(keys.load("server", account.person)).rejects.toMatchObject({
      code: "identity-unusable",
    });
  });
});
