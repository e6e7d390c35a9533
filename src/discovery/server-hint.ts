import type { Address } from "../base/address.ts";

/** Hints that one source gives; more are of a network that lies, or far larger than a list can show. */
export const hintsMax = 64;

/**
 * Where a server may be, from somewhere else than its own voice: DNS, DNS-SD, a link. It proves
 * nothing and is not listed; it leads to one unicast PROBE, and the answer to that decides.
 */
export interface ServerHint {
  /** Its data port; the host is a literal IP address, IPv6 link-local with its `%adapter`. */
  readonly address: Address;
  /** Its public identity key, base64url (43 characters), where the source tells it. */
  readonly key?: string;
  /** Sanitised, not empty. */
  readonly name?: string;
}

/**
 * Begins to look for hints; each may come more than once, also after a refresh. Never throws or
 * rejects: a source that does not work here gives no hints.
 */
export type HintSource = (onHint: (hint: ServerHint) => void) => HintSearch;

/** A search that goes on until it is closed; after that there are no hints any more. */
export interface HintSearch {
  /** Asks again now. */
  refresh(): void;
  close(): Promise<void>;
}
