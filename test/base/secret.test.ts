import { format, inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "../../src/base/secret.ts";

test("a secret shows itself nowhere but where it is asked to (S5)", () => {
  const secret = new Secret("correct horse");
  const error = new Error(`login with ${secret}`, { cause: secret });
  const seen = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ deep: { secret } }, { showHidden: true, depth: 9 }),
    format("%s %o %j %O", secret, secret, secret, secret),
    inspect(error),
    Object.keys(secret).join(),
  ];
  expect(seen.join("\n")).not.toContain("horse");
  expect(seen[0]).toBe("[secret]");
  expect(secret.reveal()).toBe("correct horse");
});
