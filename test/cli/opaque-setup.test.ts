import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openOpaqueSetup } from "../../src/cli/opaque-setup.ts";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "earshot-opaque-"));
  path = join(directory, "opaque.key");
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const isPosix = process.platform !== "win32";

describe("the secret behind a server's passwords", () => {
  test("is made with the first password, not before, and found again", async () => {
    const load = await openOpaqueSetup(directory);
    expect(readdirSync(directory)).toEqual([]);
    const [one, other] = await Promise.all([load(), load()]);
    expect(one.reveal()).toMatch(/^[\w-]{171}$/);
    expect(other.reveal()).toBe(one.reveal());
    const again = await openOpaqueSetup(directory);
    expect((await again()).reveal()).toBe(one.reveal());
    expect(readdirSync(directory)).toEqual(["opaque.key"]);
    if (isPosix) expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test.each([
    ["an empty file", ""],
    ["half a secret", "A".repeat(85)],
    ["JSON", "{}"],
    ["a large file", "A".repeat(10_000)],
  ])("is never replaced: %s stops the server (S1)", async (_what, content) => {
    writeFileSync(path, content, { mode: 0o600 });
    await expect(openOpaqueSetup(directory)).rejects.toMatchObject({
      code: "identity-unusable",
      message: expect.stringContaining("is not the secret of a server's passwords"),
    });
    expect(readFileSync(path, "utf8")).toBe(content);
  });

  test.runIf(isPosix).each(["elsewhere.key", "nowhere.key"])(
    "is refused when it is a link, to %s (S1)",
    async (target) => {
      await (await openOpaqueSetup(directory))();
      renameSync(path, join(directory, "elsewhere.key"));
      symlinkSync(join(directory, target), path);
      const open = async () => await (await openOpaqueSetup(directory))();
      await expect(open()).rejects.toMatchObject({
        code: "identity-unusable",
        message: expect.stringContaining("is a link"),
      });
      expect(readdirSync(directory).sort()).toEqual(["elsewhere.key", "opaque.key"]);
    },
  );

  test.runIf(isPosix)("is refused when others can read it (S1)", async () => {
    await (await openOpaqueSetup(directory))();
    chmodSync(path, 0o644);
    await expect(openOpaqueSetup(directory)).rejects.toMatchObject({
      code: "identity-unusable",
      message: expect.stringContaining("mode 0644"),
    });
  });
});
