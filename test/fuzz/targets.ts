import assert from "node:assert/strict";
import { virtualNumber } from "../../src/base/address.ts";
import { ByteWriter, varintMax } from "../../src/base/bytes.ts";
import { sanitizeLine } from "../../src/base/text.ts";
import { decodeDnsAnswer } from "../../src/discovery/dns-message.ts";
import { hintsOf } from "../../src/discovery/dns-sd.ts";
import { decodePacket, encodePacket } from "../../src/discovery/packet.ts";
import { hintsMax } from "../../src/discovery/server-hint.ts";
import { decodeClientMessage, decodeServerMessage, encodeCbor } from "../../src/room/codec.ts";
import { RelaySender, relayNumberOf } from "../../src/room/files/relay-frame.ts";
import { RelayPaths } from "../../src/room/files/relay-paths.ts";
import { decodeAcceptPayload, encodeAcceptPayload } from "../../src/transport/accept-payload.ts";
import {
  decodeFrames,
  type Frame,
  frameTypes,
  writeAck,
  writeAckFrequency,
  writeClose,
  writeDatagram,
  writeNumber,
  writePath,
  writeResetStream,
  writeStreamHeader,
  writeStreamNumber,
} from "../../src/transport/frames.ts";
import {
  ackRangeCountMax,
  channelMax,
  datagramBytesMin,
  unreliableBytesMax,
} from "../../src/transport/limits.ts";
import { keyPairOf, openHandshake, startHandshake } from "../../src/transport/noise.ts";
import {
  decodeLongPacket,
  decodeShortHeader,
  encodeLongPacket,
  packetForm,
} from "../../src/transport/packet.ts";
import {
  decodeParameters,
  encodeParameters,
  ourParameters,
} from "../../src/transport/parameters.ts";
import { encodeAnswer } from "../support/dns.ts";
import { messages, notices, requests } from "../support/room-messages.ts";
import { transportExamples } from "../support/transport-examples.ts";

const relays = new RelayPaths();

/** Something that takes bytes from the network. */
export interface FuzzTarget {
  readonly name: string;
  /** An engine computes keys for some of its inputs, and may take longer. */
  readonly kind: "decoder" | "engine";
  /** Its part of all inputs; all parts together are 1. Slow ones get few. */
  readonly share: number;
  /** Valid inputs, from which others are made. */
  readonly seeds: readonly Uint8Array[];
  /** Whether the input was taken. It throws when that was wrong, or the result breaks a promise. */
  readonly take: (input: Uint8Array) => boolean;
}

function write(body: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter(new Uint8Array(1200));
  body(writer);
  return writer.written;
}

const pathData = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
/** Payloads of packets with frames of every kind. */
export const frameSeeds: readonly Uint8Array[] = [
  write((writer) => writer.u8(frameTypes.ping)),
  write((writer) => void writeAck(writer, [{ start: 0, end: 1 }], 0)),
  write((writer) => {
    const ranges = Array.from({ length: ackRangeCountMax }, (_, index) => ({
      start: 10 * index,
      end: 10 * index + 5,
    }));
    writeAck(writer, ranges, 2.5);
    writeStreamHeader(writer, channelMax, 70_000, 20);
    writer.zeros(20);
  }),
  write((writer) => {
    writeNumber(writer, frameTypes.maxData, 2 ** 40);
    writeStreamNumber(writer, frameTypes.maxStreamData, 1, 100);
    writeNumber(writer, frameTypes.dataBlocked, 5);
    writeStreamNumber(writer, frameTypes.streamDataBlocked, 2, 64);
    writeStreamNumber(writer, frameTypes.stopSending, 9, 64);
    writeResetStream(writer, { stream: 100, code: 7, finalSize: 2 ** 33 });
    writeStreamHeader(writer, 8, 64, 0, true);
    writeNumber(writer, frameTypes.maxMessageStreams, 20);
    writeNumber(writer, frameTypes.maxDataStreams, 70);
    writeDatagram(writer, pathData);
    writeAckFrequency(writer, { sequence: 300, threshold: 10, delayMs: 1000 });
    writePath(writer, frameTypes.pathChallenge, pathData);
    writePath(writer, frameTypes.pathResponse, pathData);
  }),
  write((writer) => writeClose(writer, 3, "grüß dich \u202e")),
];

/** What the engine relies on when it handles frames. */
function checkFrame(frame: Frame): void {
  switch (frame.type) {
    case "ack": {
      assert(0 < frame.ranges.length && frame.ranges.length <= ackRangeCountMax);
      let above = varintMax + 1;
      for (const { start, end } of frame.ranges) {
        assert(0 <= start && start < end && end < above);
        above = start;
      }
      return;
    }
    case "stream":
      assert(0 < frame.bytes.length || frame.isFin);
      assert(!frame.isFin || channelMax < frame.stream);
      assert(Number.isSafeInteger(frame.offset + frame.bytes.length));
      return;
    case "datagram":
      assert(frame.bytes.length <= unreliableBytesMax);
      return;
    case "close":
      assert.equal(sanitizeLine(frame.text), frame.text);
      return;
    default:
  }
}

const clientKeys = keyPairOf(new Uint8Array(32).fill(3));
const serverKeys = keyPairOf(new Uint8Array(32).fill(1));
const prologue = new Uint8Array(34);
const handshake = () =>
  startHandshake({
    prologue,
    local: clientKeys,
    ephemeral: keyPairOf(new Uint8Array(32).fill(4)),
    remotePublicKey: serverKeys.publicKey,
    payload: encodeParameters(ourParameters),
  })!;
const started = handshake();
const answered = openHandshake({ prologue, local: serverKeys }, started.message)!.answer(
  keyPairOf(new Uint8Array(32).fill(2)),
  new Uint8Array(40),
)!;

const announcement = {
  id: Buffer.alloc(32, 7).toString("base64url"),
  bootId: "0102030405060708",
  sequence: 9,
  port: 28198,
  versionMin: 2,
  versionMax: 2,
  members: 3,
  rooms: 2,
  name: "Küche",
};

const dnsService = ["_earshot", "_udp", "local"];
const dnsInstance = ["Küche", ...dnsService];
const dnsRecords = [
  { type: "ptr", name: dnsService, target: dnsInstance },
  { type: "srv", name: dnsInstance, port: 28_198, target: ["kitchen", "local"] },
  { type: "txt", name: dnsInstance, entries: ["txtvers=1", `k=${announcement.id}`, "v=3-3"] },
  { type: "a", name: ["kitchen", "local"], address: "10.0.0.5" },
] as const;

/** All decoders of bytes from strangers, by the floor they are on. */
export const decoderTargets: readonly FuzzTarget[] = [
  {
    name: "long packets",
    kind: "decoder",
    share: 0.2,
    seeds: Object.values(transportExamples).filter((bytes) => packetForm(bytes) === "long"),
    take: (input) => {
      const packet = decodeLongPacket(input);
      if (packet === undefined) return false;
      // None of ours is longer, though one of another server may be.
      if (datagramBytesMin < input.length) return true;
      assert.deepEqual(decodeLongPacket(encodeLongPacket(packet)), packet);
      return true;
    },
  },
  {
    name: "short headers",
    kind: "decoder",
    share: 0.1,
    seeds: Object.values(transportExamples),
    take: (input) => packetForm(input) === "short" && decodeShortHeader(input) !== undefined,
  },
  {
    name: "frames",
    kind: "decoder",
    share: 0.248,
    seeds: frameSeeds,
    take: (input) => {
      const frames = decodeFrames(input);
      for (const frame of frames ?? []) checkFrame(frame);
      return frames !== undefined;
    },
  },
  {
    name: "parameters",
    kind: "decoder",
    share: 0.12,
    seeds: [encodeParameters(ourParameters)],
    take: (input) => {
      const parameters = decodeParameters(input);
      if (parameters === undefined) return false;
      assert.deepEqual(decodeParameters(encodeParameters(parameters)), parameters);
      return true;
    },
  },
  {
    name: "accept payloads",
    kind: "decoder",
    share: 0.05,
    seeds: [
      encodeAcceptPayload({
        id: 5,
        resetToken: new Uint8Array(16).fill(9),
        parameters: ourParameters,
      }),
    ],
    take: (input) => decodeAcceptPayload(input) !== undefined,
  },
  {
    name: "handshakes, first message",
    kind: "decoder",
    share: 0.0005,
    seeds: [started.message],
    take: (input) => openHandshake({ prologue, local: serverKeys }, input) !== undefined,
  },
  {
    name: "handshakes, second message",
    kind: "decoder",
    share: 0.0005,
    seeds: [answered.message],
    take: (input) => started.finish(input) !== undefined,
  },
  {
    name: "discovery",
    kind: "decoder",
    share: 0.099,
    seeds: [
      encodePacket({ type: "query", nonce: "0011223344556677" }),
      encodePacket({ type: "beacon", announcement }),
      encodePacket({
        type: "answer",
        nonce: "0011223344556677",
        announcement,
        cookie: new Uint8Array(64).fill(1),
      }),
      encodePacket({ type: "goodbye", announcement }),
      encodePacket({ type: "probe", nonce: "0011223344556677", proof: "5a".repeat(16) }),
      encodePacket({
        type: "relayed",
        announcement: { ...announcement, addresses: [{ host: "10.0.0.9", port: 28_198 }] },
      }),
      encodePacket({
        type: "forward",
        nonce: "0011223344556677",
        from: { host: "10.0.0.9", port: 40_000 },
      }),
    ],
    take: (input) => {
      const packet = decodePacket(input);
      if (packet !== undefined && "announcement" in packet) {
        const { name } = packet.announcement;
        assert(name !== "" && sanitizeLine(name) === name);
      }
      return packet !== undefined;
    },
  },
  {
    name: "DNS answers",
    kind: "decoder",
    share: 0.02,
    seeds: [
      encodeAnswer(7, dnsRecords, { question: dnsService }),
      // A name that goes on in another one.
      Buffer.from(
        `000784000001000100000000${"0161025f62000001c00c"}${"c00c000c00010000000a0004016cc00c"}`,
        "hex",
      ),
    ],
    take: (input) => {
      const answer = decodeDnsAnswer(input);
      if (answer === undefined) return false;
      const hints = hintsOf(answer, { host: "10.0.0.5", adapter: "eth0" });
      assert(hints.length <= hintsMax);
      for (const { name = "lab" } of hints) assert(name !== "" && sanitizeLine(name) === name);
      return true;
    },
  },
  {
    name: "messages to a server",
    kind: "decoder",
    share: 0.04,
    seeds: [...requests, ...notices].map(encodeCbor),
    take: (input) => {
      const message = decodeClientMessage(input);
      if (message === undefined || !("type" in message)) return false;
      assert.deepEqual(decodeClientMessage(encodeCbor(message)), message);
      return true;
    },
  },
  {
    name: "messages to a client",
    kind: "decoder",
    share: 0.04,
    seeds: messages.map(encodeCbor),
    take: (input) => {
      const message = decodeServerMessage(input);
      if (message === undefined) return false;
      assert.deepEqual(decodeServerMessage(new Uint8Array(encodeCbor(message))), message);
      return true;
    },
  },
  {
    name: "frames through a server",
    kind: "decoder",
    share: 0.01,
    seeds: [20, 1_100].flatMap((length) => new RelaySender(7).framesOf(new Uint8Array(length))),
    take: (input) => {
      const arrived = relays.take(input);
      if (arrived === undefined) return false;
      assert(0 < arrived.datagram.length && arrived.datagram.length <= 2 * input.length + 2_048);
      assert(virtualNumber(arrived.from) === relayNumberOf(input));
      return true;
    },
  },
];
