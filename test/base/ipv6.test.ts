import { isIPv6 } from "node:net";
import { describe, expect, test } from "vitest";
import { isLinkLocalIpv6, parseIpv6 } from "../../src/base/ipv6.ts";
import { SeededRandom } from "../support/random.ts";

function hex(text: string): string | undefined {
  const bytes = parseIpv6(text);
  return bytes && Buffer.from(bytes).toString("hex");
}

describe("an IPv6 address", () => {
  test.each([
    ["::", "0".repeat(32)],
    ["::1", `${"0".repeat(31)}1`],
    ["fe80::1%eth0", `fe80${"0".repeat(27)}1`],
    ["2001:DB8:0:1:2:3:4:5", "20010db8000000010002000300040005"],
    ["1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
    ["::ffff:10.0.0.1", `${"0".repeat(20)}ffff0a000001`],
  ])("%s", (text, bytes) => {
    expect(hex(text)).toBe(bytes);
  });

  test.each([
    "",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "::g",
    "::1%",
    "::1%a%b",
    "10.0.0.1",
    "::10.0.0.256",
    "10.0.0.1::",
    "1:",
  ])("is not %j", (text) => {
    expect(hex(text)).toBeUndefined();
  });

  test("is what the system takes for one, whatever is typed", () => {
    const random = new SeededRandom(6);
    const alphabet = "0123:::fF.%e";
    for (let round = 0; round < 20_000; round += 1) {
      const length = Math.floor(random.unit() * 20);
      const text = Array.from(
        { length },
        () => alphabet[Math.floor(random.unit() * alphabet.length)],
      ).join("");
      expect([text, parseIpv6(text) !== undefined]).toEqual([text, isIPv6(text)]);
    }
  });

  test.each([
    ["fe80::1", true],
    ["febf::1", true],
    ["fec0::1", false],
    ["fd00::1", false],
  ])("%s is of one link only: %s", (text, isOfLink) => {
    expect(isLinkLocalIpv6(parseIpv6(text)!)).toBe(isOfLink);
  });
});
