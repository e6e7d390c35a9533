/** Why a packet of a connection was dropped. */
export type PacketDrop = "damaged" | "duplicate" | "no-room" | "unexpected";

/** Why datagrams were dropped. `not-transport` is what belongs to others on the same port. */
export type DropReason =
  | PacketDrop
  | "not-transport"
  | "malformed"
  | "unknown-connection"
  | "unknown-version"
  | "not-accepting"
  | "handshake-limit"
  | "reset-limit"
  | "replies-full";

/** What an endpoint has seen since it began. */
export interface EndpointStats {
  readonly datagramsReceived: number;
  readonly datagramsSent: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly connections: number;
  readonly halfOpen: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
}

/** How a connection is doing. */
export interface ConnectionStats {
  /** The smoothed round trip (RFC 9002 section 5.3). */
  readonly roundTripMs: number;
  /** Its newest sample, without what the peer held its ACK back; `undefined` before the first. */
  readonly latestRoundTripMs: number | undefined;
  readonly windowBytes: number;
  readonly bytesInFlight: number;
  /** Packets that want an ACK, without those that only try how long one may be. */
  readonly sentPackets: number;
  /** How many of them were taken for lost. */
  readonly lostPackets: number;
  /** Bytes to send that the peer has not acknowledged. */
  readonly queuedBytes: number;
  /** Bytes received that wait out of order or for memory. */
  readonly heldBytes: number;
}

/** A count for each reason. */
export function noDrops(): Record<DropReason, number> {
  return {
    damaged: 0,
    duplicate: 0,
    "no-room": 0,
    unexpected: 0,
    "not-transport": 0,
    malformed: 0,
    "unknown-connection": 0,
    "unknown-version": 0,
    "not-accepting": 0,
    "handshake-limit": 0,
    "reset-limit": 0,
    "replies-full": 0,
  };
}
