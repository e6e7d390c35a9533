import { EarshotError } from "../base/errors.ts";
import type { OwnPerson } from "./entry.ts";
import type { Reply } from "./message.ts";
import type { AccountRequest } from "./message-account.ts";
import type { FileRequest } from "./message-file.ts";
import type { Refusal, Rename } from "./message-session.ts";

type WithoutRef<T> = T extends unknown ? Omit<T, "ref"> : never;

/** What the server says to it; which answers belong to which question is the caller's affair. */
export type CallAnswer = WithoutRef<Exclude<Reply, Refusal>>;

/** What became of a question. */
export type CallOutcome =
  | { readonly type: "answered"; readonly answer: CallAnswer }
  | { readonly type: "failed"; readonly failure: EarshotError };

/**
 * A question that is asked on the connection that is open and on no other: what proves a password is
 * made for one connection, and what a server does about files it forgets with it.
 */
export interface ConnectionCall {
  readonly question: WithoutRef<AccountRequest | FileRequest | Rename>;
  /** Who we are when the answer is `done`, where that changes. */
  readonly becomes?: OwnPerson;
  /** Called once, when it is answered, refused, or the connection has ended. */
  readonly onDone: (outcome: CallOutcome) => void;
}

/** There is no connection, or not any more. */
export function withoutConnection(): CallOutcome {
  const failure = new EarshotError("connection-lost", "there is no connection now: try again");
  return { type: "failed", failure };
}
