import { expect, test } from "vitest";
import { passwordStrength } from "../../src/tui/password-strength.ts";

test.each([
  ["", undefined],
  ["short", "5 more characters needed"],
  ["ninechars", "1 more character needed"],
  ["abababababababab", "strength: weak"],
  ["1234567890", "strength: weak"],
  ["alicealice12", "strength: weak"],
  ["kitchenwater", "strength: fair"],
  ["correct horse battery staple", "strength: good"],
  ["x7!kPq2@mZ9#", "strength: good"],
])("of %j it is said: %j", (password, said) => {
  expect(passwordStrength(password, "alice")).toBe(said);
});
