/**
 * Codes in CLOSE and REFUSE that the transport itself uses. Those of the application are below
 * 2^16, so that the two can never be mistaken for one another.
 */
export const transportCodes = {
  /** Frames that cannot be read, or an ACK for what was never sent. */
  protocolViolation: 0x10000,
  /** Data beyond the credit that was given. */
  flowControlError: 0x10001,
  /** A message longer than `messageBytesMax`. */
  messageTooLong: 0x10002,
  /** The peer took so little for so long that the send queue was full. */
  peerTooSlow: 0x10003,
  /** Keys changed twice before the first change was acknowledged (RFC 9001 section 6.2). */
  keyUpdateError: 0x10004,
  /** So many packets were forged that one more might succeed (RFC 9001 section 6.6). */
  aeadLimitReached: 0x10005,
  /** More streams than the peer was allowed (RFC 9000 section 4.6). */
  streamLimitError: 0x10006,
  /** A frame for a stream that cannot have it, as one that was never opened. */
  streamStateError: 0x10007,
  /** The end of a stream moved, or a message stream does not hold one message (RFC 9000 section 4.5). */
  finalSizeError: 0x10008,
  /** The server has as many connections as it takes. */
  serverFull: 0x10010,
  /** Made up by the client itself: no version in common. */
  versionMismatch: 0x10011,
} as const;

/** The largest code that an application may close with. */
export const applicationCodeMax = 0xffff;
