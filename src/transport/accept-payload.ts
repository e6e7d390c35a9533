import { ByteReader, ByteWriter } from "../base/bytes.ts";
import { type ConnectionId, resetTokenBytes } from "./packet.ts";
import { decodeParameters, encodeParameters, type TransportParameters } from "./parameters.ts";

/** What a server says in its handshake message. */
export interface AcceptPayload {
  /** Its connection id once more: the header of ACCEPT is not protected. */
  readonly id: ConnectionId;
  readonly resetToken: Uint8Array;
  readonly parameters: TransportParameters;
}

const idBytes = 6;

/** Id, token, parameters. */
export function encodeAcceptPayload(payload: AcceptPayload): Uint8Array {
  const parameters = encodeParameters(payload.parameters);
  const writer = new ByteWriter(new Uint8Array(idBytes + resetTokenBytes + parameters.length));
  writer.u48(payload.id);
  writer.bytes(payload.resetToken);
  writer.bytes(parameters);
  return writer.written;
}

/** The inverse, or `undefined`. */
export function decodeAcceptPayload(bytes: Uint8Array): AcceptPayload | undefined {
  const reader = new ByteReader(bytes);
  const id = reader.u48();
  const token = reader.copy(resetTokenBytes);
  const parameters = decodeParameters(bytes.subarray(reader.offset));
  if (id === undefined || id === 0 || token === undefined || parameters === undefined) {
    return undefined;
  }
  return { id, resetToken: token, parameters };
}
