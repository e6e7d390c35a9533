import { expect, test } from "vitest";
import { cookieMsMax, freshCookie } from "../../src/discovery/discovered-server.ts";
import { heardServer } from "../support/view.ts";

test("a cookie is of use for 10 s after it was heard, and not 1 ms longer", () => {
  const bytes = Uint8Array.of(1);
  const server = heardServer("lab", { heardAt: 99_000, cookie: { bytes, heardAt: 50_000 } });
  expect(freshCookie(50_000 + cookieMsMax - 1, server)).toBe(bytes);
  expect(freshCookie(50_000 + cookieMsMax, server)).toBeUndefined();
  expect(freshCookie(50_000, heardServer("lab"))).toBeUndefined();
});
