import { type Address, virtualNumber } from "../base/address.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { bindDatagramSocket, type DatagramSocket } from "../base/datagram-socket.ts";
import { withIpv6 } from "../base/dual-socket.ts";
import type { Random } from "../base/random.ts";
import { Endpoint } from "./endpoint.ts";
import type {
  ConnectionHandle,
  ConnectOptions,
  EndpointEvent,
  EndpointPort,
} from "./endpoint-port.ts";
import type { ConnectionStats, EndpointStats } from "./endpoint-stats.ts";
import { type AeadProvider, fastestAead } from "./fastest-aead.ts";
import type { TransportIdentity } from "./identity.ts";
import { datagramBytesMax, socketBytesMin } from "./limits.ts";
import { packetForm } from "./packet.ts";
import { PathLimit } from "./path-limit.ts";
import type { StreamPort } from "./stream-port.ts";
import { anyHost, UdpSockets } from "./udp-sockets.ts";

export interface UdpEndpointOptions {
  /** Local address; port 0 lets the system choose. */
  readonly address: Address;
  /** Local IPv6 address for the same port; without it, or where there is no IPv6, only IPv4 is used. */
  readonly ipv6Host?: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Whether others may connect to it. */
  readonly isAccepting: boolean;
  /** A server must have one, and keep it; to a client one is made that nobody has met before. */
  readonly identity?: TransportIdentity;
  /** Called from the event loop, never from within a call to the endpoint. It must not throw. */
  readonly onEvent: (event: EndpointEvent) => void;
  /** A datagram of another protocol came: its first byte has bit 0x40 clear. It must not throw. */
  readonly onOther?: (datagram: Uint8Array, from: Address) => void;
  /** See `EndpointOptions.isWelcome`. */
  readonly isWelcome?: (peerKey: Uint8Array) => boolean;
  /**
   * Carries a datagram to a virtual address; the bytes may be reused afterwards. What comes from there
   * is given to `receiveVirtual`. It must not throw.
   */
  readonly onVirtual?: (to: Address, datagram: Uint8Array) => void;
  /** What the socket could not send; the transport repeats it by itself. */
  readonly onSocketError?: (error: Error) => void;
  readonly connectionCountMax?: number;
  readonly receiveBudgetBytes?: number;
  /** See `EndpointOptions.isConsuming`. */
  readonly isConsuming?: boolean;
  /** Never sends longer datagrams; by default as long as the path carries, at most 32 KiB. */
  readonly datagramBytesMax?: number;
}

/** Asked of the system, which may give less: 3,640 datagrams of 1200 bytes (2,304 bytes each). */
const receiveBufferBytes = 4 * 1024 * 1024;

/** Asked of the system for sending. */
const sendBufferBytes = 1024 * 1024;

/**
 * Sending gives way to reading after this many datagrams or this long, whichever is first. A line to
 * 1000 connections takes 15 ms, and after each turn up to 32 ACKs are read, which are 0.4 ms.
 */
const turnDatagramsMax = 256;
const turnMsMax = 4;

/** A turn looks at the clock after so many datagrams: a glance costs a twentieth of a datagram. */
const turnGlanceDatagrams = 8;

/**
 * Where the application talks, what was read is answered after this long, although there is more: a
 * pass of the event loop reads up to 32 datagrams, of which the longest take 70 us each. Where it only
 * listens nobody waits for more than ACKs, and those cost least at the end of a pass.
 */
const answerMsMax = 0.25;

/** An application talks for so long after it has sent something. */
const talkMs = 1000;

/** How soon to try again when the kernel takes no more. */
const brakeMs = 1;

/** `stop` waits this long for connections to deliver what they have. */
const stopMsMax = 1000;

/** Drives an `Endpoint` with a UDP socket and the event loop. */
export class UdpEndpoint implements EndpointPort, AsyncDisposable {
  /** Which implementation of the cipher seals and opens packets. */
  readonly sealedBy: AeadProvider["name"];
  readonly #clock: Clock;
  readonly #onEvent: (event: EndpointEvent) => void;
  readonly #onOther: UdpEndpointOptions["onOther"];
  readonly #onVirtual: UdpEndpointOptions["onVirtual"];
  readonly #engine: Endpoint;
  readonly #socket: DatagramSocket;
  /** Connections whose `closed` has not been told. */
  readonly #open = new Set<ConnectionHandle>();
  #onDrained: (() => void) | undefined;
  #wakeUp: { readonly at: number; readonly timer: Timer } | undefined;
  #turn: NodeJS.Immediate | undefined;
  #transmittedAt = 0;
  /** When the application last sent something. */
  #saidAt: number | undefined;
  #closing: Promise<void> | undefined;
  #isStopped = false;

  /**
   * Binds a socket and starts.
   *
   * @throws {EarshotError} PORT `port-in-use`; anything else is `socket-failed`.
   */
  static async bind(options: UdpEndpointOptions): Promise<UdpEndpoint> {
    // Before the socket is there: what it hears then must find its reader.
    const aead = await fastestAead();
    let receive: (datagram: Uint8Array, from: Address) => void = () => undefined;
    const socket = await bindSocket(options, (datagram, from) => receive(datagram, from));
    const endpoint = new UdpEndpoint(options, aead, socket);
    receive = (datagram, from) => endpoint.#receive(datagram, from);
    return endpoint;
  }

  private constructor(options: UdpEndpointOptions, aead: AeadProvider, socket: DatagramSocket) {
    this.sealedBy = aead.name;
    this.#clock = options.clock;
    this.#onEvent = options.onEvent;
    this.#onOther = options.onOther;
    this.#onVirtual = options.onVirtual;
    const limit = new PathLimit(options.clock);
    const bytesMax = options.datagramBytesMax ?? datagramBytesMax;
    this.#engine = new Endpoint({
      ...options,
      makeAead: aead.makeAead,
      // The other half is for those who send at the same time.
      socketBytes: Math.max(socketBytesMin, Math.floor(socket.receiveBufferBytes / 2)),
      pathBytesMax: (to) => Math.min(bytesMax, limit.datagramBytesTo(to.host)),
    });
    this.#socket = socket;
  }

  /** Where it is bound, with the real port. */
  get address(): Address {
    return this.#socket.address;
  }

  get stats(): EndpointStats {
    return this.#engine.stats;
  }

  /** How a connection is doing, or `undefined` when it has ended. */
  connectionStats(connection: ConnectionHandle): ConnectionStats | undefined {
    return this.#engine.connectionStats(connection);
  }

  /** See `Endpoint.issueCookie`. */
  issueCookie(host: string): Uint8Array {
    return this.#engine.issueCookie(this.#clock.now(), host);
  }

  /** See `Endpoint.isCookie`. */
  isCookie(host: string, cookie: Uint8Array): boolean {
    return this.#engine.isCookie(this.#clock.now(), host, cookie);
  }

  /** Sends a datagram of another protocol from the same port; its bytes may be reused afterwards. */
  sendOther(to: Address, datagram: Uint8Array): void {
    this.#socket.send(to, datagram);
  }

  /** A datagram came from a virtual address; its bytes may be reused afterwards. */
  receiveVirtual(from: Address, datagram: Uint8Array): void {
    if (!this.#isStopped) this.#handle(datagram, from);
  }

  connect(to: Address, options?: ConnectOptions): ConnectionHandle {
    const connection = this.#engine.connect(this.#clock.now(), to, options);
    this.#open.add(connection);
    this.#scheduleTurn();
    return connection;
  }

  send(connection: ConnectionHandle, channel: number, message: Uint8Array): boolean {
    const now = this.#clock.now();
    const isBelowMark = this.#engine.send(now, connection, channel, message);
    this.#saidAt = now;
    this.#scheduleTurn();
    return isBelowMark;
  }

  streams(connection: ConnectionHandle): StreamPort | undefined {
    this.#scheduleTurn();
    return this.#engine.streams(this.#clock.now(), connection);
  }

  close(connection: ConnectionHandle, code: number, text: string): void {
    this.#engine.close(this.#clock.now(), connection, code, text);
    this.#scheduleTurn();
  }

  /** Closes a connection without delivering what is queued. */
  abort(connection: ConnectionHandle, code: number, text: string): void {
    this.#engine.abort(this.#clock.now(), connection, code, text);
    this.#scheduleTurn();
  }

  /**
   * Stops taking connections, lets those there are deliver what they have for a second at most,
   * closes them with this reason and then the socket. Calling it again waits for the same.
   */
  stop(code = 0, text = ""): Promise<void> {
    this.#closing ??= this.#shutDown(code, text);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #shutDown(code: number, text: string): Promise<void> {
    this.#engine.stopAccepting();
    for (const connection of this.#open) this.close(connection, code, text);
    await this.#whenDrained(stopMsMax);
    for (const connection of this.#open) this.abort(connection, code, text);
    await this.#whenDrained(stopMsMax);
    this.#isStopped = true;
    this.#wakeUp?.timer.cancel();
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    await this.#socket.close();
  }

  /** Resolves when no connection is left and the last CLOSE has left, or after `msMax`. */
  #whenDrained(msMax: number): Promise<void> {
    this.#scheduleTurn();
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(this.#clock.now() + msMax, resolve);
      this.#onDrained = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #receive(datagram: Uint8Array, from: Address): void {
    if (this.#isStopped) return;
    if (this.#onOther !== undefined && packetForm(datagram) === "other") {
      this.#onOther(datagram, from);
      return;
    }
    // Who sends from there has no part in the path that goes by this address.
    if (virtualNumber(from) === undefined) this.#handle(datagram, from);
  }

  #handle(datagram: Uint8Array, from: Address): void {
    const now = this.#clock.now();
    this.#engine.handleDatagram(now, from, datagram);
    this.#tellEvents();
    const isTalking = this.#saidAt !== undefined && now <= this.#saidAt + talkMs;
    // Nothing is timed out here: what is waited for may be the next to be read.
    if (isTalking && this.#transmittedAt + answerMsMax <= now) this.#flush();
    else this.#scheduleTurn();
  }

  /** What one pass of the event loop brings is answered at its end, together. */
  #scheduleTurn(): void {
    if (this.#isStopped || this.#turn !== undefined) return;
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      this.#runTurn();
    });
  }

  #runTurn(): void {
    this.#engine.handleTimeout(this.#clock.now());
    this.#tellEvents();
    this.#flush();
  }

  /** Sends what is ready, and plans when to go on. */
  #flush(): void {
    const outcome = this.#transmit();
    this.#tellEvents();
    this.#transmittedAt = this.#clock.now();
    if (outcome === "more") this.#scheduleTurn();
    else if (outcome === "braked") this.#wakeUpAt(this.#transmittedAt + brakeMs);
    else {
      this.#wakeUpAt(this.#engine.pollTimeout());
      if (this.#open.size === 0) this.#onDrained?.();
    }
  }

  /** Sends what one turn may send. */
  #transmit(): "drained" | "more" | "braked" {
    const startedAt = this.#clock.now();
    let now = startedAt;
    for (let count = 0; count < turnDatagramsMax; count += 1) {
      if (count % turnGlanceDatagrams === 0) now = this.#clock.now();
      if (turnMsMax <= now - startedAt) return "more";
      // What the kernel does not take would pile up out of sight, in no order of ours.
      if (0 < this.#socket.queuedBytes) return "braked";
      const transmit = this.#engine.pollTransmit(now);
      if (transmit === undefined) return this.#engine.hasMore ? "more" : "drained";
      if (virtualNumber(transmit.to) === undefined) {
        this.#socket.send(transmit.to, transmit.datagram);
      } else this.#onVirtual?.(transmit.to, transmit.datagram);
    }
    return "more";
  }

  #wakeUpAt(at: number | undefined): void {
    if (this.#isStopped || at === undefined) return;
    if (at <= this.#clock.now()) {
      this.#scheduleTurn();
      return;
    }
    // An earlier wake-up finds nothing to do and sets the next: cheaper than moving it each turn.
    if (this.#wakeUp !== undefined && this.#wakeUp.at <= at) return;
    this.#wakeUp?.timer.cancel();
    const timer = this.#clock.setTimer(at, () => {
      this.#wakeUp = undefined;
      // Not at once: timers run before the socket is read, and the ACK that is waited for may
      // already be in its buffer.
      this.#scheduleTurn();
    });
    this.#wakeUp = { at, timer };
  }

  #tellEvents(): void {
    for (;;) {
      const event = this.#engine.pollEvent();
      if (event === undefined) return;
      if (event.type === "opened") this.#open.add(event.connection);
      if (event.type === "closed") this.#open.delete(event.connection);
      this.#onEvent(event);
    }
  }
}

/** Who may be asked must answer from where it was asked; who only asks follows its routes. */
async function bindSocket(
  options: UdpEndpointOptions,
  onDatagram: (datagram: Uint8Array, from: Address) => void,
): Promise<DatagramSocket> {
  const { address, ipv6Host, clock, isAccepting, onSocketError } = options;
  const socketOptions = {
    address,
    receiveBufferBytes,
    sendBufferBytes,
    onDatagram,
    ...(onSocketError && { onError: onSocketError }),
  };
  const ipv4 =
    isAccepting && address.host === anyHost
      ? await UdpSockets.bind({ ...socketOptions, clock })
      : await bindDatagramSocket(socketOptions);
  if (ipv6Host === undefined) return ipv4;
  return withIpv6(ipv4, { ...socketOptions, address: { host: ipv6Host, port: 0 } });
}
