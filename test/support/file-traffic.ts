import type { ConnectionHandle, EndpointEvent } from "../../src/transport/endpoint-port.ts";
import type { StreamId } from "../../src/transport/stream-id.ts";
import { SeededRandom } from "./random.ts";
import type { SimulatedHost } from "./simulated-host.ts";

const numberBytes = 4;
const fileBytesMax = 200_000;
/** A prime, so that a piece in the wrong place is never the same by chance. */
const pattern = new SeededRandom(1).bytes(65_521);

/** A file that is on its way, as far as it came. */
interface Arriving {
  readonly chunks: Uint8Array[];
}

/** Files that hosts send to one of them on data streams, and a check of each that arrives. */
export class FileTraffic {
  /** Those of which the sender was told that the other side has all. */
  readonly delivered = new Set<number>();
  /** Those that came to their end. */
  readonly arrived = new Set<number>();
  /** By host, which may change its address, and stream. */
  readonly #sent = new Map<SimulatedHost, Map<string, number>>();
  readonly #arriving = new Map<string, Arriving>();
  #count = 0;

  /** Sends one more file; gives its number. */
  send(host: SimulatedHost, connection: ConnectionHandle): number {
    const number = this.#count;
    this.#count += 1;
    const streams = host.streams(connection);
    if (streams === undefined) return number;
    const stream = streams.open();
    const sent = this.#sent.get(host) ?? new Map<string, number>();
    this.#sent.set(host, sent.set(keyOf(connection, stream), number));
    const bytes = fileOf(number);
    const middle = Math.floor(bytes.length / 3);
    streams.write(stream, bytes.subarray(0, middle));
    streams.write(stream, bytes.subarray(middle));
    streams.finish(stream);
    return number;
  }

  /** What the host that sends is told. */
  handleSenderEvent(host: SimulatedHost, event: EndpointEvent): void {
    if (event.type !== "stream-delivered") return;
    const number = this.#sent.get(host)?.get(keyOf(event.connection, event.stream));
    if (number === undefined) return;
    this.delivered.add(number);
    if (!this.arrived.has(number)) throw new Error(`file ${number} was delivered to nobody`);
  }

  /** What the host that receives is told; says whether it was about a file. */
  handleReceiverEvent(host: SimulatedHost, event: EndpointEvent): boolean {
    switch (event.type) {
      case "stream-data": {
        const { connection, stream, bytes } = event;
        this.#arrivingOn(connection, stream).chunks.push(bytes);
        host.streams(connection)?.consume(stream, bytes.length);
        return true;
      }
      case "stream-ended":
        this.#check(this.#arrivingOn(event.connection, event.stream));
        return true;
      default:
        return false;
    }
  }

  /** What was under way to a host that was killed; its next connections have the same handles. */
  forgetArriving(): void {
    this.#arriving.clear();
  }

  #arrivingOn(connection: ConnectionHandle, stream: StreamId): Arriving {
    const key = keyOf(connection, stream);
    const arriving = this.#arriving.get(key) ?? { chunks: [] };
    this.#arriving.set(key, arriving);
    return arriving;
  }

  #check({ chunks }: Arriving): void {
    const bytes = Buffer.concat(chunks);
    const number = bytes.readUInt32BE(0);
    if (this.arrived.has(number)) throw new Error(`file ${number} came twice`);
    if (Buffer.compare(bytes, fileOf(number)) !== 0) throw new Error(`file ${number} is damaged`);
    this.arrived.add(number);
  }
}

/** A file that tells which one it is, and has bytes of its own at each place. */
function fileOf(number: number): Uint8Array {
  const length = numberBytes + ((number * 104_729) % fileBytesMax);
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1)
    bytes[at] = pattern[(number * 7_919 + at) % pattern.length]!;
  bytes.writeUInt32BE(number, 0);
  return bytes;
}

function keyOf(connection: ConnectionHandle, stream: StreamId): string {
  return `${connection} ${stream}`;
}
