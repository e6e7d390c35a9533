import type { Address } from "../base/address.ts";
import { systemClock } from "../base/clock.ts";
import { systemRandom } from "../base/random.ts";
import type {
  CloseReason,
  ConnectionHandle,
  ConnectOptions,
  EndpointEvent,
  StreamEvent,
} from "./endpoint-port.ts";
import type { ConnectionStats, EndpointStats } from "./endpoint-stats.ts";
import { identityOf } from "./identity.ts";
import { keyBytes, keyPairOf } from "./noise.ts";
import type { StreamPort, StreamProgress } from "./stream-port.ts";
import { UdpEndpoint } from "./udp-endpoint.ts";

// The door of the package for programs that want the transport alone, `import { Transport } from
// "earshot/transport"`, with docs/TRANSPORT.md as its guide. It makes objects of what the endpoint
// names by handles, and does nothing else. Types that it shows go through it too: a door that
// cannot be named is none.
export type {
  Address,
  CloseReason,
  ConnectionStats,
  ConnectOptions,
  EndpointStats,
  StreamEvent,
  StreamPort,
  StreamProgress,
};

/** Who is at the other end of a connection. */
export interface TransportPeer {
  readonly address: Address;
  /** Its static key, 32 bytes, which it has proven to hold. */
  readonly key: Uint8Array;
  /** Whether it came to us. */
  readonly isIncoming: boolean;
}

/** What a program wants to hear. All are called from the event loop; none may throw. */
export interface TransportHandlers {
  /** The handshake is over. Of an incoming connection nothing is heard before. */
  readonly onOpened?: (connection: TransportConnection, peer: TransportPeer) => void;
  /**
   * A whole message, in order within its channel; `channel` is 8 or more when it came on a stream of
   * its own. Its bytes are the program's to keep.
   */
  readonly onMessage?: (
    connection: TransportConnection,
    message: Uint8Array,
    channel: number,
  ) => void;
  /** An unreliable datagram. Its bytes are the program's to keep. */
  readonly onDatagram?: (connection: TransportConnection, bytes: Uint8Array) => void;
  /** Something happened to a stream, as that a piece of a file has come. */
  readonly onStream?: (connection: TransportConnection, event: StreamEvent) => void;
  /** After `send` gave `false`: the queue has drained, go on. */
  readonly onWritable?: (connection: TransportConnection) => void;
  /** The last that is heard of a connection, also of one that never opened. */
  readonly onClosed?: (connection: TransportConnection, reason: CloseReason) => void;
}

/** How to bind; everything has a default. */
export interface TransportOptions extends TransportHandlers {
  /** Literal local address of either family; all of IPv4 by default. */
  readonly host?: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  /** Whether others may connect; not by default. */
  readonly isAccepting?: boolean;
  /**
   * The 32 bytes of an X25519 secret, by whose public key clients know a server. Without it one is
   * made that lives as long as the process: a client's may, a server's should be kept.
   */
  readonly secretKey?: Uint8Array;
  /** Connections at a time; 10,000 by default. One more is refused. */
  readonly connectionCountMax?: number;
  /** Bytes of messages above 64 KiB that are assembled at once; 256 MiB by default. */
  readonly receiveBudgetBytes?: number;
  /**
   * Whether the program says with `streams.consume` when it has done with a message, and peers may
   * send more only then. Not by default: then it has when `onMessage` returns.
   */
  readonly isConsuming?: boolean;
  /** Never sends longer datagrams than this, in 1200..32768; by default as long as a path carries. */
  readonly datagramBytesMax?: number;
  /** What the socket could not send. The transport repeats it by itself. */
  readonly onSocketError?: (error: Error) => void;
}

/** A UDP socket with all its connections: a server, a client, or both. */
export class Transport implements AsyncDisposable {
  /** The public key of `secretKey`, 32 bytes: what clients of a server must know. */
  readonly publicKey: Uint8Array;
  readonly #endpoint: UdpEndpoint;
  readonly #connections: Connections;

  /**
   * Binds a socket.
   *
   * @throws {EarshotError} PORT `port-in-use`; anything else is `socket-failed`.
   */
  static async bind(options: TransportOptions = {}): Promise<Transport> {
    const { host = "0.0.0.0", port = 0, isAccepting = false } = options;
    const identity = identityOf(keyPairOf(options.secretKey ?? systemRandom.bytes(keyBytes)));
    const connections: Connections = new Map();
    const endpoint: UdpEndpoint = await UdpEndpoint.bind({
      ...options,
      address: { host, port },
      isAccepting,
      identity,
      clock: systemClock,
      random: systemRandom,
      onEvent: (event) => {
        const connection = connectionOf(connections, endpoint, event.connection);
        if (event.type === "closed") connections.delete(event.connection);
        tell(options, connection, event);
      },
    });
    return new Transport(identity.keyPair.publicKey, endpoint, connections);
  }

  private constructor(publicKey: Uint8Array, endpoint: UdpEndpoint, connections: Connections) {
    this.publicKey = publicKey;
    this.#endpoint = endpoint;
    this.#connections = connections;
  }

  /** Where it is bound, with the real port. */
  get address(): Address {
    return this.#endpoint.address;
  }

  get stats(): EndpointStats {
    return this.#endpoint.stats;
  }

  /**
   * Starts a connection, on which messages may be queued at once. `onOpened` or `onClosed` follows.
   * With `key` no other server will do; without it whoever answers is taken.
   */
  connect(to: Address, options?: ConnectOptions): TransportConnection {
    const handle = this.#endpoint.connect(to, options);
    return connectionOf(this.#connections, this.#endpoint, handle);
  }

  /**
   * Takes no more connections, delivers what is queued for a second at most, closes all connections
   * with this reason, then the socket.
   */
  stop(code = 0, text = ""): Promise<void> {
    return this.#endpoint.stop(code, text);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** One conversation; the same object in every call of a handler. */
export class TransportConnection {
  readonly #endpoint: UdpEndpoint;
  readonly #handle: ConnectionHandle;

  constructor(endpoint: UdpEndpoint, handle: ConnectionHandle) {
    this.#endpoint = endpoint;
    this.#handle = handle;
  }

  /** How it is doing, or `undefined` when it has ended. */
  get stats(): ConnectionStats | undefined {
    return this.#endpoint.connectionStats(this.#handle);
  }

  /**
   * Queues a message of at most 16 MiB and 64 KiB on a channel in 0..7; its bytes must not change
   * afterwards. Channel 0 goes before 1, 1 before 2 to 6, and those before 7, which yields to others
   * on the network too. `false` asks for a pause until `onWritable`; the message is queued all the
   * same. After the end it does nothing.
   */
  send(message: Uint8Array, channel = 0): boolean {
    return this.#endpoint.send(this.#handle, channel, message);
  }

  /**
   * Messages on streams of their own, files, unreliable datagrams; `undefined` after the end. For use
   * at once: ask again the next time.
   */
  get streams(): StreamPort | undefined {
    return this.#endpoint.streams(this.#handle);
  }

  /** Delivers what is queued, for 2 s at most, then closes with a code in 0..65535. */
  close(code = 0, text = ""): void {
    this.#endpoint.close(this.#handle, code, text);
  }

  /** Closes without delivering what is queued. */
  abort(code = 0, text = ""): void {
    this.#endpoint.abort(this.#handle, code, text);
  }
}

/** Those whose `closed` has not been told. */
type Connections = Map<ConnectionHandle, TransportConnection>;

function connectionOf(
  connections: Connections,
  endpoint: UdpEndpoint,
  handle: ConnectionHandle,
): TransportConnection {
  const known = connections.get(handle);
  if (known !== undefined) return known;
  const connection = new TransportConnection(endpoint, handle);
  connections.set(handle, connection);
  return connection;
}

function tell(
  handlers: TransportHandlers,
  connection: TransportConnection,
  event: EndpointEvent,
): void {
  switch (event.type) {
    case "opened": {
      const { peer: address, peerKey: key, isIncoming } = event;
      handlers.onOpened?.(connection, { address, key, isIncoming });
      return;
    }
    case "message":
      handlers.onMessage?.(connection, event.message, event.channel);
      return;
    case "writable":
      handlers.onWritable?.(connection);
      return;
    case "closed":
      handlers.onClosed?.(connection, event.reason);
      return;
    case "datagram":
      handlers.onDatagram?.(connection, event.bytes);
      return;
    default:
      handlers.onStream?.(connection, event);
  }
}
