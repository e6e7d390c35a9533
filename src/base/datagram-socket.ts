import { DgramAsPromised } from "dgram-as-promised";
import { type Address, isIpv6 } from "./address.ts";
import { systemErrorCode, toEarshotError } from "./errors.ts";

/** What became of a wish to hear a multicast group on one adapter. */
export type JoinOutcome = "joined" | "member" | "failed";

/**
 * One bound UDP socket. Sending never waits and never fails: a datagram that could not be sent is a
 * lost datagram, told to `onError`. Once `send` returned, the bytes may be reused.
 */
export interface DatagramSocket {
  /** Where it is bound; the port is the real one also when 0 was asked for. */
  readonly address: Address;
  /** Bytes the kernel did not take yet. Above 0, stop sending and come back a little later. */
  readonly queuedBytes: number;
  /** What the system gave for receiving; Linux counts its bookkeeping in. */
  readonly receiveBufferBytes: number;
  send(to: Address, datagram: Uint8Array): void;
  /** Closes the socket; a second call does nothing. */
  close(): Promise<void>;
}

/** A socket that can hear what is sent to a group. */
export interface GroupSocket extends DatagramSocket {
  /**
   * Hears an IPv4 multicast group on the adapter of this local address. `joined` says that it was not
   * heard before: never, or no more since the adapter was taken away and came back.
   */
  joinGroup(group: string, adapterAddress: string): JoinOutcome;
}

export interface DatagramSocketOptions {
  /** Local address; port 0 lets the system choose. A socket of IPv6 hears no IPv4. */
  readonly address: Address;
  /** Several processes may bind this port, each hearing every broadcast. Never for a data port. */
  readonly isShared?: boolean;
  readonly isBroadcast?: boolean;
  /**
   * The only one to send to and to hear. In return the system tells when nothing listens there: an
   * error with the code `ECONNREFUSED`.
   */
  readonly peer?: Address;
  /** The local IPv4 address by whose adapter multicast leaves, by default that of the first route. */
  readonly multicastAddress?: string;
  readonly receiveBufferBytes?: number;
  readonly sendBufferBytes?: number;
  readonly onDatagram: (datagram: Uint8Array, from: Address) => void;
  readonly onError?: (error: Error) => void;
}

/**
 * Binds a UDP socket. This is the one file that touches dgram-as-promised, and it uses no more of it
 * than keeps every datagram: the creation callback instead of `recv()` (which loses what arrives
 * between two calls), one fresh socket per bind (errors are sticky), a synchronous `lookup` (the
 * default resolves even literal addresses, and then copies a reused buffer too late), the socket within
 * for sending (a promise for each datagram doubles what sending one computes). Each of these facts but the
 * last is a test in test/base/dgram-as-promised.test.ts.
 *
 * @throws {EarshotError} PORT `port-in-use`; anything else is `socket-failed`.
 */
export async function bindDatagramSocket(options: DatagramSocketOptions): Promise<GroupSocket> {
  const wrapper = DgramAsPromised.createSocket(
    {
      ...(isIpv6(options.address.host) ? { type: "udp6", ipv6Only: true } : { type: "udp4" }),
      reuseAddr: options.isShared ?? false,
      lookup: lookupLiteral,
      ...(options.receiveBufferBytes && { recvBufferSize: options.receiveBufferBytes }),
      ...(options.sendBufferBytes && { sendBufferSize: options.sendBufferBytes }),
    },
    (datagram, remote) => {
      options.onDatagram(datagram, { host: remote.address, port: remote.port });
    },
  );
  const onError = (error: Error) => options.onError?.(error);
  wrapper.socket.on("error", onError);
  try {
    await wrapper.bind({
      address: options.address.host,
      port: options.address.port,
      exclusive: true,
    });
  } catch (error) {
    // A socket that failed to bind keeps its descriptor until it is closed.
    wrapper.socket.close();
    throw bindError(error, options.address);
  }
  try {
    if (options.isBroadcast) wrapper.setBroadcast(true);
    if (options.multicastAddress) wrapper.socket.setMulticastInterface(options.multicastAddress);
    if (options.peer !== undefined) await connect(wrapper, options.peer);
  } catch (error) {
    // The adapter has gone since it was listed, or nothing leads to the peer.
    await wrapper.close();
    throw bindError(error, options.address);
  }
  return openSocket(wrapper, options);
}

type Wrapper = ReturnType<typeof DgramAsPromised.createSocket>;

function connect(wrapper: Wrapper, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    wrapper.socket.connect(port, host, (error?: Error) => (error ? reject(error) : resolve()));
  });
}

function openSocket(
  wrapper: Wrapper,
  { onError, peer }: Pick<DatagramSocketOptions, "onError" | "peer">,
): GroupSocket {
  const bound = wrapper.address();
  // One callback for all datagrams, where the wrapper makes a promise for each; and none at all,
  // which saves a tick for each, when nobody asks.
  const onSent = onError && ((error: Error | null) => error && onError(error));
  let isClosed = false;
  return {
    address: { host: bound.address, port: bound.port },
    get queuedBytes() {
      return isClosed ? 0 : wrapper.socket.getSendQueueSize();
    },
    receiveBufferBytes: wrapper.socket.getRecvBufferSize(),
    send(to, datagram) {
      if (isClosed) return;
      try {
        if (peer === undefined) wrapper.socket.send(datagram, to.port, to.host, onSent);
        else wrapper.socket.send(datagram, onSent);
      } catch (error) {
        // A forged datagram may come from port 0, to which nothing can be sent.
        onError?.(toEarshotError(error, "socket-failed", "a datagram cannot be sent"));
      }
    },
    joinGroup(group, adapterAddress) {
      if (isClosed) return "failed";
      try {
        wrapper.socket.addMembership(group, adapterAddress);
        return "joined";
      } catch (error) {
        return systemErrorCode(error) === "EADDRINUSE" ? "member" : "failed";
      }
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await wrapper.close();
    },
  };
}

function bindError(error: unknown, address: Address): Error {
  const port = `UDP port ${address.port} on ${address.host}`;
  if (systemErrorCode(error) === "EADDRINUSE") {
    return toEarshotError(error, "port-in-use", `${port} is in use by another program`);
  }
  return toEarshotError(error, "socket-failed", `${port} cannot be opened`);
}

/** Addresses here are literal, so there is nothing to look up and nothing to wait for. */
function lookupLiteral(
  host: string,
  _options: unknown,
  callback: (error: null, address: string, family: number) => void,
): void {
  callback(null, host, 4);
}
