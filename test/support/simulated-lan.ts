import type { Address } from "../../src/base/address.ts";
import { ChatClient } from "../../src/room/chat-client.ts";
import { ChatServer } from "../../src/room/chat-server.ts";
import { ClientHost } from "../../src/room/client-host.ts";
import type { ClientEvent } from "../../src/room/client-port.ts";
import { entryText } from "../../src/room/entry.ts";
import type { LogEntry } from "../../src/room/log-entry.ts";
import type { FileEvent } from "../../src/room/message-file.ts";
import { makeOpaqueSetup, OpaqueServer } from "../../src/room/opaque.ts";
import { ServerHost } from "../../src/room/server-host.ts";
import type { ConnectionHandle } from "../../src/transport/endpoint-port.ts";
import { SimulatedClock } from "./clock.ts";
import { FileTraffic } from "./file-traffic.ts";
import { MemoryStore } from "./memory-store.ts";
import { SimulatedNetwork } from "./network.ts";
import { SeededRandom } from "./random.ts";
import { SimulatedHost } from "./simulated-host.ts";

const serverAddress: Address = { host: "10.0.0.1", port: 28198 };

/** A server and its disk on a simulated host. The disk outlives the process. */
export class SimulatedServer {
  readonly store: MemoryStore;
  readonly host: SimulatedHost;
  readonly #lan: SimulatedLan;
  #chat: ServerHost;

  constructor(lan: SimulatedLan) {
    this.#lan = lan;
    this.store = new MemoryStore({ clock: lan.clock, random: lan.random.fork() });
    this.host = new SimulatedHost({
      clock: lan.clock,
      network: lan.network,
      random: lan.random.fork(),
      address: serverAddress,
      isAccepting: true,
      onEvent: (event) => {
        // The room wants no files.
        if (lan.files.handleReceiverEvent(this.host, event)) return;
        this.#chat.handleEndpointEvent(event);
      },
    });
    this.#chat = this.#startChat();
  }

  /** `kill -9` or a power cut: what was not synced is gone, and nobody is told. */
  crash(): void {
    this.host.kill();
    this.#lan.files.forgetArriving();
    this.store.crash();
  }

  /** Starts again on the same disk, without memory of who was there. */
  restart(): void {
    this.#chat = this.#startChat();
    this.host.restart();
  }

  /** A planned stop: members are told, connections closed. */
  shutdown(reason: string): void {
    this.#chat.shutdown(reason);
  }

  #startChat(): ServerHost {
    const { clock, random } = this.#lan;
    const server = new ChatServer({
      server: { id: "server-key", name: "lab" },
      contents: this.store.contents(),
      wallNow: () => clock.wallNow(),
      random: random.fork(),
    });
    const opaque = new OpaqueServer({ serverKey: "server-key", loadSetup: makeOpaqueSetup });
    const { store } = this;
    return new ServerHost({ server, port: this.host, store, care: store, opaque, clock });
  }
}

/** A client on a simulated host, and everything it was told. */
export class SimulatedClient {
  readonly nick: string;
  readonly host: SimulatedHost;
  readonly chat: ClientHost;
  /** Lines of each room in the order in which they were told. */
  readonly said = new Map<string, LogEntry[]>();
  /** Ids of own lines that the server acknowledged, with their sequence. */
  readonly stored = new Map<string, { readonly room: string; readonly sequence: number }>();
  /** Own lines in the order in which they were said. */
  readonly uttered: { readonly room: string; readonly id: string; readonly text: string }[] = [];
  readonly failed: string[] = [];
  readonly notices: ClientEvent[] = [];
  state = "connecting";
  /** Sees every event of the client; what the server says about files; what came through it. */
  onEvent: (event: ClientEvent) => void = () => undefined;
  onFileEvent: (event: FileEvent) => void = () => undefined;
  onRelayed: (frame: Uint8Array) => void = () => undefined;
  readonly #lan: SimulatedLan;
  #connection: ConnectionHandle | undefined;

  constructor(lan: SimulatedLan, nick: string, address: Address) {
    this.#lan = lan;
    this.nick = nick;
    this.host = new SimulatedHost({
      clock: lan.clock,
      network: lan.network,
      random: lan.random.fork(),
      address,
      isAccepting: false,
      onEvent: (event) => {
        if (event.type === "opened") this.#connection = event.connection;
        lan.files.handleSenderEvent(this.host, event);
        this.chat.handleEndpointEvent(event);
      },
    });
    this.chat = new ClientHost({
      client: new ChatClient({ nick, program: "simulation", random: lan.random.fork() }),
      port: this.host,
      clock: lan.clock,
      resolve: (onResolved) => onResolved({ address: serverAddress }),
      onEvent: (event) => {
        this.#handleEvent(event);
        this.onEvent(event);
      },
      onFileEvent: (event) => this.onFileEvent(event),
      onRelayed: (frame) => this.onRelayed(frame),
    });
  }

  say(room: string, text: string): void {
    const id = this.chat.say(room, text);
    if (id !== undefined) this.uttered.push({ room, id, text });
  }

  /** Sends a file over its newest connection; gives its number, or `undefined` before there was one. */
  sendFile(): number | undefined {
    if (this.#connection === undefined) return undefined;
    return this.#lan.files.send(this.host, this.#connection);
  }

  texts(room: string): readonly string[] {
    return (this.said.get(room) ?? []).map((entry) => entryText(entry));
  }

  #handleEvent(event: ClientEvent): void {
    switch (event.type) {
      case "connection":
        this.state = event.state;
        return;
      case "said":
        if (!this.said.has(event.room)) this.said.set(event.room, []);
        this.said.get(event.room)?.push(event.entry);
        return;
      case "stored":
        this.stored.set(event.id, { room: event.room, sequence: event.sequence });
        return;
      case "failed":
        this.failed.push(event.id);
        return;
      default:
        this.notices.push(event);
    }
  }
}

/** One server, some clients, and a network between them; all of it repeats from its seed. */
export class SimulatedLan {
  readonly clock = new SimulatedClock();
  readonly random: SeededRandom;
  readonly network: SimulatedNetwork;
  readonly server: SimulatedServer;
  readonly clients: SimulatedClient[] = [];
  /** Files that clients send to the server's host. */
  readonly files = new FileTraffic();
  readonly #unplugged = new Set<string>();

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.network = new SimulatedNetwork(this.clock, this.random.fork());
    this.network.isCut = (from, to) =>
      this.#unplugged.has(from.host) || this.#unplugged.has(to.host);
    this.server = new SimulatedServer(this);
  }

  addClient(nick: string): SimulatedClient {
    const address = { host: `10.0.0.${10 + this.clients.length}`, port: 40_000 };
    const client = new SimulatedClient(this, nick, address);
    this.clients.push(client);
    return client;
  }

  /** Pulls the cable of a host. */
  unplug(host: SimulatedHost): void {
    this.#unplugged.add(host.address.host);
  }

  replug(host: SimulatedHost): void {
    this.#unplugged.delete(host.address.host);
  }

  replugAll(): void {
    this.#unplugged.clear();
  }
}
