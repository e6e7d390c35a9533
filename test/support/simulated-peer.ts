import type { Address } from "../../src/base/address.ts";
import type { PeerIntroduction } from "../../src/room/files/acquaintance.ts";
import { PeerConnector } from "../../src/room/files/peer-connector.ts";
import type {
  PeerEvent,
  PeerListener,
  PeerPath,
  PeerPort,
} from "../../src/room/files/peer-port.ts";
import { RelayPaths } from "../../src/room/files/relay-paths.ts";
import { Wakeup } from "../../src/room/wakeup.ts";
import { identityOf } from "../../src/transport/identity.ts";
import { type KeyPair, keyPairOf } from "../../src/transport/noise.ts";
import type { SimulatedClock } from "./clock.ts";
import type { SimulatedNetwork } from "./network.ts";
import type { SeededRandom } from "./random.ts";
import { SimulatedHost } from "./simulated-host.ts";

export interface SimulatedPeerOptions {
  readonly clock: SimulatedClock;
  readonly network: SimulatedNetwork;
  readonly random: SeededRandom;
  readonly address: Address;
  readonly keyPair?: KeyPair;
  /** Takes frames that are to go through a server. */
  readonly relay?: (frame: Uint8Array) => void;
  /** Sees everything that the connector tells. */
  readonly listener?: PeerListener;
}

/** A client's connections to others on a simulated host: what `PeerHost` is on a real one. */
export class SimulatedPeer {
  readonly keyPair: KeyPair;
  readonly host: SimulatedHost;
  /** Those that are connected, and by which way. */
  readonly peers: Map<PeerPort, PeerPath> = new Map();
  readonly events: PeerEvent[] = [];
  /** Texts of the messages that came. */
  readonly texts: string[] = [];
  connector: PeerConnector;
  readonly #options: SimulatedPeerOptions;
  #relays = new RelayPaths();
  readonly #wakeup: Wakeup;

  constructor(options: SimulatedPeerOptions) {
    const { clock, network, random, address } = options;
    this.#options = options;
    this.keyPair = options.keyPair ?? keyPairOf(random.bytes(32));
    this.host = new SimulatedHost({
      clock,
      network,
      random: random.fork(),
      address,
      isAccepting: true,
      identity: identityOf(this.keyPair),
      endpoint: { isWelcome: (key) => this.connector.isWelcome(key) },
      onEvent: (event) => {
        this.connector.handleEndpointEvent(clock.now(), event);
        this.#plan();
      },
      onVirtual: (to, datagram) => {
        for (const frame of this.#relays.framesOf(to, datagram)) options.relay?.(frame);
      },
    });
    this.#wakeup = new Wakeup(clock, (now) => {
      this.connector.handleTimeout(now);
      this.#plan();
    });
    this.connector = this.#connector();
  }

  get key(): Uint8Array {
    return this.keyPair.publicKey;
  }

  /** Everybody who is connected, and by which way. */
  get paths(): readonly PeerPath[] {
    return [...this.peers.values()];
  }

  introduce(introduction: PeerIntroduction): void {
    this.connector.introduce(this.#options.clock.now(), introduction);
    this.#plan();
  }

  handleRelayed(frame: Uint8Array): void {
    const arrived = this.#relays.take(frame);
    if (arrived !== undefined) this.host.receiveVirtual(arrived.from, arrived.datagram);
  }

  /** `kill -9`, and started again with no memory. */
  restart(): void {
    this.host.restart();
    this.connector = this.#connector();
    this.#relays = new RelayPaths();
    this.peers.clear();
    this.#plan();
  }

  say(text: string): void {
    for (const peer of this.peers.keys()) peer.send(Buffer.from(text));
  }

  #plan(): void {
    this.#wakeup.set(this.connector.pollTimeout());
  }

  #connector(): PeerConnector {
    const { listener } = this.#options;
    return new PeerConnector({
      port: this.host,
      ownKey: this.key,
      listener: {
        handlePeer: (peer, path) => {
          this.peers.set(peer, path);
          listener?.handlePeer(peer, path);
        },
        handlePeerEvent: (peer, event) => {
          this.events.push(event);
          if (event.type === "message") this.texts.push(Buffer.from(event.message).toString());
          if (event.type === "closed") this.peers.delete(peer);
          listener?.handlePeerEvent(peer, event);
        },
      },
    });
  }
}
