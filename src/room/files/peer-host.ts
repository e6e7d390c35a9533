import { type Address, formatAddress } from "../../base/address.ts";
import { scopeOf } from "../../base/address-scope.ts";
import type { Clock, Timer } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { EndpointEvent } from "../../transport/endpoint-port.ts";
import { identityOf } from "../../transport/identity.ts";
import type { KeyPair } from "../../transport/noise.ts";
import { UdpEndpoint } from "../../transport/udp-endpoint.ts";
import { anyHost, localAddresses } from "../../transport/udp-sockets.ts";
import { addressesMax } from "../limits.ts";
import { Wakeup } from "../wakeup.ts";
import type { PeerIntroduction } from "./acquaintance.ts";
import { PeerConnector } from "./peer-connector.ts";
import { peerConnectionsMax } from "./peer-limits.ts";
import type { PeerListener } from "./peer-port.ts";
import { RelayPaths } from "./relay-paths.ts";

/** Adapters come and go; the server is told where we are no later than this. */
const rescanMs = 2_000;

export interface PeerHostOptions {
  readonly keyPair: KeyPair;
  /** The local address; port 0 lets the system choose. */
  readonly bindAddress: Address;
  /** See `UdpEndpointOptions`. */
  readonly ipv6Host?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly listener: PeerListener;
  /** Sends a frame to the server, which passes it on. */
  readonly relay: (frame: Uint8Array) => void;
  /** Where others reach us now, the best first: at the beginning, and whenever it changes. */
  readonly onReach: (addresses: readonly string[]) => void;
}

/** Connections to other devices on a socket of their own, apart from the one to the server. */
export class PeerHost {
  readonly #options: PeerHostOptions;
  readonly #endpoint: UdpEndpoint;
  readonly #connector: PeerConnector;
  readonly #wakeup: Wakeup;
  readonly #relays = new RelayPaths();
  #reached: string | undefined;
  #timer: Timer | undefined;

  /**
   * Binds the socket and says where it is.
   * @throws {EarshotError} WHEN the local address cannot be used `socket-failed`.
   */
  static async open(options: PeerHostOptions): Promise<PeerHost> {
    const { keyPair, bindAddress: address, ipv6Host, clock, random } = options;
    let host: PeerHost | undefined;
    const endpoint = await UdpEndpoint.bind({
      address,
      ipv6Host,
      clock,
      random,
      isAccepting: true,
      identity: identityOf(keyPair),
      isWelcome: (key) => (host === undefined ? false : host.#connector.isWelcome(key)),
      connectionCountMax: peerConnectionsMax,
      onEvent: (event) => {
        if (host !== undefined) host.#handleEndpointEvent(event);
      },
      onVirtual: (to, datagram) => {
        if (host !== undefined) host.#handleVirtual(to, datagram);
      },
    });
    host = new PeerHost(options, endpoint);
    return host;
  }

  private constructor(options: PeerHostOptions, endpoint: UdpEndpoint) {
    const { keyPair, listener, clock } = options;
    this.#options = options;
    this.#endpoint = endpoint;
    this.#connector = new PeerConnector({
      port: endpoint,
      ownKey: keyPair.publicKey,
      listener,
    });
    this.#wakeup = new Wakeup(clock, (now) => {
      this.#connector.handleTimeout(now);
      this.#plan();
    });
    this.#tellReach();
  }

  /** The server has introduced somebody. */
  introduce(introduction: PeerIntroduction): void {
    this.#connector.introduce(this.#options.clock.now(), introduction);
    this.#plan();
  }

  /** A frame that somebody sent through the server. */
  handleRelayed(frame: Uint8Array): void {
    const arrived = this.#relays.take(frame);
    if (arrived !== undefined) this.#endpoint.receiveVirtual(arrived.from, arrived.datagram);
  }

  /** The connection to the server is gone. */
  handleServerLost(): void {
    this.#connector.handleServerLost();
  }

  /** Closes all connections and the socket. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#wakeup.set(undefined);
    await this.#endpoint.stop();
  }

  #handleEndpointEvent(event: EndpointEvent): void {
    this.#connector.handleEndpointEvent(this.#options.clock.now(), event);
    this.#plan();
  }

  #handleVirtual(to: Address, datagram: Uint8Array): void {
    for (const frame of this.#relays.framesOf(to, datagram)) this.#options.relay(frame);
  }

  #plan(): void {
    this.#wakeup.set(this.#connector.pollTimeout());
  }

  #tellReach(): void {
    const { clock, onReach } = this.#options;
    const addresses = reachableAt(this.#endpoint.address, this.#options.ipv6Host);
    const reached = addresses.join(" ");
    if (reached !== this.#reached) {
      this.#reached = reached;
      onReach(addresses);
    }
    this.#timer = clock.setTimer(clock.now() + rescanMs, () => this.#tellReach());
  }
}

/**
 * The addresses of this host at which others may reach a socket that is bound there: those of its own
 * networks, and its loopback, which the server tells nobody but who is on this host.
 */
function reachableAt({ host, port }: Address, ipv6Host: string | undefined): readonly string[] {
  const hosts = host === anyHost ? localAddresses().map(({ address }) => address) : [host];
  const scoped = [...hosts, ...(ipv6Host === undefined ? [] : [ipv6Host])];
  const near = scoped.filter((each) => scopeOf(each) === "private");
  const own = scoped.filter((each) => scopeOf(each) === "loopback");
  return [...near, ...own]
    .slice(0, addressesMax)
    .map((each) => formatAddress({ host: each, port }));
}
