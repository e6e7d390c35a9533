import type { Address } from "../../src/base/address.ts";
import type {
  CloseReason,
  ConnectionHandle,
  EndpointEvent,
} from "../../src/transport/endpoint-port.ts";
import { SimulatedClock } from "./clock.ts";
import type { LinkConditions } from "./link.ts";
import { goodLink, SimulatedNetwork } from "./network.ts";
import { SeededRandom } from "./random.ts";
import { SimulatedHost, type SimulatedHostOptions } from "./simulated-host.ts";

/** What one side of a pair was told. */
export interface Side {
  readonly host: SimulatedHost;
  readonly events: EndpointEvent[];
  readonly messages: { readonly channel: number; readonly message: Uint8Array; at: number }[];
  /** Its first connection. */
  connection: ConnectionHandle | undefined;
  closed: CloseReason | undefined;
  closedAt: number | undefined;
}

/** A client and a server on a network of their own. */
export interface TransportPair {
  readonly clock: SimulatedClock;
  readonly network: SimulatedNetwork;
  readonly random: SeededRandom;
  readonly client: Side;
  readonly server: Side;
  /** Connects, on a good link, and waits until both sides know. */
  open(): void;
}

export const clientAddress: Address = { host: "10.0.0.2", port: 40_000 };
export const serverAddress: Address = { host: "10.0.0.1", port: 4_000 };

export function makeTransportPair(
  seed: number,
  options: {
    readonly conditions?: Partial<LinkConditions>;
    readonly endpoint?: SimulatedHostOptions["endpoint"];
    /** What both sockets hold and how fast they are read. */
    readonly socket?: Pick<SimulatedHostOptions, "socketBufferBytes" | "readMs">;
  } = {},
): TransportPair {
  const clock = new SimulatedClock();
  const random = new SeededRandom(seed);
  const network = new SimulatedNetwork(clock, random.fork());
  const conditions = { ...goodLink, ...options.conditions };
  const makeSide = (address: Address, isAccepting: boolean): Side => {
    const side: Side = {
      host: new SimulatedHost({
        clock,
        network,
        random: random.fork(),
        address,
        isAccepting,
        onEvent: (event) => note(side, event, clock.now()),
        ...(options.endpoint && { endpoint: options.endpoint }),
        ...options.socket,
      }),
      events: [],
      messages: [],
      connection: undefined,
      closed: undefined,
      closedAt: undefined,
    };
    return side;
  };
  const server = makeSide(serverAddress, true);
  const client = makeSide(clientAddress, false);
  const open = () => {
    client.host.connect(serverAddress);
    const isOpen = () => client.connection !== undefined && server.connection !== undefined;
    if (!clock.advanceUntil(isOpen, 10_000)) throw new Error(`no connection, seed ${seed}`);
    network.conditions = conditions;
  };
  return { clock, network, random, client, server, open };
}

function note(side: Side, event: EndpointEvent, at: number): void {
  side.events.push(event);
  if (event.type === "opened") side.connection ??= event.connection;
  if (event.type === "message") {
    side.messages.push({ channel: event.channel, message: event.message, at });
  }
  if (event.type === "closed") {
    side.closed = event.reason;
    side.closedAt = at;
  }
}
