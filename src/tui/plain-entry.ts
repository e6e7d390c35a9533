import type { AccountAction } from "../room/account-action.ts";
import type { KnownRoom } from "../room/message-session.ts";

type EntryStep =
  | { readonly type: "usual" }
  /** The password is asked for. */
  | { readonly type: "asking"; readonly freeNick: string }
  /** It was given; the server has to accept us under the free name. */
  | { readonly type: "coming"; readonly action: AccountAction }
  /** It is tried; rooms are entered when that is done. */
  | { readonly type: "trying"; readonly rooms: readonly KnownRoom[] };

/**
 * How somebody comes in whose nickname is registered: they give its password, are accepted under the
 * free name, and log in before anybody sees them.
 */
export class PlainEntry {
  #step: EntryStep = { type: "usual" };

  get isAsking(): boolean {
    return this.#step.type === "asking";
  }

  /** Whether rooms are not to be entered yet. */
  get isComing(): boolean {
    return this.#step.type === "coming";
  }

  handleAsked(freeNick: string): void {
    this.#step = { type: "asking", freeNick };
  }

  /** Gives the name to come in by; without an action it is also the one to stay with. */
  handleTyped(action: AccountAction | undefined): string | undefined {
    if (this.#step.type !== "asking") return undefined;
    const { freeNick } = this.#step;
    this.#step = action === undefined ? { type: "usual" } : { type: "coming", action };
    return freeNick;
  }

  /** The server has accepted us: what to ask now, if anything. */
  handleReady(rooms: readonly KnownRoom[]): AccountAction | undefined {
    if (this.#step.type !== "coming") return undefined;
    const { action } = this.#step;
    this.#step = { type: "trying", rooms };
    return action;
  }

  /** The login was answered: where we were before, if rooms waited for that. */
  handleDone(): readonly KnownRoom[] | undefined {
    if (this.#step.type !== "trying") return undefined;
    const { rooms } = this.#step;
    this.#step = { type: "usual" };
    return rooms;
  }
}
