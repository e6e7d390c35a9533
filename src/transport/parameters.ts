import { ByteReader, ByteWriter, varintBytes } from "../base/bytes.ts";
import {
  ackDelayLimitMs,
  ackDelayMaxMs,
  connectionWindowBytes,
  datagramBytesMax,
  datagramBytesMin,
  dataStreamsMax,
  messageStreamsMax,
  silenceMaxMs,
  socketBytesDefault,
  socketBytesMin,
  streamWindowBytes,
} from "./limits.ts";

/** What each side tells the other in the handshake (RFC 9000 section 18). */
export interface TransportParameters {
  /** Silence after which this side gives the other up, in ms. */
  readonly idleMsMax: number;
  /** Bytes that it takes on all message and data streams together before it gives more credit. */
  readonly initialDataMax: number;
  /** The same for each stream, channels too. */
  readonly initialStreamDataMax: number;
  /** How long it may hold an ACK back, in ms; 0..1000. */
  readonly ackDelayMaxMs: number;
  /** The longest datagram that it takes; at least 1200. */
  readonly datagramBytesMax: number;
  /** What its socket's buffer holds of this peer's datagrams, counted as `socketCharge` does. */
  readonly socketBytes: number;
  /** Message streams that it lets the other open before it gives more credit. */
  readonly initialMessageStreamsMax: number;
  /** The same for data streams. */
  readonly initialDataStreamsMax: number;
}

/** What we tell every peer, but for the socket's buffer, which is the endpoint's to say. */
export const ourParameters: TransportParameters = {
  idleMsMax: silenceMaxMs,
  initialDataMax: connectionWindowBytes,
  initialStreamDataMax: streamWindowBytes,
  ackDelayMaxMs,
  datagramBytesMax,
  socketBytes: socketBytesDefault,
  initialMessageStreamsMax: messageStreamsMax,
  initialDataStreamsMax: dataStreamsMax,
};

/** Numbers of the parameters on the wire. 5 (keep-alive interval) is reserved. */
export const parameterIds = {
  idleMsMax: 1,
  initialDataMax: 2,
  initialStreamDataMax: 3,
  ackDelayMaxMs: 4,
  datagramBytesMax: 6,
  socketBytes: 7,
  initialMessageStreamsMax: 8,
  initialDataStreamsMax: 9,
} as const;

/** The least silence a peer may announce, in ms: below it our PING could not come in time. */
export const idleMsMin = 100;

/** Parameters in one list, known and unknown; a datagram has no room for more anyway. */
const parameterCountMax = 64;

/** The longest list that is written: each entry takes 1 + 1 + 8 bytes at most. */
const listBytesMax = 128;

/** The list alone, as INIT carries it. */
export function encodeParameters(parameters: TransportParameters): Uint8Array {
  const writer = new ByteWriter(new Uint8Array(listBytesMax));
  writeParameters(writer, parameters);
  return writer.written;
}

/** The parameters of bytes that are a list and nothing else, or `undefined`. */
export function decodeParameters(bytes: Uint8Array): TransportParameters | undefined {
  const reader = new ByteReader(bytes);
  const parameters = readParameters(reader);
  return reader.remaining === 0 ? parameters : undefined;
}

/** Writes the list: a count, then id, length and value of each, all varints. */
export function writeParameters(writer: ByteWriter, parameters: TransportParameters): void {
  const entries: [number, number][] = [
    [parameterIds.idleMsMax, parameters.idleMsMax],
    [parameterIds.initialDataMax, parameters.initialDataMax],
    [parameterIds.initialStreamDataMax, parameters.initialStreamDataMax],
    [parameterIds.ackDelayMaxMs, parameters.ackDelayMaxMs],
    [parameterIds.datagramBytesMax, parameters.datagramBytesMax],
    [parameterIds.socketBytes, parameters.socketBytes],
    [parameterIds.initialMessageStreamsMax, parameters.initialMessageStreamsMax],
    [parameterIds.initialDataStreamsMax, parameters.initialDataStreamsMax],
  ];
  writer.varint(entries.length);
  for (const [id, value] of entries) {
    writer.varint(id);
    writer.varint(varintBytes(value));
    writer.varint(value);
  }
}

/** The parameters, or `undefined` when one is missing, twice, malformed or out of its range. */
export function readParameters(reader: ByteReader): TransportParameters | undefined {
  const values = readValues(reader);
  const idleMsMax = values?.get(parameterIds.idleMsMax);
  const initialDataMax = values?.get(parameterIds.initialDataMax);
  const initialStreamDataMax = values?.get(parameterIds.initialStreamDataMax);
  const ackDelay = values?.get(parameterIds.ackDelayMaxMs);
  const datagramBytes = values?.get(parameterIds.datagramBytesMax);
  const socketBytes = values?.get(parameterIds.socketBytes);
  const initialMessageStreamsMax = values?.get(parameterIds.initialMessageStreamsMax);
  const initialDataStreamsMax = values?.get(parameterIds.initialDataStreamsMax);
  if (idleMsMax === undefined || idleMsMax < idleMsMin) return undefined;
  if (initialDataMax === undefined || initialStreamDataMax === undefined) return undefined;
  if (ackDelay === undefined || ackDelayLimitMs < ackDelay) return undefined;
  if (datagramBytes === undefined || datagramBytes < datagramBytesMin) return undefined;
  if (socketBytes === undefined || socketBytes < socketBytesMin) return undefined;
  if (initialMessageStreamsMax === undefined || initialDataStreamsMax === undefined) {
    return undefined;
  }
  return {
    idleMsMax,
    initialDataMax,
    initialStreamDataMax,
    ackDelayMaxMs: ackDelay,
    datagramBytesMax: datagramBytes,
    socketBytes,
    initialMessageStreamsMax,
    initialDataStreamsMax,
  };
}

const knownIds: ReadonlySet<number> = new Set(Object.values(parameterIds));

function readValues(reader: ByteReader): Map<number, number> | undefined {
  const count = reader.varint();
  if (count === undefined || parameterCountMax < count) return undefined;
  const values = new Map<number, number>();
  for (let index = 0; index < count; index += 1) {
    const id = reader.varint();
    const bytes = reader.bytes(reader.varint() ?? Number.NaN);
    if (id === undefined || bytes === undefined) return undefined;
    if (!knownIds.has(id)) continue;
    const value = new ByteReader(bytes).varint();
    if (value === undefined || varintLength(bytes) !== bytes.length) return undefined;
    if (values.has(id)) return undefined;
    values.set(id, value);
  }
  return values;
}

function varintLength(bytes: Uint8Array): number {
  return 1 << ((bytes[0] ?? 0) >> 6);
}
