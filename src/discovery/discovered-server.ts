import type { Address } from "../base/address.ts";

/** For how long a cookie is of use after it was heard: the transport takes it for 15 s. */
export const cookieMsMax = 10_000;

/** What a server gave us in its last answer on this path, to be let in without being asked back. */
export interface HeardCookie {
  readonly bytes: Uint8Array;
  /** Clock.now() when it was heard; after `cookieMsMax` it is not used any more. */
  readonly heardAt: number;
}

/**
 * A server that has answered on the network. It is there; everything else here is what it claims, text
 * sanitised.
 */
export interface DiscoveredServer {
  /** Its public identity key, base64url (43 characters). */
  readonly id: string;
  readonly name: string;
  /** Another server in the list has the same name, whatever the case and width. */
  readonly isNameShared?: boolean;
  /** The best way to its data port. */
  readonly address: Address;
  /** Other ways, the better ones first: with several adapters, or when somebody claims to be it. */
  readonly otherAddresses?: readonly Address[];
  readonly members: number;
  readonly rooms: number;
  /** Range of transport versions it speaks; a client outside of it cannot join. */
  readonly versionMin: number;
  readonly versionMax: number;
  /** Name of the adapter it answers on, or `routed` when it is on the link of none. */
  readonly via: string;
  /** Time from our questions to its answers, smoothed; `undefined` when it was not asked. */
  readonly rttMs?: number;
  /** Clock.now() when it last answered. */
  readonly heardAt: number;
  /** Absent when no answer on this path brought one. */
  readonly cookie?: HeardCookie;
}

/** The server's cookie while it is young enough to be of use. */
export function freshCookie(
  now: number,
  { cookie }: { readonly cookie?: HeardCookie | undefined },
): Uint8Array | undefined {
  return cookie !== undefined && now < cookie.heardAt + cookieMsMax ? cookie.bytes : undefined;
}
