import { describe, expect, test } from "vitest";
import { CookieJar, cookieBytes } from "../../src/transport/cookie.ts";
import { cookieBytesMax, cookieLifeMs, cookieSecretMs } from "../../src/transport/limits.ts";
import { SeededRandom } from "../support/random.ts";

const address = { host: "10.0.0.5", port: 5000 };
const now = 1_000_000;

describe("CookieJar", () => {
  test("takes its own cookie for 15 s and not a millisecond longer", () => {
    const jar = new CookieJar(new SeededRandom(1));
    const cookie = jar.issue(now, address, 77);
    expect(cookie.length).toBe(cookieBytes);
    expect(cookieBytes).toBeLessThanOrEqual(cookieBytesMax);
    expect(jar.isValid(now, address, 77, cookie)).toBe(true);
    expect(jar.isValid(now + cookieLifeMs, address, 77, cookie)).toBe(true);
    expect(jar.isValid(now + cookieLifeMs + 1, address, 77, cookie)).toBe(false);
    expect(jar.isValid(now - 1, address, 77, cookie)).toBe(false);
  });

  test("binds it to host, port and client", () => {
    const jar = new CookieJar(new SeededRandom(1));
    const cookie = jar.issue(now, address, 77);
    expect(jar.isValid(now, { ...address, host: "10.0.0.6" }, 77, cookie)).toBe(false);
    expect(jar.isValid(now, { ...address, port: 5001 }, 77, cookie)).toBe(false);
    expect(jar.isValid(now, address, 78, cookie)).toBe(false);
  });

  test("refuses a changed, cut, empty or foreign cookie", () => {
    const jar = new CookieJar(new SeededRandom(1));
    const cookie = jar.issue(now, address, 77);
    for (let at = 0; at < cookie.length; at += 1) {
      const changed = cookie.slice();
      changed[at] = changed[at]! ^ 1;
      expect(jar.isValid(now, address, 77, changed)).toBe(false);
      expect(jar.isValid(now, address, 77, cookie.subarray(0, at))).toBe(false);
    }
    const other = new CookieJar(new SeededRandom(2));
    expect(jar.isValid(now, address, 77, other.issue(now, address, 77))).toBe(false);
  });

  test("takes a cookie across one change of the secret, not across two", () => {
    const jar = new CookieJar(new SeededRandom(1));
    jar.issue(now, address, 1);
    const issuedAt = now + cookieSecretMs - 1;
    const cookie = jar.issue(issuedAt, address, 77);
    expect(jar.isValid(issuedAt + 2, address, 77, cookie)).toBe(true);
    jar.issue(now + 2 * cookieSecretMs, address, 1);
    jar.issue(now + 3 * cookieSecretMs, address, 1);
    expect(jar.isValid(issuedAt + 2, address, 77, cookie)).toBe(false);
  });
});
