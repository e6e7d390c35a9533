import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { Secret } from "../../src/base/secret.ts";
import type { AccountAction, AccountResult } from "../../src/room/account-action.ts";
import { startClient } from "../../src/room/client.ts";
import { accountActionsMax } from "../../src/room/client-accounts.ts";
import type { ClientEvent, ClientPort } from "../../src/room/client-port.ts";
import { makeOpaqueSetup } from "../../src/room/opaque.ts";
import { type RunningServer, startServer } from "../../src/room/server.ts";
import { keyPairOf } from "../../src/transport/noise.ts";
import { MemoryAccountKeys } from "../support/account-keys.ts";
import { temporaryDirectory } from "../support/directory.ts";

const loopback = { host: "127.0.0.1", port: 0 };
const password = new Secret("correct horse battery");

type EventOf<T extends ClientEvent["type"]> = Extract<ClientEvent, { type: T }>;

/** A person at one device, with a real client. */
class Device implements AsyncDisposable {
  readonly events: ClientEvent[] = [];
  port!: ClientPort;
  readonly #waiting = new Set<() => void>();
  #count = 0;

  static async open(server: RunningServer, nick: string, name = nick): Promise<Device> {
    const device = new Device();
    device.port = await startClient({
      nick,
      deviceName: name,
      accountKeys: new MemoryAccountKeys(),
      resolve: async () => ({ address: server.address }),
      judge: async () => ({ type: "accepted", isFirstVisit: false }),
      keyPair: keyPairOf(systemRandom.bytes(32)),
      clock: systemClock,
      random: systemRandom,
      bindAddress: loopback,
      onEvent: (event) => {
        device.events.push(event);
        for (const look of device.#waiting) look();
      },
    });
    await device.until("ready");
    return device;
  }

  /** The first of these that has come since the last request. */
  async until<T extends ClientEvent["type"]>(...types: T[]): Promise<EventOf<T>> {
    return await new Promise((resolve) => {
      const look = () => {
        const event = this.events.find(({ type }) => types.includes(type as T));
        if (event === undefined) return;
        this.#waiting.delete(look);
        resolve(event as EventOf<T>);
      };
      this.#waiting.add(look);
      look();
    });
  }

  async do(action: AccountAction): Promise<AccountResult | { readonly code: string }> {
    this.#count += 1;
    const ref = `${this.#count}`;
    this.events.length = 0;
    this.port.account(action, ref);
    const event = await this.until("account", "error");
    expect(event.ref).toBe(ref);
    return event.type === "account" ? event.result : { code: event.code };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.port.close();
  }
}

function start(dataDir: string): Promise<RunningServer> {
  const keyPair = keyPairOf(systemRandom.bytes(32));
  return startServer({
    address: loopback,
    dataDir,
    id: Buffer.from(keyPair.publicKey).toString("base64url"),
    keyPair,
    name: "kitchen",
    loadOpaqueSetup: makeOpaqueSetup,
    clock: systemClock,
    random: systemRandom,
  });
}

describe("a client with an account", () => {
  test("registers, and is the account on another device that knows the password", async () => {
    await using directory = await temporaryDirectory();
    await using server = await start(directory.path);
    await using laptop = await Device.open(server, "anna", "laptop");
    expect(await laptop.do({ type: "register", password })).toEqual({
      ...{ type: "registered", nick: "anna", hasPassword: true },
    });
    const { own } = await laptop.until("identified");
    expect(own.isGuest).toBeUndefined();

    await using phone = await Device.open(server, "visitor", "phone");
    const wrong = new Secret("not the password");
    expect(await phone.do({ type: "login", nick: "anna", password: wrong })).toEqual({
      code: "password-wrong",
    });
    expect(await phone.do({ type: "login", nick: "anna", password })).toEqual({
      ...{ type: "logged-in", nick: "anna" },
    });
    expect((await phone.until("renamed")).nick).toBe("anna");
    expect((await phone.until("identified")).own).toEqual(own);
    expect(await phone.do({ type: "set-password", password: new Secret("quite another") })).toEqual(
      { type: "password-set" },
    );

    expect(await phone.do({ type: "devices" })).toMatchObject({
      devices: [{ name: "laptop" }, { name: "phone", isOwn: true }],
      hasPassword: true,
    });
    expect(await phone.do({ type: "revoke", device: 3 })).toEqual({ code: "target-invalid" });
    expect(await phone.do({ type: "revoke", device: 1 })).toEqual({
      ...{ type: "revoked", device: "laptop" },
    });
  });

  test("ends its account only when it is named, and is a guest again", async () => {
    await using directory = await temporaryDirectory();
    await using server = await start(directory.path);
    await using anna = await Device.open(server, "visitor");
    const { own: guest } = await anna.until("ready");
    expect(await anna.do({ type: "unregister", nick: "visitor" })).toEqual({ code: "not-allowed" });
    expect(await anna.do({ type: "register", nick: "anna" })).toMatchObject({
      ...{ nick: "anna", hasPassword: false },
    });
    expect(await anna.do({ type: "unregister", nick: "visitor" })).toEqual({
      code: "argument-invalid",
    });
    expect(await anna.do({ type: "unregister", nick: "ANNA" })).toEqual({ type: "unregistered" });
    expect((await anna.until("identified")).own).toEqual(guest);
  });

  test("registers nothing with a password that is too short", async () => {
    await using directory = await temporaryDirectory();
    await using server = await start(directory.path);
    await using anna = await Device.open(server, "anna");
    expect(await anna.do({ type: "register", password: new Secret("short") })).toEqual({
      code: "argument-invalid",
    });
    expect(await anna.do({ type: "devices" })).toEqual({ code: "not-allowed" });
  });

  test("does one thing after the other, and refuses the 17th while 16 wait", async () => {
    await using directory = await temporaryDirectory();
    await using server = await start(directory.path);
    await using anna = await Device.open(server, "anna");
    anna.port.account({ type: "register" }, "first");
    for (let count = 1; count < accountActionsMax; count += 1) {
      anna.port.account({ type: "devices" }, "waiting");
    }
    expect(anna.events.some(({ type }) => type === "error")).toBe(false);
    anna.port.account({ type: "devices" }, "too many");
    expect(await anna.until("error")).toMatchObject({ ref: "too many", code: "limit-reached" });
    expect(await anna.until("account")).toMatchObject({ ref: "first" });
  });

  test("gives a room a password, and comes into one by it", async () => {
    await using directory = await temporaryDirectory();
    await using server = await start(directory.path);
    await using anna = await Device.open(server, "anna");
    anna.port.ask({ type: "create", room: "vault", kind: "invite" });
    await anna.until("entered");
    const room = "vault";
    expect(await anna.do({ type: "set-room-password", room, password })).toEqual({
      ...{ type: "room-password-set", room },
    });
    await using ben = await Device.open(server, "ben");
    ben.port.join(room, "join");
    expect(await ben.until("error")).toMatchObject({ room, ref: "join", code: "password-needed" });
    const wrong = new Secret("not the password");
    expect(await ben.do({ type: "open-room", room, password: wrong })).toEqual({
      code: "password-wrong",
    });
    const message = "that is not the password of vault";
    expect(ben.events).toContainEqual(expect.objectContaining({ type: "error", message }));
    expect(await ben.do({ type: "open-room", room, password })).toEqual({
      ...{ type: "room-opened", room },
    });
    ben.port.join(room);
    expect((await ben.until("entered")).state.kind).toBe("password");
  });

  test("is told at once that there is no connection", async () => {
    await using directory = await temporaryDirectory();
    await using server = await start(directory.path);
    await using anna = await Device.open(server, "anna");
    anna.events.length = 0;
    await server.close("over");
    await anna.until("connection");
    expect(await anna.do({ type: "devices" })).toEqual({ code: "connection-lost" });
  });
});
