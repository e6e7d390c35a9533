import { expect, test } from "vitest";
import { scopeOf } from "../../src/base/address-scope.ts";

test.each([
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["::1", "loopback"],
  ["10.0.0.0", "private"],
  ["10.255.255.255", "private"],
  ["100.64.0.1", "private"],
  ["100.128.0.1", "elsewhere"],
  ["169.254.7.7", "private"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.1", "elsewhere"],
  ["192.168.1.5", "private"],
  ["192.169.1.5", "elsewhere"],
  ["9.255.255.255", "elsewhere"],
  ["11.0.0.1", "elsewhere"],
  ["8.8.8.8", "elsewhere"],
  ["0.0.0.0", "elsewhere"],
  ["224.0.0.1", "elsewhere"],
  ["240.0.0.1", "elsewhere"],
  ["255.255.255.255", "elsewhere"],
  ["fd00::7", "private"],
  ["fcff::1", "private"],
  ["2001:db8::1", "elsewhere"],
  ["fe80::1", "elsewhere"],
  ["fe80::1%eth0", "elsewhere"],
  ["ff02::1", "elsewhere"],
  ["::", "elsewhere"],
  ["a.host", "elsewhere"],
  ["", "elsewhere"],
])("the scope of %s is %s", (host, scope) => {
  expect(scopeOf(host)).toBe(scope);
});
