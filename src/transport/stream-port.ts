import type { StreamId } from "./stream-id.ts";

/** How far a message or data stream has come. */
export interface StreamProgress {
  /** Bytes that were acknowledged, or received without a gap; a message counts its length too. */
  readonly bytes: number;
  /** All that is known of its length so far; `undefined` while nothing is. */
  readonly bytesMax: number | undefined;
}

/**
 * What may be done with the streams of a connection beside sending on its channels. Codes are the
 * application's, in 0..65535. Streams that are over are no mistake: then nothing happens.
 */
export interface StreamPort {
  /**
   * Sends a message of at most `messageBytesMax` on a stream of its own, behind chat and beside other
   * large ones: it neither blocks what comes after it nor is it reordered into it. Its bytes must not
   * change afterwards. The peer gets it as a `message`; `isBelowMark` is what `send` gives.
   */
  sendAlone(message: Uint8Array): { readonly stream: StreamId; readonly isBelowMark: boolean };
  /** Begins a data stream: bytes without messages, of any length, that yield to all others. */
  open(): StreamId;
  /**
   * Queues bytes on a data stream, which must not change afterwards. `false` asks for a pause until
   * `stream-drained`.
   */
  write(stream: StreamId, bytes: Uint8Array): boolean;
  /** Ends a data stream behind what was written. */
  finish(stream: StreamId): void;
  /** Gives up a message or data stream that we send. The peer is told, unless it has it already. */
  reset(stream: StreamId, code: number): void;
  /** Gives up a message or data stream that we receive: nothing more of it is told. */
  stop(stream: StreamId, code: number): void;
  /**
   * The application has done with so many bytes of a data stream, or, where the endpoint was made with
   * `isConsuming`, of messages on any stream. The peer gets credit for them.
   */
  consume(stream: StreamId, bytes: number): void;
  /** How far something that we send has come; `undefined` when it is over. */
  sendProgress(stream: StreamId): StreamProgress | undefined;
  /** How far something that arrives has come; `undefined` when it is over. */
  receiveProgress(stream: StreamId): StreamProgress | undefined;
  /**
   * Sends at most `unreliableBytesMax` bytes once, behind chat: they arrive or they do not, in any
   * order. When 32 wait the oldest is dropped. They must not change afterwards.
   */
  sendDatagram(bytes: Uint8Array): void;
}
