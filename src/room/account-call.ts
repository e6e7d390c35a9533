import { EarshotError } from "../base/errors.ts";
import type { AccountAnswer, AccountQuestion } from "./account-client.ts";
import type { OwnPerson } from "./entry.ts";
import type { Rename } from "./message-session.ts";

/** What became of a question about accounts. */
export type AccountOutcome =
  | { readonly type: "answered"; readonly answer: AccountAnswer }
  | { readonly type: "failed"; readonly failure: EarshotError };

/**
 * A question about accounts. It is asked on the connection that is open and on no other: what proves a
 * password is made for one connection.
 */
export interface AccountCall {
  readonly question: AccountQuestion | Omit<Rename, "ref">;
  /** Who we are when the answer is `done`, where that changes. */
  readonly becomes?: OwnPerson;
  /** Called once, when it is answered, refused, or the connection has ended. */
  readonly onDone: (outcome: AccountOutcome) => void;
}

/** There is no connection, or not any more. */
export function withoutConnection(): AccountOutcome {
  const failure = new EarshotError("connection-lost", "there is no connection now: try again");
  return { type: "failed", failure };
}
