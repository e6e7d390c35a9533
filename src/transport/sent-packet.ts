/**
 * What an ack-eliciting packet carried that matters when it is acknowledged or lost. Data is named,
 * never copied: it is read from its stream again when it must be sent again.
 */
export type SentFrame =
  | { readonly type: "ack"; readonly end: number }
  | {
      readonly type: "stream";
      readonly channel: number;
      readonly start: number;
      readonly end: number;
    }
  | { readonly type: "max-data" }
  | { readonly type: "max-stream-data"; readonly channel: number };

/** An ack-eliciting packet on its way. */
export interface SentPacket {
  readonly packetNumber: number;
  readonly sentAt: number;
  readonly bytes: number;
  readonly frames: readonly SentFrame[];
}
