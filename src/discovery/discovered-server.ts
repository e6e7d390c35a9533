import type { Address } from "../base/address.ts";

/** A server that was heard on the network. Everything here is what it claims, text sanitised. */
export interface DiscoveredServer {
  /** Its public identity key, base64url (43 characters). */
  readonly id: string;
  readonly name: string;
  /** Where its data port was last heard from: source address and announced port. */
  readonly address: Address;
  readonly members: number;
  readonly rooms: number;
  /** Range of transport versions it speaks; a client outside of it cannot join. */
  readonly versionMin: number;
  readonly versionMax: number;
  /** Name of the adapter it was heard on. */
  readonly via: string;
  /** Time from our question to its answer, or `undefined` when only a beacon was heard. */
  readonly rttMs?: number;
  /** Clock.now() when it was last heard. */
  readonly heardAt: number;
}
