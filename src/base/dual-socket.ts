import { isIpv6 } from "./address.ts";
import {
  bindDatagramSocket,
  type DatagramSocket,
  type DatagramSocketOptions,
} from "./datagram-socket.ts";

/**
 * The IPv4 socket and one of IPv6 on the same port, as one: two of them, so that addresses of IPv4 look
 * the same as without the other family. The host of `options.address` is the one of IPv6, its port is
 * passed over. Where there is no IPv6, or another program has that port of it, IPv4 is all there is.
 */
export async function withIpv6(
  ipv4: DatagramSocket,
  options: DatagramSocketOptions,
): Promise<DatagramSocket> {
  const address = { host: options.address.host, port: ipv4.address.port };
  const ipv6 = await bindDatagramSocket({ ...options, address }).catch(() => undefined);
  if (ipv6 === undefined) return ipv4;
  return {
    address: ipv4.address,
    get queuedBytes() {
      return ipv4.queuedBytes + ipv6.queuedBytes;
    },
    receiveBufferBytes: Math.min(ipv4.receiveBufferBytes, ipv6.receiveBufferBytes),
    send: (to, datagram) => (isIpv6(to.host) ? ipv6 : ipv4).send(to, datagram),
    async close() {
      await Promise.all([ipv4.close(), ipv6.close()]);
    },
  };
}
