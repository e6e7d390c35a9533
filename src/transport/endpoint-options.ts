import type { Address } from "../base/address.ts";
import type { Random } from "../base/random.ts";
import type { AeadMaker } from "./aead.ts";
import type { CongestionFactory } from "./congestion.ts";
import type { TransportIdentity } from "./identity.ts";

export interface EndpointOptions {
  readonly random: Random;
  /** Whether it is a server: others may connect to it. */
  readonly isAccepting: boolean;
  /** Whether to take a connection of who has proven this key; of everybody without it. */
  readonly isWelcome?: (peerKey: Uint8Array) => boolean;
  /** A server must have one, and keep it; to a client one is made that nobody has met before. */
  readonly identity?: TransportIdentity;
  /** Connections at once, half-open ones included; default 10,000. */
  readonly connectionCountMax?: number;
  /** Memory for long messages being assembled; at least `messageBytesMax`, default 256 MiB. */
  readonly receiveBudgetBytes?: number;
  /**
   * Whether its user says with `consume` when it has done with a message, and peers may send more only
   * then; by default it has when the event was told.
   */
  readonly isConsuming?: boolean;
  /** What seals and opens packets; default `nodeAead`. */
  readonly makeAead?: AeadMaker;
  /** What decides how fast connections send; default `Bbr`. */
  readonly makeCongestion?: CongestionFactory;
  /** What a peer may count on in our socket's buffer (see `socketCharge`); default 104 KiB. */
  readonly socketBytes?: number;
  /** The longest datagram that our own network carries to a peer; default 1200 bytes. */
  readonly pathBytesMax?: (to: Address) => number;
}
