import type { Address } from "../base/address.ts";
import type { ConnectionStats } from "./endpoint-stats.ts";
import type { StreamId } from "./stream-id.ts";
import type { StreamPort } from "./stream-port.ts";

/** Names a connection within its endpoint for as long as the process runs; never used again. */
export type ConnectionHandle = number;

/**
 * Why a connection ended. `local` and `peer` closed on purpose, with the application's `code`;
 * `timed-out` went silent; `unreachable` never answered; `refused` was turned away at the handshake
 * (`text` says why); `protocol-violation` sent what the protocol forbids; `reset` lost its memory of
 * this connection, as by a restart; `key-changed` is not the server that was expected, and was told
 * nothing.
 */
export type CloseReason =
  | {
      readonly cause:
        | "local"
        | "peer"
        | "timed-out"
        | "unreachable"
        | "refused"
        | "protocol-violation"
        | "reset";
      readonly code: number;
      readonly text: string;
    }
  | {
      readonly cause: "key-changed";
      readonly code: number;
      readonly text: string;
      readonly expectedKey: Uint8Array;
      /** What answered says that this is its key; nobody has proven it. */
      readonly claimedKey: Uint8Array;
    };

/** What is known of a server before it is reached. */
export interface ConnectOptions {
  /** Its static key, 32 bytes: no other will do. Without it, any server is taken. */
  readonly key?: Uint8Array;
  /** A cookie of at most 64 bytes that it gave us; with it and the key one round trip is enough. */
  readonly cookie?: Uint8Array;
}

/** What happens to streams, but for the messages they bring. */
export type StreamEvent =
  /** After `write` gave `false`: the stream takes more. */
  | { readonly type: "stream-drained"; readonly stream: StreamId }
  /** The peer has all of a message or data stream that we sent. */
  | { readonly type: "stream-delivered"; readonly stream: StreamId }
  /** The peer wants no more of what we send, and says why in the application's words. */
  | { readonly type: "stream-stopped"; readonly stream: StreamId; readonly code: number }
  /** A message of so many bytes, more than 64 KiB, has begun to arrive. */
  | { readonly type: "stream-started"; readonly stream: StreamId; readonly bytesMax: number }
  /** The next bytes of a data stream; `consume` lets the peer send more. */
  | { readonly type: "stream-data"; readonly stream: StreamId; readonly bytes: Uint8Array }
  /** A data stream has come to its end. */
  | { readonly type: "stream-ended"; readonly stream: StreamId }
  /** The peer has given up what it was sending. */
  | { readonly type: "stream-reset"; readonly stream: StreamId; readonly code: number };

export type EndpointEvent =
  | {
      readonly type: "opened";
      readonly connection: ConnectionHandle;
      readonly peer: Address;
      /** The peer's static key, 32 bytes, which it has proven to hold. */
      readonly peerKey: Uint8Array;
      /**
       * 32 bytes that are the same at both ends and on no other connection: what is proved with them
       * was said on this one (Noise, section 11.2).
       */
      readonly channelBinding: Uint8Array;
      readonly isIncoming: boolean;
    }
  | {
      readonly type: "message";
      readonly connection: ConnectionHandle;
      /** 0..7, or the number of the stream that it had for itself. */
      readonly channel: StreamId;
      readonly message: Uint8Array;
    }
  | (StreamEvent & { readonly connection: ConnectionHandle })
  | {
      readonly type: "datagram";
      readonly connection: ConnectionHandle;
      /** Belongs to the receiver. */
      readonly bytes: Uint8Array;
    }
  | { readonly type: "writable"; readonly connection: ConnectionHandle }
  | {
      readonly type: "closed";
      readonly connection: ConnectionHandle;
      readonly reason: CloseReason;
    };

/** What the room layer may ask of the transport. Results come back as `EndpointEvent`s. */
export interface EndpointPort {
  /** Starts a connection. `opened` or `closed` follows. */
  connect(to: Address, options?: ConnectOptions): ConnectionHandle;
  /**
   * Queues a message of at most `messageBytesMax` on a channel in 0..`channelMax`; the bytes must not
   * change afterwards. Channel 0 is for control, 1 for chat, 2 to 6 for large messages, 7 for files:
   * what is in an earlier class leaves first. `false` says that the class is above its mark: the
   * message is queued all the same, and a `writable` event tells when to go on. On a connection that
   * has ended it does nothing.
   */
  send(connection: ConnectionHandle, channel: number, message: Uint8Array): boolean;
  /**
   * Streams and unreliable datagrams of a connection, `undefined` when it has ended. For use at once:
   * ask again the next time.
   */
  streams(connection: ConnectionHandle): StreamPort | undefined;
  /** How a connection is doing, `undefined` when it has ended. */
  connectionStats(connection: ConnectionHandle): ConnectionStats | undefined;
  /** Delivers what is queued (for a limited time), then closes with a reason. `closed` follows. */
  close(connection: ConnectionHandle, code: number, text: string): void;
}
