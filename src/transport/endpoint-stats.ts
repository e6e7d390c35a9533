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
