import type { Contents } from "./contents.ts";
import type { LeaveReason, PeerMessage } from "./peer-message.ts";

/** What an exchange wants done. */
export type ExchangeEffect =
  | { readonly type: "send"; readonly peer: number; readonly message: PeerMessage }
  /** Break with a peer that does what the protocol forbids, or sent what is wrong. */
  | {
      readonly type: "expel";
      readonly peer: number;
      readonly text: string;
      /** It must not come back with the introduction that it has. */
      readonly isForGood?: true;
    }
  /** The list has come and fits the offer: look what of it is here, then `begin`. */
  | { readonly type: "contents"; readonly contents: Contents }
  /** The origin's list does not fit its offer, or its chunks not the list. */
  | { readonly type: "untrue"; readonly text: string }
  /** A peer has nothing more to do with the offer. */
  | { readonly type: "left"; readonly peer: number; readonly reason: LeaveReason }
  /** All is here. */
  | { readonly type: "complete" };
