import type { Address } from "../../src/base/address.ts";
import type { CongestionFactory } from "../../src/transport/congestion.ts";
import type { ConnectionHandle, EndpointEvent } from "../../src/transport/endpoint-port.ts";
import { SimulatedClock } from "./clock.ts";
import { CubicFlow } from "./cubic-flow.ts";
import type { LinkConditions } from "./link.ts";
import { goodLink, SimulatedNetwork } from "./network.ts";
import { SeededRandom } from "./random.ts";
import { SimulatedHost } from "./simulated-host.ts";

const receiverAddress: Address = { host: "10.0.0.1", port: 4_000 };
const senderHost = "10.0.0.2";
const messageBytes = 64 * 1024;

/** What one sender got through. */
export interface Flow {
  /** Bytes that arrived, and when. */
  readonly deliveries: { readonly at: number; readonly bytes: number }[];
}

/** Bulk senders on one host and a receiver on another, with one link between them. */
export class Transfer {
  readonly clock = new SimulatedClock();
  readonly network: SimulatedNetwork;
  /** How long a datagram that came at each ms would have waited for the link. */
  readonly queueMs: number[] = [];
  readonly #startedAt = this.clock.now();
  readonly #random: SeededRandom;
  readonly #byPort = new Map<number, Flow>();

  constructor(seed: number, conditions: Partial<LinkConditions>) {
    this.#random = new SeededRandom(seed);
    this.network = new SimulatedNetwork(this.clock, this.#random.fork());
    this.network.conditions = { ...goodLink, ...conditions };
    const byConnection = new Map<ConnectionHandle, Flow>();
    const receiver: SimulatedHost = new SimulatedHost({
      clock: this.clock,
      network: this.network,
      random: this.#random.fork(),
      address: receiverAddress,
      isAccepting: true,
      onEvent: (event) => {
        if (event.type === "opened") {
          byConnection.set(event.connection, this.#byPort.get(event.peer.port)!);
        }
        const bytes = bytesOf(event);
        if (bytes === undefined) return;
        byConnection.get(event.connection)?.deliveries.push({ at: this.clock.now(), bytes });
        if (event.type !== "stream-data") return;
        receiver.streams(event.connection)?.consume(event.stream, bytes);
      },
    });
  }

  /** A connection that always has something to send; of our default controller, or another. */
  addFlow(makeCongestion?: CongestionFactory): Flow {
    const flow: Flow = { deliveries: [] };
    const address = { host: senderHost, port: 40_000 + this.#byPort.size };
    this.#byPort.set(address.port, flow);
    const message = new Uint8Array(messageBytes);
    const host: SimulatedHost = new SimulatedHost({
      clock: this.clock,
      network: this.network,
      random: this.#random.fork(),
      address,
      isAccepting: false,
      ...(makeCongestion && { endpoint: { makeCongestion } }),
      onEvent: (event) => {
        if (event.type !== "opened" && event.type !== "writable") return;
        while (host.send(event.connection, 1, message));
      },
    });
    host.connect(receiverAddress);
    return flow;
  }

  /** A connection that sends one endless file. */
  addFileFlow(): Flow {
    const flow: Flow = { deliveries: [] };
    const address = { host: senderHost, port: 40_000 + this.#byPort.size };
    this.#byPort.set(address.port, flow);
    const piece = new Uint8Array(messageBytes);
    const host: SimulatedHost = new SimulatedHost({
      clock: this.clock,
      network: this.network,
      random: this.#random.fork(),
      address,
      isAccepting: false,
      onEvent: (event) => {
        const streams = host.streams(event.connection);
        if (event.type === "opened" && streams !== undefined) {
          const stream = streams.open();
          while (streams.write(stream, piece));
        } else if (event.type === "stream-drained") {
          while (streams?.write(event.stream, piece));
        }
      },
    });
    host.connect(receiverAddress);
    return flow;
  }

  /** A flow of TCP over the same link. */
  addCubicFlow(): Flow {
    return new CubicFlow({
      clock: this.clock,
      network: this.network,
      from: { host: senderHost, port: 50_000 },
      to: { host: receiverAddress.host, port: 50_000 },
    });
  }

  /** Lets it run, and looks at the queue each ms. */
  run(ms: number): void {
    const link = this.network.link(senderHost, receiverAddress.host);
    for (let passed = 0; passed < ms; passed += 1) {
      this.clock.advance(1);
      this.queueMs.push(link.queueMs(this.clock.now()));
    }
  }

  /** Megabits per second of a flow from a time on. */
  megabitsPerSecond(flow: Flow, fromMs: number): number {
    const from = this.#startedAt + fromMs;
    let bytes = 0;
    for (const delivery of flow.deliveries) if (from <= delivery.at) bytes += delivery.bytes;
    return bytes / (this.clock.now() - from) / 125;
  }

  /** The wait in the queue that 95 % of the time from `fromMs` on was not above. */
  queueMsP95(fromMs: number): number {
    const sorted = this.queueMs.slice(fromMs).sort((a, b) => a - b);
    return sorted[Math.floor(0.95 * sorted.length)] ?? 0;
  }
}

/** The bytes of the application that an event brings, or `undefined`. */
function bytesOf(event: EndpointEvent): number | undefined {
  if (event.type === "message") return event.message.length;
  return event.type === "stream-data" ? event.bytes.length : undefined;
}
