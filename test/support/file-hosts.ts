import { join } from "node:path";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { DiskPort } from "../../src/room/files/disk-port.ts";
import { diskInThread } from "../../src/room/files/disk-thread.ts";
import { FileHost } from "../../src/room/files/file-host.ts";
import type { TakenOffer, Transfer, TransferState } from "../../src/room/files/file-port.ts";
import type { PeerEvent, PeerPort } from "../../src/room/files/peer-port.ts";

const path = { type: "direct", address: "10.0.0.1:1" } as const;
/** Bytes that come at once, and that make a stream full. */
const pieceBytes = 30_000;
const fullBytes = 512 * 1024;

/** A device with its files, and what it was told of them. */
export interface FileDevice {
  readonly key: Uint8Array;
  readonly directory: string;
  host: FileHost;
  disk: DiskPort;
  readonly told: Transfer[];
}

/** A process that moves files; `directory` is where it keeps what is unfinished. */
export async function startDevice(
  number: number,
  directory: string,
  clock: Clock = systemClock,
): Promise<FileDevice> {
  const told: Transfer[] = [];
  const key = new Uint8Array(32).fill(number);
  const disk = diskInThread();
  const host = await FileHost.open({
    ...{ directory: join(directory, `device ${number}`), disk, clock, random: systemRandom },
    onTransfer: (transfer) => told.push(transfer),
  });
  return { key, directory, host, disk, told };
}

/** The same device in a new process. */
export async function restartDevice(device: FileDevice): Promise<void> {
  await device.host.stop();
  const again = await startDevice(device.key[0] ?? 0, device.directory);
  device.host = again.host;
  device.disk = again.disk;
  device.told.length = 0;
  Object.assign(device, { told: again.told });
}

/** Waits until a transfer of a device is so. */
export async function untilState<T extends TransferState["type"]>(
  device: FileDevice,
  type: T,
): Promise<Extract<TransferState, { type: T }>> {
  const endsAt = performance.now() + 10_000;
  while (performance.now() < endsAt) {
    for (const { state } of device.host.transfers) {
      if (state.type === type) return state as Extract<TransferState, { type: T }>;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(
    `not ${type}: ${JSON.stringify(device.host.transfers.map(({ state }) => state))}`,
  );
}

/** What a device takes of another one that has offered just one thing. */
export function offerOf(device: FileDevice): TakenOffer {
  const [offer] = device.host.offered;
  if (offer === undefined) throw new Error("nothing is offered");
  return { ...offer, key: device.key, room: "lobby", sequence: 1 };
}

/** The server introduces two for an offer. */
export function introduce(offer: string, one: FileDevice, other: FileDevice, token = 7): void {
  const both = { offer, token: new Uint8Array(16).fill(token) };
  one.host.introduce({ ...both, key: other.key });
  other.host.introduce({ ...both, key: one.key });
}

/** A connection between two devices in this process. */
export class PeerPair {
  readonly ports: readonly [PairedPort, PairedPort];
  /** Bytes of chunks and their headers, both ways. */
  dataBytes = 0;
  #isOpen = true;

  constructor(one: FileDevice, other: FileDevice) {
    const first = new PairedPort(this, other.key, one.host);
    const second = new PairedPort(this, one.key, other.host);
    first.other = second;
    second.other = first;
    this.ports = [first, second];
    one.host.handlePeer(first, path);
    other.host.handlePeer(second, path);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The connection is lost. */
  cut(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const port of this.ports) setImmediate(() => port.tell({ type: "closed" }));
  }
}

/** One end of it. */
export class PairedPort implements PeerPort {
  readonly key: Uint8Array;
  other: PairedPort | undefined;
  /** Why it was closed from here. */
  closedWith: string | undefined;
  readonly #pair: PeerPair;
  readonly #host: FileHost;
  #queuedBytes = 0;
  #writtenBytes = 0;
  #isFull = false;

  constructor(pair: PeerPair, key: Uint8Array, host: FileHost) {
    this.#pair = pair;
    this.key = key;
    this.#host = host;
  }

  /** What happens at this end. */
  tell(event: PeerEvent): void {
    if (event.type === "closed" || this.#pair.isOpen) this.#host.handlePeerEvent(this, event);
  }

  send(message: Uint8Array): boolean {
    setImmediate(() => this.other?.tell({ type: "message", message }));
    return true;
  }

  openStream(): number {
    return 9;
  }

  write(stream: number, bytes: Uint8Array): boolean {
    this.#queuedBytes += bytes.length;
    this.#writtenBytes += bytes.length;
    for (let from = 0; from < bytes.length; from += pieceBytes) {
      const piece = bytes.slice(from, from + pieceBytes);
      setImmediate(() => {
        this.#queuedBytes -= piece.length;
        if (!this.#pair.isOpen) return;
        this.#pair.dataBytes += piece.length;
        this.other?.tell({ type: "stream-data", stream, bytes: piece });
        if (!this.#isFull || 0 < this.#queuedBytes) return;
        this.#isFull = false;
        this.tell({ type: "stream-drained", stream });
      });
    }
    this.#isFull = fullBytes <= this.#queuedBytes;
    return !this.#isFull;
  }

  acknowledged(): number {
    return this.#writtenBytes - this.#queuedBytes;
  }

  consume(): void {}

  close(_code: number, text: string): void {
    this.closedWith ??= text;
    this.#pair.cut();
  }
}
