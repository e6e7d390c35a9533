import { describe, expect, test } from "vitest";
import { isAnnounceable, toServerName } from "../../src/discovery/announcement.ts";

describe("toServerName", () => {
  test.each([
    ["Office", "Office"],
    ["  Ann's\nlaptop ", "Ann's laptop"],
    ["\u001b]0;owned\u0007", "]0;owned"],
    ["n".repeat(49), "n".repeat(48)],
    [`${"n".repeat(46)}äö`, `${"n".repeat(46)}ä`],
    [`${"n".repeat(45)}🐟`, "n".repeat(45)],
    [`${"n".repeat(47)} x`, "n".repeat(47)],
    ["\u202e", ""],
    ["", ""],
  ])("makes %j %j", (text, name) => {
    expect(toServerName(text)).toBe(name);
  });
});

describe("isAnnounceable", () => {
  test.each([
    ["10.0.0.1", 28_198, true],
    ["203.0.113.7", 1024, true],
    ["10.0.0.1", 1023, false],
    ["10.0.0.1", 65_536, false],
    ["0.0.0.0", 28_198, false],
    ["127.0.0.1", 28_198, false],
    ["224.0.0.1", 28_198, false],
    ["255.255.255.255", 28_198, false],
    ["office.example", 28_198, false],
    ["2001:db8::1", 28_198, true],
    ["fd00::1", 28_198, true],
    ["fe80::1", 28_198, false],
    ["fe80::1%eth0", 28_198, false],
    ["::", 28_198, false],
    ["::1", 28_198, false],
    ["::ffff:10.0.0.1", 28_198, false],
    ["ff02::1", 28_198, false],
  ])("of %s port %i: %s", (host, port, isSo) => {
    expect(isAnnounceable({ host, port })).toBe(isSo);
  });
});
