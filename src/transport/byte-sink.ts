/** Where the ordered bytes of a stream go. */
export interface ByteSink {
  /** It takes no bytes now. */
  readonly isBlocked: boolean;
  /** Whether it keeps what it takes until it is consumed, as a data stream does. */
  readonly isHolding: boolean;
  /** Bytes given to the application that it has not consumed. */
  readonly unconsumedBytes: number;
  /**
   * Says how many of the bytes it took, or `undefined` when they break the protocol. The bytes may
   * change afterwards.
   */
  push(bytes: Uint8Array): number | undefined;
  /** The application has done with so many of the bytes. */
  consume(bytes: number): void;
  /** The stream is over; gives back what was reserved or held. */
  stop(): void;
}
