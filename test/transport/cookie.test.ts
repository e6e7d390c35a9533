import { describe, expect, test } from "vitest";
import { CookieJar, cookieBytes } from "../../src/transport/cookie.ts";
import { cookieBytesMax, cookieLifeMs, cookieSecretMs } from "../../src/transport/limits.ts";
import { SeededRandom } from "../support/random.ts";

const host = "10.0.0.5";
const now = 1_000_000;

describe("CookieJar", () => {
  test("takes its own cookie for 15 s and not a millisecond longer", () => {
    const jar = new CookieJar(new SeededRandom(1));
    const cookie = jar.issue(now, host);
    expect(cookie.length).toBe(cookieBytes);
    expect(cookieBytes).toBeLessThanOrEqual(cookieBytesMax);
    expect(jar.isValid(now, host, cookie)).toBe(true);
    expect(jar.isValid(now + cookieLifeMs, host, cookie)).toBe(true);
    expect(jar.isValid(now + cookieLifeMs + 1, host, cookie)).toBe(false);
    expect(jar.isValid(now - 1, host, cookie)).toBe(false);
  });

  test("binds it to the host", () => {
    const jar = new CookieJar(new SeededRandom(1));
    const cookie = jar.issue(now, host);
    expect(jar.isValid(now, "10.0.0.6", cookie)).toBe(false);
  });

  test("refuses a changed, cut, empty or foreign cookie", () => {
    const jar = new CookieJar(new SeededRandom(1));
    const cookie = jar.issue(now, host);
    for (let at = 0; at < cookie.length; at += 1) {
      const changed = cookie.slice();
      changed[at] = changed[at]! ^ 1;
      expect(jar.isValid(now, host, changed)).toBe(false);
      expect(jar.isValid(now, host, cookie.subarray(0, at))).toBe(false);
    }
    const other = new CookieJar(new SeededRandom(2));
    expect(jar.isValid(now, host, other.issue(now, host))).toBe(false);
  });

  test("takes a cookie across one change of the secret, not across two", () => {
    const jar = new CookieJar(new SeededRandom(1));
    jar.issue(now, host);
    const issuedAt = now + cookieSecretMs - 1;
    const cookie = jar.issue(issuedAt, host);
    expect(jar.isValid(issuedAt + 2, host, cookie)).toBe(true);
    jar.issue(now + 2 * cookieSecretMs, host);
    jar.issue(now + 3 * cookieSecretMs, host);
    expect(jar.isValid(issuedAt + 2, host, cookie)).toBe(false);
  });
});
