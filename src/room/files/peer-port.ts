import type { StreamId } from "../../transport/stream-id.ts";

/**
 * An open connection to one other device, over which both sides may serve and fetch chunks of any number
 * of offers. It is an object of its own for as long as the connection lives: one that is opened anew, or
 * by another path after an end, is another peer. After its `closed` every call does nothing.
 */
export interface PeerPort {
  /** The device key that the other side has proven, 32 bytes. */
  readonly key: Uint8Array;
  /**
   * Queues a message of at most `peerMessageBytesMax`, in order, ahead of all data. The bytes must not
   * change afterwards. `false` asks for a pause until `writable`; it is queued all the same.
   */
  send(message: Uint8Array): boolean;
  /** Begins a data stream, which yields to everything else. At most 8 may be open each way; we use one. */
  openStream(): StreamId;
  /**
   * Queues bytes on a data stream, which must not change until they are acknowledged. `false` asks for a
   * pause until `stream-drained`; they are queued all the same.
   */
  write(stream: StreamId, bytes: Uint8Array): boolean;
  /** How many bytes of those on a data stream the other side has, without a gap: they may change again. */
  acknowledged(stream: StreamId): number;
  /** We have done with so many bytes that came on a data stream: the other side gets credit for them. */
  consume(stream: StreamId, bytes: number): void;
  /** Delivers what is queued, for a limited time, and closes. `closed` follows. */
  close(code: number, text: string): void;
}

/** How a peer is reached now; `address` as people read it. */
export type PeerPath =
  | { readonly type: "direct"; readonly address: string }
  | { readonly type: "relayed" };

/** What happens on the connection to a peer, in the order in which it happened. */
export type PeerEvent =
  | { readonly type: "message"; readonly message: Uint8Array }
  /** After `send` gave `false`. */
  | { readonly type: "writable" }
  /** The next bytes of a data stream of the other side. They belong to the receiver. */
  | { readonly type: "stream-data"; readonly stream: StreamId; readonly bytes: Uint8Array }
  /** After `write` gave `false`. */
  | { readonly type: "stream-drained"; readonly stream: StreamId }
  /** A data stream has ended, was given up, or is not wanted: neither side does that while it works. */
  | { readonly type: "stream-over"; readonly stream: StreamId }
  | { readonly type: "path"; readonly path: PeerPath }
  /** The last event. */
  | { readonly type: "closed" };

/** Who takes what peers bring: the files' host. Called from the event loop, never within a call of its own. */
export interface PeerListener {
  /** A connection is open. The other side was introduced by the server, for one offer at least. */
  handlePeer(peer: PeerPort, path: PeerPath): void;
  handlePeerEvent(peer: PeerPort, event: PeerEvent): void;
}
