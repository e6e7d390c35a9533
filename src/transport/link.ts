import { timingSafeEqual } from "node:crypto";
import type { ByteWriter } from "../base/bytes.ts";
import { type AeadMaker, tagBytes } from "./aead.ts";
import { frameTypes, writeClose, writePath } from "./frames.ts";
import type { Agreement } from "./handshake.ts";
import { datagramBytesMin, resetTriggerBytesMin } from "./limits.ts";
import { type ConnectionId, shortHeaderBytes, writeShortHeader } from "./packet.ts";
import { type KeyFailure, PacketKeys } from "./packet-keys.ts";
import type { PathProbe } from "./peer-path.ts";
import type { Session } from "./session.ts";

/** Where the frames end in the shortest packet that a RESET may answer. */
const paddedPayloadEnd = resetTriggerBytesMin - tagBytes;

/** What two hosts have agreed on, put between the frames of a session and the packets of a network. */
export class Link {
  /** The id that the peer wants to see. */
  readonly peerId: ConnectionId;
  readonly #resetToken: Uint8Array | undefined;
  readonly #keys: PacketKeys;
  readonly #session: Session;
  #isDrained = false;

  constructor(now: number, agreement: Agreement, session: Session, makeAead: AeadMaker) {
    this.peerId = agreement.peerId;
    this.#resetToken = agreement.resetToken;
    this.#session = session;
    const probeTimeoutMs = () => session.probeTimeoutMs;
    this.#keys = new PacketKeys(now, {
      session: agreement.session,
      probeTimeoutMs,
      makeAead,
    });
  }

  /** Why the connection must be closed, or `undefined` while its keys are good. */
  get failure(): KeyFailure | undefined {
    return this.#keys.failure;
  }

  /** Whether the packet written last has all that the session may send now. */
  get isDrained(): boolean {
    return this.#isDrained;
  }

  /** The frames of a short packet, or `undefined` when it is forged. */
  open(now: number, packet: Uint8Array, packetNumber: number): Uint8Array | undefined {
    return this.#keys.open(now, packet, packetNumber);
  }

  /** Whether it is the token by which a server proves that it has forgotten the connection. */
  isReset(token: Uint8Array): boolean {
    return this.#resetToken !== undefined && timingSafeEqual(this.#resetToken, token);
  }

  /** What the session has to send now, or `undefined`. The packet lies in the writer's buffer. */
  writePacket(now: number, writer: ByteWriter): Uint8Array | undefined {
    const probeBytes = this.#session.mtuProbeBytes(now);
    beginPayload(writer, probeBytes ?? this.#session.datagramBytes);
    const payload =
      probeBytes === undefined
        ? this.#session.writePayload(now, writer)
        : this.#session.writeMtuProbe(writer);
    if (payload === undefined) return undefined;
    this.#isDrained = payload.isLast;
    if (payload.isAckEliciting) writer.zeros(Math.max(0, paddedPayloadEnd - writer.offset));
    const packetNumber = this.#session.takeNumber();
    const packet = this.#seal(now, packetNumber, writer);
    if (payload.frames[0]?.type === "ack") this.#keys.onAckSealed();
    this.#session.onSent(now, packetNumber, payload, packet.length);
    return packet;
  }

  /** A packet with CLOSE; it lies in the writer's buffer. */
  writeClose(
    now: number,
    writer: ByteWriter,
    reason: { readonly code: number; readonly text: string },
  ): Uint8Array {
    beginPayload(writer, datagramBytesMin);
    writeClose(writer, reason.code, reason.text);
    return this.#seal(now, this.#session.takeNumber(), writer);
  }

  /** A packet with one frame about the path; it lies in the writer's buffer. */
  writeProbe(now: number, writer: ByteWriter, probe: PathProbe): Uint8Array {
    const { pathChallenge, pathResponse } = frameTypes;
    beginPayload(writer, datagramBytesMin);
    const type = probe.type === "path-challenge" ? pathChallenge : pathResponse;
    writePath(writer, type, probe.data);
    return this.#seal(now, this.#session.takeNumber(), writer);
  }

  /** Makes a packet of the frames that were written. */
  #seal(now: number, packetNumber: number, writer: ByteWriter): Uint8Array {
    const { largestAcked } = this.#session;
    if (largestAcked !== undefined) this.#keys.onAcked(largestAcked);
    const packet = writer.buffer.subarray(0, writer.offset + tagBytes);
    writer.seek(0, shortHeaderBytes);
    writeShortHeader(writer, this.peerId, packetNumber);
    this.#keys.seal(now, packet, packetNumber);
    return packet;
  }
}

/** Leaves room for a header before the frames and for a tag behind them. */
function beginPayload(writer: ByteWriter, datagramBytes: number): void {
  writer.seek(shortHeaderBytes, datagramBytes - tagBytes);
}
