import { describe, expect, test } from "vitest";
import type { Address } from "../../src/base/address.ts";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { startClient } from "../../src/room/client.ts";
import type { ClientEvent, ClientPort } from "../../src/room/client-port.ts";
import { entryText } from "../../src/room/entry.ts";
import { makeOpaqueSetup } from "../../src/room/opaque.ts";
import { type RunningServer, startServer } from "../../src/room/server.ts";
import { keyPairOf } from "../../src/transport/noise.ts";
import { MemoryAccountKeys } from "../support/account-keys.ts";
import { temporaryDirectory } from "../support/directory.ts";

const loopback: Address = { host: "127.0.0.1", port: 0 };

interface Person extends AsyncDisposable {
  readonly port: ClientPort;
  readonly events: ClientEvent[];
  until<T extends ClientEvent["type"]>(
    type: T,
    isIt?: (event: Extract<ClientEvent, { type: T }>) => boolean,
  ): Promise<Extract<ClientEvent, { type: T }>>;
}

function start(dataDir: string, address = loopback): Promise<RunningServer> {
  return startServer({
    address,
    dataDir,
    id: "server-id",
    keyPair: keyPairOf(new Uint8Array(32).fill(1)),
    name: "kitchen",
    loadOpaqueSetup: makeOpaqueSetup,
    clock: systemClock,
    random: systemRandom,
  });
}

async function enter(address: Address, nick: string): Promise<Person> {
  const events: ClientEvent[] = [];
  const waiting = new Set<() => void>();
  const port = await startClient({
    nick,
    resolve: async () => ({ address }),
    judge: async () => ({ type: "accepted", isFirstVisit: false }),
    keyPair: keyPairOf(systemRandom.bytes(32)),
    deviceName: "",
    accountKeys: new MemoryAccountKeys(),
    clock: systemClock,
    random: systemRandom,
    bindAddress: loopback,
    onEvent: (event) => {
      events.push(event);
      for (const look of waiting) look();
    },
  });
  const person: Person = {
    port,
    events,
    until: (type, isIt = () => true) =>
      new Promise((resolve) => {
        const look = () => {
          for (const event of events) {
            if (event.type !== type || !isIt(event as never)) continue;
            waiting.delete(look);
            resolve(event as never);
            return;
          }
        };
        waiting.add(look);
        look();
      }),
    [Symbol.asyncDispose]: () => port.close(),
  };
  port.join("lobby");
  await person.until("entered");
  return person;
}

describe("a server on a real socket", () => {
  test("lets two clients talk", async () => {
    await using directory = await temporaryDirectory();
    await using server = await start(directory.path);
    await using anna = await enter(server.address, "anna");
    await using ben = await enter(server.address, "ben");
    anna.port.say("lobby", "hello", "r1");
    const { entry, isOwn } = await ben.until("said");
    expect(entry).toMatchObject({ sequence: 1, author: { nick: "anna" }, body: { text: "hello" } });
    expect(isOwn).toBe(false);
    expect(await anna.until("stored")).toMatchObject({ ref: "r1", sequence: 1 });
    expect([server.memberCount, server.roomCount]).toEqual([2, 1]);
    const { rttMs } = await anna.until("link");
    expect(rttMs).toBeLessThan(1_000);
    const { bytesSent, bytesReceived } = anna.port.traffic;
    expect(Math.min(bytesSent, bytesReceived)).toBeGreaterThan(100);
  });

  test("carries a line of 16 MiB whole", async () => {
    await using directory = await temporaryDirectory();
    await using server = await start(directory.path);
    await using anna = await enter(server.address, "anna");
    await using ben = await enter(server.address, "ben");
    const text = "0123456789abcdef".repeat(2 ** 20);
    anna.port.say("lobby", text);
    const { entry } = await ben.until("said");
    expect(entryText(entry) === text).toBe(true);
  });

  test("is found again by its clients after a restart, with everything that was stored", async () => {
    await using directory = await temporaryDirectory();
    const first = await start(directory.path);
    const { address } = first;
    await using anna = await enter(address, "anna");
    for (let line = 1; line <= 20; line += 1) anna.port.say("lobby", `line ${line}`);
    await anna.until("stored", ({ sequence }) => sequence === 20);
    await first.close("maintenance");
    expect(await anna.until("shutdown")).toMatchObject({ reason: "maintenance" });
    anna.port.say("lobby", "said while it was away");
    await using second = await start(directory.path, address);
    expect(second.damagedRooms).toEqual([]);
    expect(await anna.until("stored", ({ sequence }) => sequence === 21)).toBeDefined();
    anna.port.history("lobby", {}, "past");
    const page = await anna.until("page");
    expect(page.entries.map((each) => entryText(each))).toEqual([
      ...Array.from({ length: 20 }, (_, index) => `line ${index + 1}`),
      "said while it was away",
    ]);
  });

  test("refuses a directory that another server has, and frees its own when the port is taken", async () => {
    await using directory = await temporaryDirectory();
    await using other = await temporaryDirectory();
    await using server = await start(directory.path);
    await expect(start(directory.path)).rejects.toMatchObject({ code: "data-directory-in-use" });
    const taken = start(other.path, server.address);
    await expect(taken).rejects.toMatchObject({ code: "port-in-use" });
    await using again = await start(other.path);
    expect(again.roomCount).toBe(0);
  });
});
