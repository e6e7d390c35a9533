import type { CongestionEvent } from "../../src/transport/congestion.ts";
import type { SentPacket } from "../../src/transport/sent-packet.ts";

/** A packet on its way, of 1200 bytes where nothing else is said. */
export function sentPacket(fields: Partial<SentPacket> = {}): SentPacket {
  return {
    packetNumber: 0,
    sentAt: 0,
    bytes: 1200,
    frames: [],
    delivery: {
      deliveredBytes: 0,
      deliveredAt: 0,
      firstSentAt: 0,
      inFlightBytes: 0,
      isAppLimited: false,
    },
    isMtuProbe: false,
    ...fields,
  };
}

/** An event in which nothing happened to a sender that its window holds back, but for `fields`. */
export function congestionEvent(fields: Partial<CongestionEvent>): CongestionEvent {
  return {
    acked: [],
    lost: [],
    revived: [],
    isCongestionPersistent: false,
    isWindowLimited: true,
    bytesInFlight: 0,
    roundTripMs: undefined,
    rate: undefined,
    ...fields,
  };
}
