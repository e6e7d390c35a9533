import { ChatClient } from "../../src/room/chat-client.ts";
import { ChatServer } from "../../src/room/chat-server.ts";
import { ClientHost } from "../../src/room/client-host.ts";
import type { ClientEvent } from "../../src/room/client-port.ts";
import { entryText } from "../../src/room/entry.ts";
import { makeOpaqueSetup, OpaqueServer } from "../../src/room/opaque.ts";
import { ServerHost } from "../../src/room/server-host.ts";
import { SimulatedClock } from "./clock.ts";
import { MemoryStore } from "./memory-store.ts";
import { type MessageEndpoint, MessageNetwork } from "./message-network.ts";
import { SeededRandom } from "./random.ts";

const serverAddress = { host: "10.0.0.1", port: 4000 };

export interface SimulatedClient {
  readonly host: ClientHost;
  readonly client: ChatClient;
  readonly endpoint: MessageEndpoint;
  readonly events: ClientEvent[];
}

/** A server and its clients on a `MessageNetwork`, with everything of the room layer real. */
export class ChatLan {
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly random: SeededRandom;
  readonly network: MessageNetwork;
  readonly store: MemoryStore;
  server!: ChatServer;
  serverHost!: ServerHost;
  serverEndpoint!: MessageEndpoint;
  isDone = false;
  changeCount = 0;
  #hosts = 1;

  constructor(seed = 1) {
    this.random = new SeededRandom(seed);
    this.network = new MessageNetwork(this.clock, this.random.fork());
    this.store = new MemoryStore({ clock: this.clock, random: this.random.fork() });
    this.startServer();
  }

  startServer(): void {
    const server = new ChatServer({
      server: { id: "server-id", name: "kitchen" },
      contents: this.store.contents(),
      wallNow: () => this.clock.wallNow(),
      random: this.random.fork(),
    });
    const endpoint = this.network.attach(serverAddress, (event) => host.handleEndpointEvent(event));
    const host = new ServerHost({
      server,
      port: endpoint,
      store: this.store,
      care: this.store,
      opaque: new OpaqueServer({ serverKey: "server-id", loadSetup: makeOpaqueSetup }),
      clock: this.clock,
      onChange: () => {
        this.changeCount += 1;
      },
      onDone: () => {
        this.isDone = true;
      },
    });
    this.server = server;
    this.serverHost = host;
    this.serverEndpoint = endpoint;
  }

  /** kill -9: what is not on the disk is gone. */
  crashServer(): void {
    this.store.crash();
    this.serverEndpoint.kill();
  }

  connect(nick: string, onEvent?: (event: ClientEvent) => void): SimulatedClient {
    this.#hosts += 1;
    const address = { host: `10.0.0.${this.#hosts}`, port: 5000 };
    const events: ClientEvent[] = [];
    const endpoint = this.network.attach(address, (event) => host.handleEndpointEvent(event));
    const client = new ChatClient({
      nick,
      program: "test",
      random: this.random.fork(),
    });
    const host = new ClientHost({
      client,
      port: endpoint,
      clock: this.clock,
      resolve: (onResolved) => onResolved({ address: serverAddress }),
      onEvent: (event) => {
        events.push(event);
        onEvent?.(event);
      },
    });
    return { host, client, endpoint, events };
  }

  /** A client that is in the room already. */
  enter(nick: string, room = "lobby"): SimulatedClient {
    const client = this.connect(nick);
    client.host.join(room);
    this.clock.advance(20);
    return client;
  }
}

/** The events of one type, in order. */
export function eventsOf<T extends ClientEvent["type"]>(
  client: SimulatedClient,
  type: T,
): Extract<ClientEvent, { type: T }>[] {
  return client.events.filter((event) => event.type === type) as Extract<
    ClientEvent,
    { type: T }
  >[];
}

/** The texts that were told, in order. */
export function textsOf(client: SimulatedClient): string[] {
  return eventsOf(client, "said").map(({ entry }) => entryText(entry));
}
