import { createSocket } from "node:dgram";

/**
 * What a link does to datagrams, the same in both directions.
 *
 * @typedef {object} LinkShape
 * @property {number} delayMs One way.
 * @property {number} rateMbit
 * @property {number} queuePackets What waits for the rate; the next one is dropped.
 * @property {number} loss Share of datagrams lost at random.
 */

/** Ethernet, IPv4 and UDP headers. */
const headerBytes = 14 + 20 + 8;

/** setTimeout counts in whole milliseconds; what is due within half of one leaves now. */
const timerGrainMs = 0.5;

const socketBufferBytes = 4 * 2 ** 20;

/**
 * A link between clients and a server on loopback: a relay in front of the server's port, in user
 * space, with losses from a seed.
 *
 * @param {LinkShape} shape
 * @param {{ host: string, port: number, seed: number }} options
 * @returns {Promise<{ port: number, close: () => void }>}
 */
export async function openLink(shape, { host, port, seed }) {
  const up = new Direction(shape, randomFrom(2 * seed));
  const down = new Direction(shape, randomFrom(2 * seed + 1));
  const front = await bind(host);
  const sockets = new Map();
  const socketFor = async (client) => {
    const socket = await bind(host);
    socket.on("message", (datagram) => {
      down.push(datagram, () => front.send(datagram, client.port, client.address));
    });
    return socket;
  };
  front.on("message", async (datagram, client) => {
    const key = `${client.address}:${client.port}`;
    if (!sockets.has(key)) sockets.set(key, socketFor(client));
    const socket = await sockets.get(key);
    up.push(datagram, () => socket.send(datagram, port, host));
  });
  const close = async () => {
    up.stop();
    down.stop();
    front.close();
    for (const socket of await Promise.all(sockets.values())) socket.close();
  };
  return { port: front.address().port, close };
}

/** One direction: loss, then the rate with its queue, then the delay. */
class Direction {
  #shape;
  #random;
  #freeAt = 0;
  #waiting = [];
  #timer;
  #isStopped = false;

  constructor(shape, random) {
    this.#shape = shape;
    this.#random = random;
  }

  push(datagram, deliver) {
    const { loss, rateMbit, queuePackets, delayMs } = this.#shape;
    if (this.#isStopped || this.#random() < loss) return;
    const now = performance.now();
    const ms = ((headerBytes + datagram.length) * 8) / (rateMbit * 1000);
    if (queuePackets * ms < this.#freeAt - now) return;
    this.#freeAt = Math.max(now, this.#freeAt) + ms;
    this.#waiting.push({ at: this.#freeAt + delayMs, deliver });
    this.#plan(now);
  }

  stop() {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #plan(now) {
    if (this.#timer !== undefined || this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => this.#deliver(), this.#waiting[0].at - now);
  }

  #deliver() {
    this.#timer = undefined;
    const now = performance.now();
    const later = this.#waiting.findIndex(({ at }) => now + timerGrainMs < at);
    const count = later === -1 ? this.#waiting.length : later;
    for (const { deliver } of this.#waiting.splice(0, count)) deliver();
    this.#plan(now);
  }
}

function bind(host) {
  // The addresses are literal: there is nothing to look up, and nothing to wait for.
  const lookup = (name, _options, callback) => callback(null, name, 4);
  const socket = createSocket({ type: "udp4", lookup, recvBufferSize: socketBufferBytes });
  // A port that is closed already: the measurement is over.
  socket.on("error", () => undefined);
  return new Promise((resolve) => socket.bind(0, host, () => resolve(socket)));
}

/** mulberry32: small, fast, and the same everywhere. */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
