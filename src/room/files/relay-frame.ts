import assert from "node:assert/strict";
import { unreliableBytesMax } from "../../transport/limits.ts";

/** Number of the relay, number of the datagram, which piece of it this is. */
const headerBytes = 6;

/** The longest datagram that goes through a server: a packet of 1200 bytes does not fit in one piece. */
export const relayedBytesMax: number = 2 * (unreliableBytesMax - headerBytes);

/** Which piece of a datagram it is. */
const pieces = { whole: 0, first: 1, second: 2 } as const;

/** By which relay a frame goes, or `undefined` when it is none. */
export function relayNumberOf(frame: Uint8Array): number | undefined {
  return frame.length < headerBytes ? undefined : viewOf(frame).getUint32(0);
}

/** Cuts the datagrams of one relay into frames that the transport's DATAGRAM carries. */
export class RelaySender {
  readonly #relay: number;
  #datagramNumber = 0;

  constructor(relay: number) {
    this.#relay = relay;
  }

  /** One frame or two equal ones, of a datagram of 1..`relayedBytesMax` bytes; they share nothing with it. */
  framesOf(datagram: Uint8Array): readonly Uint8Array[] {
    assert(0 < datagram.length && datagram.length <= relayedBytesMax);
    this.#datagramNumber = (this.#datagramNumber + 1) & 255;
    if (datagram.length <= unreliableBytesMax - headerBytes) {
      return [this.#frame(pieces.whole, datagram)];
    }
    const half = Math.ceil(datagram.length / 2);
    return [
      this.#frame(pieces.first, datagram.subarray(0, half)),
      this.#frame(pieces.second, datagram.subarray(half)),
    ];
  }

  #frame(piece: number, bytes: Uint8Array): Uint8Array {
    const frame = new Uint8Array(headerBytes + bytes.length);
    viewOf(frame).setUint32(0, this.#relay);
    frame[4] = this.#datagramNumber;
    frame[5] = piece;
    frame.set(bytes, headerBytes);
    return frame;
  }
}

/** Puts the frames of one relay together. It keeps one half at most: the other follows or is lost. */
export class RelayReceiver {
  #half: { readonly datagramNumber: number; readonly bytes: Uint8Array } | undefined;

  /** The datagram that is whole with this frame; `undefined` when none is. */
  take(frame: Uint8Array): Uint8Array | undefined {
    const [datagramNumber, piece] = frame.subarray(4, headerBytes);
    const bytes = frame.subarray(headerBytes);
    if (datagramNumber === undefined || bytes.length === 0) return undefined;
    if (piece === pieces.whole) return bytes;
    const half = this.#half;
    this.#half = piece === pieces.first ? { datagramNumber, bytes } : undefined;
    if (piece !== pieces.second || half?.datagramNumber !== datagramNumber) return undefined;
    return Buffer.concat([half.bytes, bytes]);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
