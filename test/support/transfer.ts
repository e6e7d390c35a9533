import type { Address } from "../../src/base/address.ts";
import type { CongestionFactory } from "../../src/transport/congestion.ts";
import type { EndpointOptions } from "../../src/transport/endpoint.ts";
import { SimulatedClock } from "./clock.ts";
import type { LinkConditions } from "./link.ts";
import { goodLink, SimulatedNetwork } from "./network.ts";
import { SeededRandom } from "./random.ts";
import { SimulatedHost } from "./simulated-host.ts";

const receiverAddress: Address = { host: "10.0.0.1", port: 4_000 };
const senderHost = "10.0.0.2";
const messageBytes = 64 * 1024;

/** What one sender got through in the measured time. */
export interface Flow {
  readonly startMs: number;
  /** Bytes delivered to the receiver's application, and when. */
  readonly deliveries: { readonly at: number; readonly bytes: number }[];
}

/** Bulk senders on one host and a receiver on another, over one link. */
export class Transfer {
  readonly clock = new SimulatedClock();
  readonly network: SimulatedNetwork;
  readonly flows: Flow[] = [];
  /** How long a datagram that comes at each ms of the measured time would have waited. */
  readonly queueMs: number[] = [];
  readonly startedAt: number;
  readonly #random: SeededRandom;
  readonly #endpoint: Partial<EndpointOptions>;
  readonly #byPort = new Map<number, Flow>();

  constructor(
    seed: number,
    conditions: Partial<LinkConditions>,
    endpoint: Partial<EndpointOptions> = {},
  ) {
    this.#random = new SeededRandom(seed);
    this.network = new SimulatedNetwork(this.clock, this.#random.fork());
    this.network.conditions = { ...goodLink, ...conditions };
    this.#endpoint = endpoint;
    this.startedAt = this.clock.now();
    const byHandle = new Map<number, Flow>();
    new SimulatedHost({
      clock: this.clock,
      network: this.network,
      random: this.#random.fork(),
      address: receiverAddress,
      isAccepting: true,
      onEvent: (event) => {
        if (event.type === "opened")
          byHandle.set(event.connection, this.#byPort.get(event.peer.port)!);
        if (event.type !== "message") return;
        const bytes = event.message.length;
        byHandle.get(event.connection)?.deliveries.push({ at: this.clock.now(), bytes });
      },
    });
  }

  /** A sender that begins after `startMs` and always has something to send. */
  addFlow(startMs = 0, makeCongestion?: CongestionFactory): Flow {
    const flow: Flow = { startMs, deliveries: [] };
    this.flows.push(flow);
    this.clock.setTimer(this.startedAt + startMs, () => this.#start(flow, makeCongestion));
    return flow;
  }

  /** Lets it run, and looks at the queue each ms. */
  run(ms: number): void {
    for (let passed = 0; passed < ms; passed += 1) {
      this.clock.advance(1);
      this.queueMs.push(
        this.network.link(senderHost, receiverAddress.host).queueMs(this.clock.now()),
      );
    }
  }

  /** Megabits per second that a flow delivered between two times. */
  megabitsPerSecond(flow: Flow, fromMs: number, toMs: number): number {
    let bytes = 0;
    for (const delivery of flow.deliveries) {
      const at = delivery.at - this.startedAt;
      if (fromMs <= at && at < toMs) bytes += delivery.bytes;
    }
    return bytes / (toMs - fromMs) / 125;
  }

  #start(flow: Flow, makeCongestion?: CongestionFactory): void {
    const address = { host: senderHost, port: 40_000 + this.flows.indexOf(flow) };
    this.#byPort.set(address.port, flow);
    const message = new Uint8Array(messageBytes);
    const host: SimulatedHost = new SimulatedHost({
      clock: this.clock,
      network: this.network,
      random: this.#random.fork(),
      address,
      isAccepting: false,
      endpoint: { ...this.#endpoint, ...(makeCongestion && { makeCongestion }) },
      onEvent: (event) => {
        if (event.type !== "opened" && event.type !== "writable") return;
        while (host.send(event.connection, 1, message));
      },
    });
    host.connect(receiverAddress);
  }
}
