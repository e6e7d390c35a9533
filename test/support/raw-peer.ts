import type { Address } from "../../src/base/address.ts";
import { ByteWriter } from "../../src/base/bytes.ts";
import { decodeAcceptPayload } from "../../src/transport/accept-payload.ts";
import { type Aead, nodeAead, tagBytes } from "../../src/transport/aead.ts";
import { decodeFrames, type Frame } from "../../src/transport/frames.ts";
import { datagramBytesMin } from "../../src/transport/limits.ts";
import { keyPairOf, type Started, startHandshake } from "../../src/transport/noise.ts";
import {
  decodeLongPacket,
  decodeShortHeader,
  encodeLongPacket,
  handshakePrologue,
  type LongPacket,
  type LongPacketOf,
  packetForm,
  shortHeaderBytes,
  writeShortHeader,
} from "../../src/transport/packet.ts";
import {
  encodeParameters,
  ourParameters,
  type TransportParameters,
} from "../../src/transport/parameters.ts";
import type { SimulatedClock } from "./clock.ts";
import type { SimulatedNetwork } from "./network.ts";
import { SeededRandom } from "./random.ts";

/** A client made of codecs alone: it keeps no rules but those the test writes. */
export class RawPeer {
  readonly address: Address;
  readonly longPackets: LongPacket[] = [];
  readonly frames: Frame[] = [];
  /** The server's connection id, once it accepted. */
  serverId = 0;
  resetToken = new Uint8Array(0);
  nextNumber = 0;
  /** The newest packet number of the server's. */
  heardNumber = 0;
  readonly #clock: SimulatedClock;
  readonly #network: SimulatedNetwork;
  readonly #server: Address;
  readonly #id: number;
  readonly #random: SeededRandom;
  #started: Started | undefined;
  #send: Aead | undefined;
  #open: Aead | undefined;

  constructor(options: {
    readonly clock: SimulatedClock;
    readonly network: SimulatedNetwork;
    readonly server: Address;
    readonly address?: Address;
    readonly id?: number;
  }) {
    this.address = options.address ?? { host: "10.0.0.66", port: 666 };
    this.#clock = options.clock;
    this.#network = options.network;
    this.#server = options.server;
    this.#id = options.id ?? 66;
    this.#random = new SeededRandom(this.#id);
    this.attach(this.address);
  }

  /** Hears what is sent to this address, too. */
  attach(address: Address): void {
    this.#network.attach(address, (datagram) => this.#receive(datagram));
  }

  /** The newest long packet of a type. */
  last<T extends LongPacket["type"]>(type: T): LongPacketOf<T> | undefined {
    return this.longPackets.findLast((packet) => packet.type === type) as
      | LongPacketOf<T>
      | undefined;
  }

  sendQuery(): void {
    this.send(encodeLongPacket({ type: "query", destination: 0, source: this.#id }));
  }

  /** The cookie of the newest ANSWER. */
  get cookie(): Uint8Array {
    return this.last("answer")?.cookie ?? new Uint8Array(0);
  }

  /** A new handshake, to the key of the newest ANSWER, or to nobody's. */
  begin(parameters: TransportParameters = ourParameters): void {
    const newKeyPair = () => keyPairOf(this.#random.bytes(32));
    this.#started = startHandshake({
      prologue: handshakePrologue(this.#id),
      local: newKeyPair(),
      ephemeral: newKeyPair(),
      remotePublicKey: this.last("answer")?.serverKey ?? newKeyPair().publicKey,
      payload: encodeParameters(parameters),
    });
  }

  /** The INIT of the handshake that was begun last. */
  init(cookie: Uint8Array = this.cookie): Uint8Array {
    if (this.#started === undefined) this.begin();
    const { message } = this.#started!;
    return encodeLongPacket({ type: "init", destination: 0, source: this.#id, cookie, message });
  }

  sendInit(cookie: Uint8Array = this.cookie): void {
    this.send(this.init(cookie));
  }

  /** The whole handshake up to ACCEPT. */
  connect(parameters: TransportParameters = ourParameters): void {
    this.sendQuery();
    this.#clock.advance(1);
    if (this.last("answer") === undefined) throw new Error("no ANSWER came");
    this.begin(parameters);
    this.sendInit();
    this.#clock.advance(1);
    if (this.serverId === 0) throw new Error("no ACCEPT came");
  }

  /** A packet whose frames the test writes. */
  seal(write: (writer: ByteWriter) => void, number: number = this.nextNumber): Uint8Array {
    this.nextNumber = Math.max(this.nextNumber, number + 1);
    const buffer = new Uint8Array(datagramBytesMin);
    const writer = new ByteWriter(buffer);
    writeShortHeader(writer, this.serverId, number);
    write(writer);
    const packet = buffer.subarray(0, writer.offset + tagBytes);
    const header = packet.subarray(0, shortHeaderBytes);
    const text = packet.subarray(shortHeaderBytes, writer.offset);
    this.#send?.seal(number, header, text, packet.subarray(shortHeaderBytes));
    return packet;
  }

  /** Sends a packet whose frames the test writes. */
  sendFrames(write: (writer: ByteWriter) => void, number: number = this.nextNumber): void {
    this.send(this.seal(write, number));
  }

  send(datagram: Uint8Array, from: Address = this.address): void {
    this.#network.send(from, this.#server, datagram);
  }

  #receive(datagram: Uint8Array): void {
    if (packetForm(datagram) === "long") {
      const packet = decodeLongPacket(datagram);
      if (packet === undefined) return;
      this.longPackets.push(packet);
      if (packet.type === "accept") this.#onAccept(packet);
      return;
    }
    const number = decodeShortHeader(datagram)?.numberLow ?? 0;
    const header = datagram.subarray(0, shortHeaderBytes);
    const payload = this.#open?.open(number, header, datagram.subarray(shortHeaderBytes));
    if (payload === undefined) return;
    this.heardNumber = Math.max(this.heardNumber, number);
    this.frames.push(...(decodeFrames(payload) ?? []));
  }

  #onAccept(packet: LongPacketOf<"accept">): void {
    const finished = this.#started?.finish(packet.message);
    if (finished === undefined) return;
    this.serverId = packet.source;
    this.resetToken = decodeAcceptPayload(finished.payload)!.resetToken.slice();
    this.#send = nodeAead(finished.session.sendKey);
    this.#open = nodeAead(finished.session.receiveKey);
  }
}
