import { ByteWriter } from "../../src/base/bytes.ts";
import {
  frameTypes,
  writeAck,
  writeChannelNumber,
  writeClose,
  writeNumber,
  writeStreamHeader,
} from "../../src/transport/frames.ts";
import { datagramBytesMax } from "../../src/transport/limits.ts";
import {
  checksumProtection,
  encodeLongPacket,
  writeShortHeader,
} from "../../src/transport/packet.ts";
import { ourParameters } from "../../src/transport/parameters.ts";

const clientId = 0x0c0c0c0c0c0c;
const serverId = 0x050505050505;
const toServer = { destination: 0, source: clientId };
const toClient = { destination: clientId, source: 0 };
const cookie = Uint8Array.from({ length: 22 }, (_, index) => index + 1);

function shortPacket(packetNumber: number, write: (writer: ByteWriter) => void): Uint8Array {
  const buffer = new Uint8Array(datagramBytesMax);
  const writer = new ByteWriter(buffer);
  writeShortHeader(writer, serverId, packetNumber);
  write(writer);
  const packet = buffer.subarray(0, writer.offset + checksumProtection.tagBytes);
  checksumProtection.seal(packet, packetNumber);
  return packet;
}

/** The examples of the protocol's description, by name, as the code encodes them. */
export const transportExamples: Readonly<Record<string, Uint8Array>> = {
  init: encodeLongPacket({ type: "init", ...toServer, cookie, parameters: ourParameters }),
  accept: encodeLongPacket({
    type: "accept",
    destination: clientId,
    source: serverId,
    parameters: ourParameters,
  }),
  retry: encodeLongPacket({ type: "retry", ...toClient, cookie }),
  version: encodeLongPacket({ type: "version", ...toClient, versions: [1] }),
  refuse: encodeLongPacket({ type: "refuse", ...toClient, code: 0x10010, text: "full" }),
  ping: shortPacket(0, (writer) => writer.u8(frameTypes.ping)),
  message: shortPacket(7, (writer) => {
    const ranges = [
      { start: 0, end: 3 },
      { start: 4, end: 6 },
    ];
    writeAck(writer, ranges, 2.5);
    writeStreamHeader(writer, 0, 100, 6);
    writer.bytes(Uint8Array.of(5, 0x68, 0x65, 0x6c, 0x6c, 0x6f));
  }),
  credit: shortPacket(8, (writer) => {
    writeNumber(writer, frameTypes.maxData, 1_000_000);
    writeChannelNumber(writer, frameTypes.maxStreamData, 1, 300_000);
  }),
  close: shortPacket(9, (writer) => writeClose(writer, 3, "bye")),
};
