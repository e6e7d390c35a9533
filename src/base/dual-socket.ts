import { isIpv6 } from "./address.ts";
import {
  bindDatagramSocket,
  type DatagramSocket,
  type DatagramSocketOptions,
} from "./datagram-socket.ts";

export interface DualSocketOptions extends DatagramSocketOptions {
  /** The local IPv6 address beside the IPv4 one; without it there is no IPv6. */
  readonly ipv6Host?: string | undefined;
}

/**
 * Binds one port for IPv4 and for IPv6, as two sockets: addresses of IPv4 then look the same as
 * without the other family. Where there is no IPv6, or another program has that port of it, IPv4 is
 * all there is.
 *
 * @throws {EarshotError} PORT `port-in-use`; anything else is `socket-failed`.
 */
export async function bindDualSocket(options: DualSocketOptions): Promise<DatagramSocket> {
  const ipv4 = await bindDatagramSocket(options);
  const { ipv6Host } = options;
  if (ipv6Host === undefined) return ipv4;
  const address = { host: ipv6Host, port: ipv4.address.port };
  const ipv6 = await bindDatagramSocket({ ...options, address }).catch(() => undefined);
  return ipv6 === undefined ? ipv4 : joined(ipv4, ipv6);
}

function joined(ipv4: DatagramSocket, ipv6: DatagramSocket): DatagramSocket {
  return {
    address: ipv4.address,
    get queuedBytes() {
      return ipv4.queuedBytes + ipv6.queuedBytes;
    },
    receiveBufferBytes: Math.min(ipv4.receiveBufferBytes, ipv6.receiveBufferBytes),
    send: (to, datagram) => (isIpv6(to.host) ? ipv6 : ipv4).send(to, datagram),
    joinGroup: (group, adapterAddress) => ipv4.joinGroup(group, adapterAddress),
    async close() {
      await Promise.all([ipv4.close(), ipv6.close()]);
    },
  };
}
