import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  formatAddress,
  formatIpv4,
  parseIpv4,
  virtualAddress,
  virtualNumber,
} from "../../src/base/address.ts";
import { assertNever } from "../../src/base/assert.ts";
import { encodeUtf8 } from "../../src/base/bytes.ts";
import { crc32 } from "../../src/base/checksum.ts";
import { systemClock } from "../../src/base/clock.ts";
import {
  EarshotError,
  systemErrorCode,
  systemReason,
  toEarshotError,
} from "../../src/base/errors.ts";
import { systemRandom } from "../../src/base/random.ts";

describe("crc32", () => {
  test("gives the check value of the CRC-32 catalogue", () => {
    expect(crc32(encodeUtf8("123456789"))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
  });
});

describe("address", () => {
  test("an address is written with its port, IPv6 in brackets", () => {
    expect(formatAddress({ host: "10.0.0.7", port: 28198 })).toBe("10.0.0.7:28198");
    expect(formatAddress({ host: "fe80::1%eth0", port: 1 })).toBe("[fe80::1%eth0]:1");
  });

  test.each([0, 1, 255, 0x01020304, 2 ** 32 - 1])(
    "the virtual address of %i leads back",
    (number) => {
      const address = virtualAddress(number);
      expect(address.host).toMatch(/^240\./);
      expect(1 <= address.port && address.port <= 256).toBe(true);
      expect(virtualNumber(address)).toBe(number);
    },
  );

  test("an address of a network is not virtual", () => {
    expect(virtualNumber({ host: "10.0.0.1", port: 1 })).toBeUndefined();
    expect(virtualNumber({ host: "24.0.0.1", port: 1 })).toBeUndefined();
    expect(virtualNumber({ host: "fd00::240", port: 1 })).toBeUndefined();
  });

  test("IPv4 addresses convert both ways", () => {
    expect(parseIpv4("192.168.1.255")).toBe(0xc0a801ff);
    expect(formatIpv4(0xc0a801ff)).toBe("192.168.1.255");
  });

  test("what is no dotted quad is undefined", () => {
    for (const host of ["", "1.2.3", "1.2.3.256", "1.2.3.4.5", "::1", "a.b.c.d"]) {
      expect(parseIpv4(host)).toBeUndefined();
    }
  });
});

describe("errors", () => {
  test("a failure keeps its code and its cause", () => {
    const cause = Object.assign(new Error("bind"), { code: "EADDRINUSE" });
    const error = toEarshotError(cause, "port-in-use", "UDP port 1 is in use");
    expect(error.code).toBe("port-in-use");
    expect(error.cause).toBe(cause);
    expect(systemErrorCode(cause)).toBe("EADDRINUSE");
    expect(systemErrorCode("no error")).toBeUndefined();
  });

  test("the system's reason is told in its own words, and nothing where there is none", () => {
    let missing: unknown;
    try {
      readFileSync("no such file");
    } catch (error) {
      missing = error;
    }
    expect(systemReason(missing)).toBe(": no such file or directory");
    expect(systemReason(Object.assign(new Error("?"), { errno: 1_000_000 }))).toBe("");
    expect(systemReason(new Error("no errno"))).toBe("");
    expect(systemReason("no error")).toBe("");
  });

  test("one of ours is not wrapped again", () => {
    const error = new EarshotError("no-server", "none");
    expect(toEarshotError(error, "internal", "x")).toBe(error);
  });

  test("a value that should not exist is our own mistake", () => {
    expect(() => assertNever("x" as never)).toThrow("unexpected value");
  });
});

describe("the system's clock and randomness", () => {
  test("a timer fires when its time has come, and not when cancelled", async () => {
    const startedAt = systemClock.now();
    const fired: string[] = [];
    const cancelled = systemClock.setTimer(startedAt + 5, () => fired.push("cancelled"));
    cancelled.cancel();
    await new Promise<void>((resolve) => {
      systemClock.setTimer(startedAt + 10, () => {
        fired.push("kept");
        resolve();
      });
    });
    expect(fired).toEqual(["kept"]);
    expect(systemClock.now()).toBeGreaterThanOrEqual(startedAt + 10);
  });

  test("ids are nanoids and bytes are as many as asked", () => {
    expect(systemRandom.id()).toMatch(/^[\w-]{21}$/);
    expect(systemRandom.bytes(16)).toHaveLength(16);
    expect(systemRandom.unit()).toBeLessThan(1);
  });
});
