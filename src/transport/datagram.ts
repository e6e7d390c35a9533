import type { Address } from "../base/address.ts";

/** A short packet, and where it came from. */
export interface ReceivedPacket {
  readonly from: Address;
  readonly datagram: Uint8Array;
  readonly numberLow: number;
}

/** A datagram to send. Its bytes are good until the next call of the endpoint. */
export interface Transmit {
  readonly to: Address;
  readonly datagram: Uint8Array;
  /** Its connection has nothing more to send now, and need not be asked. */
  readonly isLast: boolean;
}
