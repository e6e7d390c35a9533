import dgram from "node:dgram";
import { DgramAsPromised, type SocketAsPromised } from "dgram-as-promised";
import { afterEach, describe, expect, test } from "vitest";

/**
 * What dgram-as-promised 6.0.0 does, as far as base/datagram-socket.ts is built around it. A test that
 * fails after an upgrade says which of our precautions to look at again.
 */

const open: { close(): unknown }[] = [];

afterEach(() => {
  for (const socket of open.splice(0)) {
    try {
      Promise.resolve(socket.close()).catch(() => undefined);
    } catch {
      // Closed by the test itself.
    }
  }
});

const lookup = (
  host: string,
  _options: unknown,
  callback: (error: null, address: string, family: number) => void,
) => callback(null, host, 4);

function create(...args: Parameters<typeof DgramAsPromised.createSocket>): SocketAsPromised {
  const socket = DgramAsPromised.createSocket(...args);
  open.push(socket);
  return socket;
}

async function bound(socket: SocketAsPromised): Promise<number> {
  await socket.bind({ address: "127.0.0.1", port: 0 });
  return socket.address().port;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function turnsUntil(isDone: () => boolean): Promise<void> {
  for (let count = 0; count < 10_000 && !isDone(); count += 1) await turn();
}

async function sendMany(port: number, count: number): Promise<void> {
  const sender = create({ type: "udp4", lookup });
  for (let index = 0; index < count; index += 1) {
    await sender.send(`${index}`, 0, `${index}`.length, port, "127.0.0.1");
  }
}

describe("dgram-as-promised 6.0.0", () => {
  test("recv() loses what arrives between two calls, the creation callback does not", async () => {
    const viaCallback: string[] = [];
    const receiver = create({ type: "udp4" }, (datagram) => {
      viaCallback.push(datagram.toString());
    });
    const port = await bound(receiver);
    const viaRecv: string[] = [];
    const first = receiver.recv();
    await sendMany(port, 50);
    viaRecv.push(String((await first)?.msg));
    await turnsUntil(() => viaCallback.length === 50);
    expect(viaCallback).toHaveLength(50);
    expect(viaRecv).toEqual(["0"]);
  });

  test("an error sticks: the next, unrelated send rejects with it and sends nothing", async () => {
    const received: string[] = [];
    const receiver = create({ type: "udp4" }, (datagram) => {
      received.push(datagram.toString());
    });
    const port = await bound(receiver);
    const sender = create({ type: "udp4", lookup });
    await bound(sender);
    sender.socket.emit("error", new Error("earlier"));
    await expect(sender.send("x", 0, 1, port, "127.0.0.1")).rejects.toThrow("earlier");
    await sender.send("y", 0, 1, port, "127.0.0.1");
    await turnsUntil(() => received.length === 1);
    expect(received).toEqual(["y"]);
  });

  test("after a failed bind the next bind of the same socket fails too", async () => {
    const taken = dgram.createSocket("udp4");
    open.push(taken);
    await new Promise<void>((resolve) => taken.bind(0, "127.0.0.1", resolve));
    const socket = create({ type: "udp4" });
    const bindTaken = socket.bind({ address: "127.0.0.1", port: taken.address().port });
    await expect(bindTaken).rejects.toThrow("EADDRINUSE");
    await expect(socket.bind({ address: "127.0.0.1", port: 0 })).rejects.toThrow("EADDRINUSE");
  });

  test("send looks even a literal address up, unless told otherwise", async () => {
    const asked: string[] = [];
    const socket = create({
      type: "udp4",
      lookup: (host, options, callback) => {
        asked.push(host);
        lookup(host, options, callback);
      },
    });
    const port = await bound(socket);
    asked.length = 0;
    await socket.send("x", 0, 1, port, "127.0.0.1");
    expect(asked).toEqual(["127.0.0.1"]);
  });

  test("with the synchronous lookup a buffer may be reused at once, with the default not", async () => {
    async function contents(options: { lookup?: typeof lookup }): Promise<Set<string>> {
      const received = new Set<string>();
      let count = 0;
      const receiver = create({ type: "udp4" }, (datagram) => {
        received.add(datagram.toString());
        count += 1;
      });
      const port = await bound(receiver);
      const sender = create({ type: "udp4", ...options });
      await bound(sender);
      const buffer = Buffer.alloc(2);
      const sends = Array.from({ length: 20 }, (_, index) => {
        buffer.write(String(index).padStart(2, "0"));
        return sender.send(buffer, 0, 2, port, "127.0.0.1");
      });
      await Promise.all(sends);
      await turnsUntil(() => count === 20);
      return received;
    }
    expect((await contents({ lookup })).size).toBe(20);
    expect((await contents({})).size).toBe(1);
  });

  test("a second close() rejects", async () => {
    const socket = create({ type: "udp4" });
    await bound(socket);
    await socket.close();
    await expect(socket.close()).rejects.toThrow("Not running");
  });

  test("getSendBufferSize() calls itself without end", async () => {
    const socket = create({ type: "udp4" });
    await bound(socket);
    expect(() => socket.getSendBufferSize()).toThrow(RangeError);
  });

  test("send() tells nothing of the kernel's queue; the wrapped socket does", async () => {
    const socket = create({ type: "udp4", lookup });
    const port = await bound(socket);
    await socket.send("x", 0, 1, port, "127.0.0.1");
    expect("getSendQueueSize" in socket).toBe(false);
    expect(socket.socket.getSendQueueSize()).toBe(0);
  });
});
