import type { Address } from "../base/address.ts";

/** Names a connection within its endpoint for as long as the process runs; never used again. */
export type ConnectionHandle = number;

/**
 * Why a connection ended. `local` and `peer` closed on purpose, with the application's `code`;
 * `timed-out` went silent; `unreachable` never answered; `refused` was turned away at the handshake
 * (`text` says why); `protocol-violation` sent what the protocol forbids.
 */
export interface CloseReason {
  readonly cause: "local" | "peer" | "timed-out" | "unreachable" | "refused" | "protocol-violation";
  readonly code: number;
  readonly text: string;
}

export type EndpointEvent =
  | {
      readonly type: "opened";
      readonly connection: ConnectionHandle;
      readonly peer: Address;
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
  connect(to: Address): ConnectionHandle;
  /**
   * Queues a message of at most `messageBytesMax` on a channel in 0..`channelMax`; the bytes must not
   * change afterwards. `false` says that the queue is above its mark: the message is queued all the
   * same, and a `writable` event tells when to go on. On a connection that has ended it does nothing.
   */
  send(connection: ConnectionHandle, channel: number, message: Uint8Array): boolean;
  /** Delivers what is queued (for a limited time), then closes with a reason. `closed` follows. */
  close(connection: ConnectionHandle, code: number, text: string): void;
}
