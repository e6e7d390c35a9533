import { createHash } from "node:crypto";
import { type Contents, makeContents } from "../../src/room/files/contents.ts";
import { Exchange } from "../../src/room/files/exchange.ts";
import type { ExchangeEffect } from "../../src/room/files/exchange-effect.ts";
import { chunkBytesMin, hashBytes } from "../../src/room/files/limits.ts";
import type { PeerMessage } from "../../src/room/files/peer-message.ts";
import { SeededRandom } from "./random.ts";

const emptySha256 = new Uint8Array(createHash("sha256").digest());
const latencyMs = 1;
/** As a driver has it: one chunk is being sent and another one read. */
const underWayMax = 2;

/** A connection of two devices, by the number with which both know it. */
interface SwarmLink {
  readonly ends: readonly [SwarmDevice, SwarmDevice];
  isOpen: boolean;
  readonly underWay: Map<SwarmDevice, number>;
}

/** A device in the swarm; all its links share what it sends per millisecond. */
export interface SwarmDevice {
  readonly name: string;
  exchange: Exchange;
  bytesPerMs: number;
  /** Which of its chunks arrive with a wrong byte. */
  isLying: boolean;
  /** It sends nothing, but stays connected. */
  isMute: boolean;
  /** Chunks that it sent, and that came to it right, wrong, or though it had them. */
  sent: number;
  received: number;
  wrong: number;
  again: number;
  completeAt: number | undefined;
  readonly effects: ExchangeEffect[];
  /** When its link has sent what it was given. */
  freeAt: number;
  wakesAt: number | undefined;
}

/** One offer among devices of one process: chunks are only their numbers. */
export class Swarm {
  readonly random: SeededRandom;
  readonly contents: Contents;
  readonly origin: SwarmDevice;
  readonly devices: SwarmDevice[] = [];
  now = 0;
  readonly #links: SwarmLink[] = [];
  readonly #events: { at: number; order: number; run: () => void }[] = [];
  #order = 0;
  readonly #offer: {
    id: string;
    name: string;
    kind: "file" | "folder";
    fileCount: number;
    bytes: number;
  };

  constructor(options: { readonly seed: number; readonly sizes: readonly number[] }) {
    this.random = new SeededRandom(options.seed);
    const entries = options.sizes.map((bytes, index) => ({
      kind: "file" as const,
      parts: [`file ${index}`],
      modifiedAt: 0,
      isExecutable: false,
      bytes,
      sha256: bytes === 0 ? emptySha256 : new Uint8Array(hashBytes),
    }));
    const chunks = options.sizes.reduce((sum, bytes) => sum + Math.ceil(bytes / chunkBytesMin), 0);
    this.contents = makeContents(entries, new Uint8Array(chunks * hashBytes));
    this.#offer = {
      id: "o".repeat(21),
      name: "all",
      kind: "folder",
      fileCount: entries.length,
      bytes: this.contents.bytes,
    };
    this.origin = this.#device("origin", true);
    this.origin.exchange.setContents(0, this.contents);
  }

  /** One more device, which takes the offer. */
  addTaker(): SwarmDevice {
    return this.#device(`taker ${this.devices.length}`, false);
  }

  /** A connection; both were introduced. */
  connect(one: SwarmDevice, other: SwarmDevice, tokens?: readonly [number, number]): number {
    const number = this.#links.length;
    this.#links.push({ ends: [one, other], isOpen: true, underWay: new Map() });
    const [first, second] = tokens ?? [number % 256, number % 256];
    const token = (byte: number) => new Uint8Array(16).fill(byte);
    one.exchange.addPeer(this.now, number, {
      isOrigin: other === this.origin,
      tokens: [token(first)],
    });
    other.exchange.addPeer(this.now, number, {
      isOrigin: one === this.origin,
      tokens: [token(second)],
    });
    this.#pump(one);
    this.#pump(other);
    return number;
  }

  /** Everybody with everybody. */
  connectAll(): void {
    for (const [index, one] of this.devices.entries()) {
      for (const other of this.devices.slice(0, index)) this.connect(one, other);
    }
  }

  /** Somebody is connected to all others again. */
  meet(device: SwarmDevice): void {
    this.unplug(device);
    for (const other of this.devices) if (other !== device) this.connect(device, other);
  }

  disconnect(number: number): void {
    const link = this.#links[number]!;
    if (!link.isOpen) return;
    link.isOpen = false;
    for (const end of link.ends) {
      end.exchange.removePeer(number);
      this.#pump(end);
    }
  }

  /** All connections of a device are lost. */
  unplug(device: SwarmDevice): void {
    for (const [number, { ends }] of this.#links.entries()) {
      if (ends.includes(device)) this.disconnect(number);
    }
  }

  /** Its process begins anew, with the contents and all that it had stored. */
  restart(device: SwarmDevice): void {
    this.unplug(device);
    const { contents } = device.exchange;
    const kept = contents === undefined ? [] : this.#chunksOf(device.exchange, contents);
    device.exchange = new Exchange({
      offer: this.#offer,
      isOrigin: device === this.origin,
      ...(contents !== undefined && { contents }),
      random: this.random.fork(),
    });
    if (contents === undefined || device === this.origin) return;
    for (let chunk = 0; chunk < contents.layout.chunkCount; chunk += 1) {
      if (kept.includes(chunk)) device.exchange.handleKept(this.now, chunk);
      else device.exchange.handleMissing(chunk);
    }
  }

  /** Something that is done later. */
  at(at: number, run: () => void): void {
    this.#schedule(at, run);
  }

  /** Goes on until all takers have all, or until then. */
  run(until: number): void {
    for (;;) {
      const event = this.#earliest();
      if (event === undefined || until < event.at) break;
      this.now = Math.max(this.now, event.at);
      event.run();
      if (this.devices.every(({ exchange }) => exchange.isComplete)) break;
    }
  }

  /** What a device says or does to the other end of a link, as if it had come from there. */
  say(number: number, from: SwarmDevice, message: PeerMessage): void {
    this.#deliver(number, from, message);
  }

  get offerId(): string {
    return this.#offer.id;
  }

  #chunksOf(exchange: Exchange, { layout }: Contents): readonly number[] {
    const all = Array.from({ length: layout.chunkCount }, (_, chunk) => chunk);
    return all.filter((chunk) => exchange.has(chunk));
  }

  #device(name: string, isOrigin: boolean): SwarmDevice {
    const exchange = new Exchange({ offer: this.#offer, isOrigin, random: this.random.fork() });
    const device: SwarmDevice = {
      name,
      exchange,
      bytesPerMs: 12_500,
      isLying: false,
      isMute: false,
      sent: 0,
      received: 0,
      wrong: 0,
      again: 0,
      completeAt: undefined,
      effects: [],
      freeAt: 0,
      wakesAt: undefined,
    };
    this.devices.push(device);
    return device;
  }

  #pump(device: SwarmDevice): void {
    for (const effect of device.exchange.poll(this.now)) this.#handle(device, effect);
    for (;;) {
      const serving = device.exchange.nextServing(this.now, (peer) => this.#isReady(device, peer));
      if (serving === undefined) break;
      this.#serve(device, serving.peer, serving.chunk);
    }
    const at = device.exchange.nextTimeout(this.now);
    if (at === undefined || (device.wakesAt !== undefined && device.wakesAt <= at)) return;
    device.wakesAt = at;
    this.#schedule(at, () => {
      if (device.wakesAt !== at) return;
      device.wakesAt = undefined;
      this.#pump(device);
    });
  }

  #isReady(device: SwarmDevice, peer: number): boolean {
    return !device.isMute && (this.#links[peer]?.underWay.get(device) ?? 0) < underWayMax;
  }

  #handle(device: SwarmDevice, effect: ExchangeEffect): void {
    device.effects.push(effect);
    switch (effect.type) {
      case "send": {
        const { peer, message } = effect;
        this.#schedule(this.now + latencyMs, () => this.#deliver(peer, device, message));
        return;
      }
      case "expel":
        this.disconnect(effect.peer);
        return;
      case "contents":
        for (let chunk = 0; chunk < effect.contents.layout.chunkCount; chunk += 1) {
          device.exchange.handleMissing(chunk);
        }
        device.exchange.begin();
        this.#pump(device);
        return;
      case "complete":
        device.completeAt = this.now;
        return;
      case "left":
      case "untrue":
        return;
    }
  }

  #deliver(number: number, from: SwarmDevice, message: PeerMessage): void {
    const link = this.#links[number]!;
    if (!link.isOpen) return;
    const to = link.ends[0] === from ? link.ends[1] : link.ends[0];
    to.exchange.handleMessage(this.now, number, message);
    this.#pump(to);
  }

  #serve(device: SwarmDevice, number: number, chunk: number): void {
    const link = this.#links[number]!;
    link.underWay.set(device, (link.underWay.get(device) ?? 0) + 1);
    const { bytes } = this.contents.layout.place(chunk);
    device.freeAt = Math.max(device.freeAt, this.now) + bytes / device.bytesPerMs;
    device.sent += 1;
    this.#schedule(device.freeAt, () => {
      link.underWay.set(device, (link.underWay.get(device) ?? 0) - 1);
      if (link.isOpen) this.#pump(device);
    });
    this.#schedule(device.freeAt + latencyMs, () => this.#arrive(number, device, chunk, bytes));
  }

  #arrive(number: number, from: SwarmDevice, chunk: number, bytes: number): void {
    const link = this.#links[number]!;
    if (!link.isOpen) return;
    const to = link.ends[0] === from ? link.ends[1] : link.ends[0];
    if (to.exchange.bytesOf(number, chunk) !== bytes)
      throw new Error(`chunk ${chunk} was not asked for`);
    to.exchange.handleBytes(this.now, number, bytes);
    if (!to.exchange.handleChunk(this.now, number, chunk)) {
      to.again += 1;
    } else if (from.isLying) {
      to.wrong += 1;
      to.exchange.handleWrong(number, chunk);
    } else {
      to.received += 1;
      to.exchange.handleKept(this.now, chunk);
    }
    this.#pump(to);
  }

  #schedule(at: number, run: () => void): void {
    this.#order += 1;
    this.#events.push({ at, order: this.#order, run });
    let index = this.#events.length - 1;
    while (0 < index) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #earliest(): { at: number; run: () => void } | undefined {
    const first = this.#events[0];
    const last = this.#events.pop();
    if (first === undefined || last === undefined || this.#events.length === 0) return first;
    this.#events[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let least = index;
      if (left < this.#events.length && this.#isBefore(left, least)) least = left;
      if (right < this.#events.length && this.#isBefore(right, least)) least = right;
      if (least === index) return first;
      this.#swap(index, least);
      index = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const a = this.#events[one]!;
    const b = this.#events[other]!;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #swap(one: number, other: number): void {
    const event = this.#events[one]!;
    this.#events[one] = this.#events[other]!;
    this.#events[other] = event;
  }
}
