import { ByteWriter } from "../../src/base/bytes.ts";
import { Acceptor } from "../../src/transport/acceptor.ts";
import { tagBytes } from "../../src/transport/aead.ts";
import {
  frameTypes,
  writeAck,
  writeClose,
  writeNumber,
  writeStreamHeader,
  writeStreamNumber,
} from "../../src/transport/frames.ts";
import { identityOf } from "../../src/transport/identity.ts";
import { datagramBytesMin, transportVersion } from "../../src/transport/limits.ts";
import { keyPairOf, startHandshake } from "../../src/transport/noise.ts";
import {
  encodeLongPacket,
  handshakePrologue,
  shortHeaderBytes,
  writeShortHeader,
} from "../../src/transport/packet.ts";
import { PacketKeys } from "../../src/transport/packet-keys.ts";
import { encodeParameters, ourParameters } from "../../src/transport/parameters.ts";

const clientId = 0x0c0c0c0c0c0c;
const serverId = 0x050505050505;
const toServer = { destination: 0, source: clientId };
const toClient = { destination: clientId, source: 0 };
const cookie = Uint8Array.from({ length: 22 }, (_, index) => index + 1);

/** 32 equal bytes, which are a secret key like any other. */
const secretOf = (byte: number) => new Uint8Array(32).fill(byte);
const server = identityOf(keyPairOf(secretOf(1)));
const started = startHandshake({
  prologue: handshakePrologue(clientId),
  local: keyPairOf(secretOf(3)),
  ephemeral: keyPairOf(secretOf(4)),
  remotePublicKey: server.keyPair.publicKey,
  payload: encodeParameters(ourParameters),
})!;
const init = { type: "init", ...toServer, cookie, message: started.message } as const;
const acceptor = new Acceptor({
  identity: server,
  random: { bytes: () => secretOf(2), id: () => "", unit: () => 0 },
  parameters: ourParameters,
});
const incoming = acceptor.accept(init, serverId)!;
const accept = incoming.accept;
const acceptMessage = accept.subarray(
  accept.length - (32 + 22 + 16 + encodeParameters(ourParameters).length),
);
const { session } = started.finish(acceptMessage)!;
const newKeys = () => new PacketKeys(0, { session, probeTimeoutMs: () => 0 });

function shortPacket(
  packetNumber: number,
  write: (writer: ByteWriter) => void,
  keys: PacketKeys = newKeys(),
): Uint8Array {
  const buffer = new Uint8Array(datagramBytesMin);
  const writer = new ByteWriter(buffer);
  writeShortHeader(writer, serverId, packetNumber);
  write(writer);
  const packet = buffer.subarray(0, writer.offset + tagBytes);
  keys.seal(0, packet, packetNumber);
  return packet;
}
/** The examples of the protocol's description, by name, as the code encodes them. */
export const transportExamples: Readonly<Record<string, Uint8Array>> = {
  query: encodeLongPacket({ type: "query", ...toServer }),
  answer: encodeLongPacket({
    type: "answer",
    ...toClient,
    serverKey: server.keyPair.publicKey,
    cookie,
  }),
  init: encodeLongPacket(init),
  accept,
  version: encodeLongPacket({ type: "version", ...toClient, versions: [transportVersion] }),
  refuse: encodeLongPacket({ type: "refuse", ...toClient, code: 0x10010, text: "full" }),
  reset: encodeLongPacket(acceptor.resetOf(serverId)),
  ping: shortPacket(0, (writer) => {
    writer.u8(frameTypes.ping);
    writer.zeros(48 - shortHeaderBytes - 1 - tagBytes);
  }),
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
    writeStreamNumber(writer, frameTypes.maxStreamData, 1, 300_000);
  }),
  close: shortPacket(9, (writer) => writeClose(writer, 3, "bye")),
};
