import { type Address, isIpv6 } from "../base/address.ts";
import { bindDatagramSocket, type DatagramSocket } from "../base/datagram-socket.ts";
import { type Adapter, multicastGroup } from "./adapters.ts";
import { joinsPerSocketMax } from "./discovery-sockets.ts";

export interface PacketListenerOptions {
  readonly discoveryPort: number;
  readonly adapters: readonly Adapter[];
  readonly onDatagram: (datagram: Uint8Array, from: Address) => void;
}

/** Hears what is sent to everyone, on the discovery port, as long as other programs share it. */
export class PacketListener {
  readonly #ipv4: DatagramSocket | undefined;
  readonly #ipv6: DatagramSocket | undefined;

  private constructor(ipv4: DatagramSocket | undefined, ipv6: DatagramSocket | undefined) {
    this.#ipv4 = ipv4;
    this.#ipv6 = ipv6;
  }

  /** Never fails: where a port is held by another program, nothing is heard. */
  static async open(options: PacketListenerOptions): Promise<PacketListener> {
    const { discoveryPort: port, adapters, onDatagram } = options;
    const open = (host: string) =>
      bindDatagramSocket({ address: { host, port }, isShared: true, onDatagram }).catch(
        () => undefined,
      );
    const [ipv4, ipv6] = await Promise.all([open("0.0.0.0"), open("::")]);
    const joined = adapters.filter(({ targets }) => targets.includes(multicastGroup));
    for (const { address } of joined.slice(0, joinsPerSocketMax)) {
      ipv4?.joinGroup(multicastGroup, address);
    }
    return new PacketListener(ipv4, ipv6);
  }

  /** Whether another program does not hold the port for itself. */
  get isHearing(): boolean {
    return this.#ipv4 !== undefined;
  }

  /** Whether what is sent to this target would be heard here. */
  canHear(target: string): boolean {
    return (isIpv6(target) ? this.#ipv6 : this.#ipv4) !== undefined;
  }

  async close(): Promise<void> {
    await Promise.all([this.#ipv4?.close(), this.#ipv6?.close()]);
  }
}
