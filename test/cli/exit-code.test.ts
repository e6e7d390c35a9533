import { expect, test } from "vitest";
import type { ErrorCode } from "../../src/base/errors.ts";
import { exitCodeOf } from "../../src/cli/exit-code.ts";

test.each<[ErrorCode, number]>([
  ["argument-invalid", 1],
  ["nickname-taken", 1],
  ["history-damaged", 1],
  ["no-server", 2],
  ["connection-lost", 3],
  ["identity-unusable", 4],
  ["known-servers-unusable", 4],
  ["server-untrusted", 4],
])("%s ends the program with %i", (code, exitCode) => {
  expect(exitCodeOf(code)).toBe(exitCode);
});
