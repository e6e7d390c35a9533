import { describe, expect, test } from "vitest";
import type { Adapter } from "../../src/discovery/adapters.ts";
import {
  advertiserDelayMs,
  advertiserRetryMs,
  advertiserScanMs,
  DnsSdAdvertiser,
  type LoadResponder,
} from "../../src/discovery/dns-sd-advertiser.ts";
import type { Service } from "../../src/discovery/dns-sd-responder.ts";
import { SimulatedClock } from "../support/clock.ts";
import { fakeAdapter } from "./lan.ts";
import { sampleId } from "./samples.ts";

const loopback: Adapter = { ...fakeAdapter(0), name: "lo", isLoopback: true };

/** An advertiser on adapters that come and go, and what its library was told. */
function advertise(load?: LoadResponder) {
  const clock = new SimulatedClock();
  const log: string[] = [];
  const services: Service[] = [];
  const troubles: string[] = [];
  let adapters: readonly Adapter[] = [loopback, fakeAdapter(1)];
  const failures: ((error: Error) => void)[] = [];
  const loadResponder: LoadResponder = async ({ service, adapterNames: names }, onFailure) => {
    failures.push(onFailure);
    log.push(`open ${names.join(" ")}`);
    services.push(service);
    return {
      close: async () => {
        log.push(`close ${names.join(" ")}`);
      },
    };
  };
  const advertiser = new DnsSdAdvertiser({
    name: "lab 2.0",
    key: sampleId(1),
    port: 28_198,
    versionMin: 2,
    versionMax: 2,
    interfaces: [],
    clock,
    onTrouble: (message) => troubles.push(message),
    listAdapters: () => adapters,
    loadResponder: load ?? loadResponder,
  });
  const pass = async (ms: number) => {
    clock.advance(ms);
    // What was started with these adapters has to end before others come.
    await new Promise((resolve) => setImmediate(resolve));
  };
  const plug = (...numbers: readonly number[]) => {
    adapters = [loopback, ...numbers.map(fakeAdapter)];
  };
  return { advertiser, log, services, troubles, failures, pass, plug };
}

describe("a server's advertisement", () => {
  test("begins a second after the server, on every adapter but loopback", async () => {
    const { advertiser, log, services, pass } = advertise();
    await pass(advertiserDelayMs - 1);
    expect(log).toEqual([]);
    await pass(1);
    expect(log).toEqual(["open eth1"]);
    expect(services).toEqual([
      {
        name: "lab 2-0",
        hostname: "earshot-00000000",
        port: 28_198,
        txt: { txtvers: "1", k: sampleId(1), v: "2-2" },
      },
    ]);
    await advertiser.close();
    expect(log).toEqual(["open eth1", "close eth1"]);
  });

  test("is made anew when the adapters are others, and not otherwise", async () => {
    const { advertiser, log, pass, plug } = advertise();
    await pass(advertiserDelayMs);
    await pass(2 * advertiserScanMs);
    plug(2, 1);
    await pass(advertiserScanMs);
    plug();
    await pass(advertiserScanMs);
    plug(3);
    await pass(advertiserScanMs);
    const expected = ["open eth1", "close eth1", "open eth1 eth2", "close eth1 eth2", "open eth3"];
    expect(log).toEqual(expected);
    await advertiser.close();
  });

  test("that fails is told once for each reason, and tried again with other adapters", async () => {
    const { advertiser, troubles, pass, plug } = advertise(() =>
      Promise.reject(new Error("no such package")),
    );
    await pass(advertiserDelayMs);
    plug(2);
    await pass(advertiserScanMs);
    expect(troubles).toEqual(["not advertised by DNS-SD: no such package"]);
    await advertiser.close();
  });

  test("that breaks is told once, and made anew a minute later", async () => {
    const { advertiser, log, troubles, failures, pass } = advertise();
    await pass(advertiserDelayMs);
    failures[0]!(new Error("bytes it did not expect"));
    await pass(advertiserRetryMs - advertiserScanMs);
    expect(log).toEqual(["open eth1"]);
    await pass(2 * advertiserScanMs);
    expect(log).toEqual(["open eth1", "open eth1"]);
    expect(troubles).toEqual(["not advertised by DNS-SD: bytes it did not expect"]);
    await advertiser.close();
  });

  test("that is still being made when the server ends is ended when it is made", async () => {
    const closed: string[] = [];
    let finish = () => {};
    const made = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { advertiser, pass } = advertise(async () => {
      await made;
      return {
        close: async () => {
          closed.push("late");
        },
      };
    });
    await pass(advertiserDelayMs);
    await advertiser.close();
    finish();
    await pass(0);
    expect(closed).toEqual(["late"]);
  });
});
