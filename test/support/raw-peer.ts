import type { Address } from "../../src/base/address.ts";
import { ByteWriter } from "../../src/base/bytes.ts";
import { decodeFrames, type Frame } from "../../src/transport/frames.ts";
import { datagramBytesMax } from "../../src/transport/limits.ts";
import {
  checksumProtection,
  decodeLongPacket,
  decodeShortHeader,
  encodeLongPacket,
  type LongPacket,
  packetForm,
  shortHeaderBytes,
  writeShortHeader,
} from "../../src/transport/packet.ts";
import { ourParameters, type TransportParameters } from "../../src/transport/parameters.ts";
import type { SimulatedClock } from "./clock.ts";
import type { SimulatedNetwork } from "./network.ts";

/** A client made of codecs alone: it keeps no rules but those the test writes. */
export class RawPeer {
  readonly address: Address;
  readonly longPackets: LongPacket[] = [];
  readonly frames: Frame[] = [];
  /** The server's connection id, once it accepted. */
  serverId = 0;
  nextNumber = 0;
  readonly #clock: SimulatedClock;
  readonly #network: SimulatedNetwork;
  readonly #server: Address;
  readonly #id: number;

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
    this.#network.attach(this.address, (datagram) => this.#receive(datagram));
  }

  sendInit(cookie: Uint8Array, parameters: TransportParameters = ourParameters): void {
    const ids = { destination: 0, source: this.#id };
    this.send(encodeLongPacket({ type: "init", ...ids, cookie, parameters }));
  }

  /** The whole handshake up to ACCEPT. */
  connect(parameters: TransportParameters = ourParameters): void {
    this.sendInit(new Uint8Array(0), parameters);
    this.#clock.advance(1);
    const retry = this.longPackets.findLast((packet) => packet.type === "retry");
    if (retry?.type !== "retry") throw new Error("no RETRY came");
    this.sendInit(retry.cookie, parameters);
    this.#clock.advance(1);
    if (this.serverId === 0) throw new Error("no ACCEPT came");
  }

  /** Sends a packet whose frames the test writes. */
  sendFrames(write: (writer: ByteWriter) => void, number: number = this.nextNumber): void {
    this.nextNumber = Math.max(this.nextNumber, number + 1);
    const buffer = new Uint8Array(datagramBytesMax);
    const writer = new ByteWriter(buffer);
    writeShortHeader(writer, this.serverId, number);
    write(writer);
    const packet = buffer.subarray(0, writer.offset + checksumProtection.tagBytes);
    checksumProtection.seal(packet, number);
    this.send(packet);
  }

  send(datagram: Uint8Array): void {
    this.#network.send(this.address, this.#server, datagram);
  }

  #receive(datagram: Uint8Array): void {
    if (packetForm(datagram) === "long") {
      const packet = decodeLongPacket(datagram);
      if (packet === undefined) return;
      this.longPackets.push(packet);
      if (packet.type === "accept") this.serverId = packet.source;
      return;
    }
    const opened = checksumProtection.open(datagram, decodeShortHeader(datagram)?.numberLow ?? 0);
    this.frames.push(...(decodeFrames(opened?.subarray(shortHeaderBytes) ?? datagram) ?? []));
  }
}
