import { describe, expect, test } from "vitest";
import type { Address } from "../../src/base/address.ts";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { bindDatagramSocket, type DatagramSocket } from "../../src/base/datagram-socket.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { EndpointEvent } from "../../src/transport/endpoint-port.ts";
import { identityOf } from "../../src/transport/identity.ts";
import { keyPairOf } from "../../src/transport/noise.ts";
import { UdpEndpoint } from "../../src/transport/udp-endpoint.ts";

const identity = identityOf(keyPairOf(systemRandom.bytes(32)));
const loopback = { host: "127.0.0.1", port: 0 };

interface Peer {
  readonly endpoint: UdpEndpoint;
  readonly events: EndpointEvent[];
  /** Resolves with the first event, seen already or still to come, that fits. */
  next<T extends EndpointEvent["type"]>(
    type: T,
    isWanted?: (event: EndpointEvent & { readonly type: T }) => boolean,
  ): Promise<EndpointEvent & { readonly type: T }>;
}

async function makePeer(isAccepting: boolean, clock: Clock = systemClock): Promise<Peer> {
  const events: EndpointEvent[] = [];
  const watchers = new Set<(event: EndpointEvent) => void>();
  const endpoint = await UdpEndpoint.bind({
    address: loopback,
    clock,
    random: systemRandom,
    isAccepting,
    ...(isAccepting && { identity }),
    onEvent: (event) => {
      events.push(event);
      for (const watcher of watchers) watcher(event);
    },
  });
  return {
    endpoint,
    events,
    next: (type, isWanted = () => true) =>
      new Promise((resolve) => {
        const watcher = (event: EndpointEvent) => {
          if (event.type !== type || !isWanted(event as never)) return;
          watchers.delete(watcher);
          resolve(event as never);
        };
        watchers.add(watcher);
        for (const event of [...events]) watcher(event);
      }),
  };
}

/** Passes datagrams on between one client and a server, which sees the router's port. */
class Router implements AsyncDisposable {
  readonly #server: Address;
  readonly #inside: DatagramSocket;
  #outside: DatagramSocket;
  #client: Address | undefined;

  private constructor(server: Address, inside: DatagramSocket, outside: DatagramSocket) {
    this.#server = server;
    this.#inside = inside;
    this.#outside = outside;
  }

  static async start(server: Address): Promise<Router> {
    let router: Router | undefined;
    const inside = await bindDatagramSocket({
      address: loopback,
      onDatagram: (datagram, from) => router?.up(datagram, from),
    });
    const outside = await bindDatagramSocket({
      address: loopback,
      onDatagram: (datagram) => router?.down(datagram),
    });
    router = new Router(server, inside, outside);
    return router;
  }

  get address(): Address {
    return this.#inside.address;
  }

  /** Takes another port outside, where the old one hears nothing more. */
  async change(): Promise<void> {
    const old = this.#outside;
    this.#outside = await bindDatagramSocket({
      address: loopback,
      onDatagram: (datagram) => this.down(datagram),
    });
    await old.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#inside.close(), this.#outside.close()]);
  }

  private up(datagram: Uint8Array, from: Address): void {
    this.#client = from;
    this.#outside.send(this.#server, datagram);
  }

  private down(datagram: Uint8Array): void {
    if (this.#client !== undefined) this.#inside.send(this.#client, datagram);
  }
}

describe("UdpEndpoint", () => {
  test("sends long datagrams over loopback", async () => {
    const [server, client] = await Promise.all([makePeer(true), makePeer(false)]);
    await using _ = server.endpoint;
    await using __ = client.endpoint;
    const connection = client.endpoint.connect(server.endpoint.address);
    await client.next("opened");
    const mebibyte = new Uint8Array(1024 * 1024);
    for (let count = 0; count < 4; count += 1) client.endpoint.send(connection, 0, mebibyte);
    const isFourth = () => server.events.filter(({ type }) => type === "message").length === 4;
    await server.next("message", isFourth);
    // With 1200 bytes it would be 3,600; macOS carries 8952.
    expect(client.endpoint.stats.datagramsSent).toBeLessThan(1000);
  });

  test("carries a 16 MiB message over loopback, and the reason of the close", async () => {
    const server = await makePeer(true);
    const client = await makePeer(false);
    const connection = client.endpoint.connect(server.endpoint.address);
    const message = systemRandom.bytes(16 * 1024 * 1024);
    client.endpoint.send(connection, 1, message);
    const arrived = await server.next("message");
    expect(Buffer.compare(arrived.message, message)).toBe(0);
    client.endpoint.close(connection, 7, "bye");
    const closed = await server.next("closed");
    expect(closed.reason).toEqual({ cause: "peer", code: 7, text: "bye" });
    await Promise.all([client.endpoint.stop(), server.endpoint.stop()]);
  });

  test("is reached in one round trip with its key and a cookie of its own", async () => {
    await using server = (await makePeer(true)).endpoint;
    const client = await makePeer(false);
    const key = identity.keyPair.publicKey;
    client.endpoint.connect(server.address, { key, cookie: server.issueCookie("127.0.0.1") });
    const opened = await client.next("opened");
    expect(opened.peerKey).toEqual(key);
    // INIT, and no QUERY before it.
    expect(server.stats.datagramsSent).toBe(1);
    await client.endpoint.stop();
  });

  test("goes on when the router between changes the client's port", async () => {
    const server = await makePeer(true);
    const client = await makePeer(false);
    await using router = await Router.start(server.endpoint.address);
    const connection = client.endpoint.connect(router.address);
    await client.next("opened");
    const message = systemRandom.bytes(4 * 1024 * 1024);
    client.endpoint.send(connection, 1, message);
    await router.change();
    const { connection: incoming, message: arrived } = await server.next("message");
    expect(Buffer.compare(arrived, message)).toBe(0);
    server.endpoint.send(incoming, 1, message);
    const answer = await client.next("message");
    expect(Buffer.compare(answer.message, message)).toBe(0);
    expect(server.events.map(({ type }) => type).filter((type) => type !== "writable")).toEqual([
      "opened",
      "message",
    ]);
    await Promise.all([client.endpoint.stop(), server.endpoint.stop()]);
  });

  test("serves 200 connections, and stopping tells each of them", async () => {
    const server = await makePeer(true);
    const client = await makePeer(false);
    const opened = new Set<number>();
    // Not all at once: on a busy machine the last of them would give up after 6.3 s.
    for (let count = 0; count < 200; count += 20) {
      const handles = Array.from({ length: 20 }, () =>
        client.endpoint.connect(server.endpoint.address),
      );
      for (const handle of handles) client.endpoint.send(handle, 0, Uint8Array.of(1));
      await client.next("opened", ({ connection }) => opened.add(connection).size === count + 20);
    }
    const arrived = new Set<number>();
    await server.next("message", ({ connection }) => arrived.add(connection).size === 200);
    for (const connection of arrived) server.endpoint.send(connection, 0, Uint8Array.of(2));
    const answered = new Set<number>();
    await client.next("message", ({ connection }) => answered.add(connection).size === 200);
    expect(server.endpoint.stats.connections).toBe(200);
    await server.endpoint.stop(3, "server closing");
    const ended = new Set<number>();
    await client.next("closed", ({ connection }) => ended.add(connection).size === 200);
    const reasons = client.events.flatMap((event) => (event.type === "closed" ? event.reason : []));
    expect(new Set(reasons.map(({ cause, code, text }) => `${cause} ${code} ${text}`))).toEqual(
      new Set(["peer 3 server closing"]),
    );
    await client.endpoint.stop();
  });

  test("sends what the application answers before it has read all that came", async () => {
    let computedMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + computedMs };
    const server = await makePeer(true, clock);
    const client = await makePeer(false);
    const handles = Array.from({ length: 16 }, () =>
      client.endpoint.connect(server.endpoint.address),
    );
    const opened = new Set<number>();
    await client.next("opened", ({ connection }) => opened.add(connection).size === 16);
    // They leave in one turn and are read in one pass of the event loop.
    for (const handle of handles) client.endpoint.send(handle, 0, Uint8Array.of(1));
    const sentCounts: number[] = [];
    await server.next("message", ({ connection }) => {
      sentCounts.push(server.endpoint.stats.datagramsSent);
      server.endpoint.send(connection, 0, Uint8Array.of(2));
      computedMs += 1;
      return sentCounts.length === 16;
    });
    expect(new Set(sentCounts).size).toBeGreaterThan(4);
    await Promise.all([client.endpoint.stop(), server.endpoint.stop()]);
  });

  test("delivers what was queued before it was stopped", async () => {
    const server = await makePeer(true);
    const client = await makePeer(false);
    const connection = client.endpoint.connect(server.endpoint.address);
    await client.next("opened");
    client.endpoint.send(connection, 0, new Uint8Array(300_000));
    const [arrived] = await Promise.all([server.next("message"), client.endpoint.stop()]);
    expect(arrived.message.length).toBe(300_000);
    await server.endpoint.stop();
  });

  test("calls nobody back from within a call", async () => {
    await using endpoint = (await makePeer(false)).endpoint;
    const peer = await makePeer(false);
    const connection = peer.endpoint.connect(endpoint.address);
    peer.endpoint.abort(connection, 1, "");
    expect(peer.events).toEqual([]);
    await peer.next("closed");
    await peer.endpoint.stop();
  });

  test("stops once, however often it is asked, and within a second of a silent peer", async () => {
    await using silent = (await makePeer(false)).endpoint;
    const client = await makePeer(false);
    client.endpoint.connect(silent.address);
    const startedAt = systemClock.now();
    await Promise.all([client.endpoint.stop(), client.endpoint.stop()]);
    expect(systemClock.now() - startedAt).toBeLessThan(1500);
    expect(client.events).toMatchObject([{ type: "closed", reason: { cause: "local" } }]);
  });

  test("says that its port is taken", async () => {
    await using first = (await makePeer(true)).endpoint;
    const second = UdpEndpoint.bind({
      address: first.address,
      clock: systemClock,
      random: systemRandom,
      isAccepting: true,
      identity,
      onEvent: () => undefined,
    });
    await expect(second).rejects.toMatchObject({ code: "port-in-use" });
  });
});
