import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { PathLimit } from "../../src/transport/path-limit.ts";
import { SimulatedClock } from "../support/clock.ts";

describe("PathLimit", () => {
  const limit = new PathLimit(new SimulatedClock());

  test("knows that loopback carries more than Ethernet", () => {
    expect(limit.datagramBytesTo("127.0.0.1")).toBeGreaterThanOrEqual(16_384 - 28);
  });

  test("takes an address of this host for loopback, which its datagrams take", () => {
    const addresses = Object.values(networkInterfaces()).flatMap((list = []) => list);
    const own = addresses.find(({ family, internal }) => family === "IPv4" && !internal);
    const host = own?.address ?? "127.0.0.1";
    expect(limit.datagramBytesTo(host)).toBeGreaterThanOrEqual(16_384 - 28);
  });

  test("takes everything for Ethernet where the system does not tell its adapters", () => {
    const silent = new PathLimit(new SimulatedClock(), () => {
      throw new Error("EACCES");
    });
    expect(silent.datagramBytesTo("10.0.0.1")).toBe(1472);
    expect(silent.datagramBytesTo("fe80::1%eth0")).toBe(1452);
  });

  test("expects no more of what lies behind a router than Ethernet carries", () => {
    // TEST-NET-3 of RFC 5737: nobody's network.
    expect(limit.datagramBytesTo("203.0.113.9")).toBe(1472);
  });
});
