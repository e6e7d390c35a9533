import type { Address } from "../base/address.ts";
import type { Adapter } from "./adapters.ts";

/** A discovery datagram to send. */
export type DiscoveryTransmit =
  /** To everyone on the adapter's link, by these of its targets. */
  | {
      readonly type: "cast";
      readonly adapter: Adapter;
      readonly targets: readonly string[];
      readonly datagram: Uint8Array;
    }
  /**
   * To one host: from any port of ours, from the discovery port (an answer to what came there), or from
   * the server's data port.
   */
  | {
      readonly type: "send";
      readonly to: Address;
      readonly from: "any" | "discovery" | "data";
      readonly datagram: Uint8Array;
    };
