import type { Address } from "../base/address.ts";

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

export type EndpointEvent =
  | {
      readonly type: "opened";
      readonly connection: ConnectionHandle;
      readonly peer: Address;
      /** The peer's static key, 32 bytes, which it has proven to hold. */
      readonly peerKey: Uint8Array;
      readonly isIncoming: boolean;
    }
  | {
      readonly type: "message";
      readonly connection: ConnectionHandle;
      readonly channel: number;
      readonly message: Uint8Array;
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
   * change afterwards. `false` says that the queue is above its mark: the message is queued all the
   * same, and a `writable` event tells when to go on. On a connection that has ended it does nothing.
   */
  send(connection: ConnectionHandle, channel: number, message: Uint8Array): boolean;
  /** Delivers what is queued (for a limited time), then closes with a reason. `closed` follows. */
  close(connection: ConnectionHandle, code: number, text: string): void;
}
