import type { OneShotKind, StreamId } from "./stream-id.ts";

/**
 * What an ack-eliciting packet carried that matters when it is acknowledged or lost. Data is named,
 * never copied: it is read from its stream again when it must be sent again.
 */
export type SentFrame =
  | { readonly type: "ack"; readonly end: number }
  | {
      readonly type: "stream";
      readonly stream: StreamId;
      readonly start: number;
      /** One more than the end of the bytes when the end of the stream was told with them. */
      readonly end: number;
    }
  | { readonly type: "ack-frequency"; readonly sequence: number }
  | { readonly type: "max-data" | "socket-bytes" }
  | { readonly type: "max-streams"; readonly kind: OneShotKind }
  | {
      readonly type: "max-stream-data" | "reset-stream" | "stop-sending";
      readonly stream: StreamId;
    };

/** An ack-eliciting packet on its way. */
export interface SentPacket {
  readonly packetNumber: number;
  readonly sentAt: number;
  readonly bytes: number;
  readonly frames: readonly SentFrame[];
  readonly delivery: DeliverySnapshot;
  /** It only tries how long a datagram may be: its loss says nothing else. */
  readonly isMtuProbe: boolean;
}

/** How far delivery had come when a packet was sent (draft-ietf-ccwg-bbr section 4.1.2.2). */
export interface DeliverySnapshot {
  readonly deliveredBytes: number;
  /** When the newest of them were acknowledged. */
  readonly deliveredAt: number;
  /** When the packet was sent that the newest ACK before this one was for. */
  readonly firstSentAt: number;
  /** Bytes in flight, this packet included. */
  readonly inFlightBytes: number;
  readonly isAppLimited: boolean;
}
