import type { Secret } from "../base/secret.ts";
import type { AccountAction } from "../room/account-action.ts";
import {
  actionWith,
  areSame,
  isTypedTwice,
  notTheSame,
  type PasswordPurpose,
  passwordQuestion,
  repeatQuestion,
} from "./account-text.ts";
import { brokenOff } from "./password-entry.ts";

/** What comes of a password that was typed. */
export type PasswordOutcome =
  | { readonly type: "action"; readonly action: AccountAction }
  /** It is to be typed once more. */
  | { readonly type: "question"; readonly question: string }
  /** Nothing is done; a phrase. */
  | { readonly type: "refused"; readonly reason: string };

/** The password that line mode asks for, at most one at a time. */
export class PlainPassword {
  /** What it is for. */
  #purpose: PasswordPurpose | undefined;
  /** What was typed the first time, of one that is typed twice. */
  #first: Secret | undefined;

  get isAsked(): boolean {
    return this.#purpose !== undefined;
  }

  /** Gives the question. */
  ask(purpose: PasswordPurpose): string {
    this.#purpose = purpose;
    this.#first = undefined;
    return passwordQuestion(purpose);
  }

  /** Nobody answers. */
  forget(): void {
    this.#purpose = undefined;
    this.#first = undefined;
  }

  /** `undefined`: it was broken off. */
  handleTyped(password: Secret | undefined): PasswordOutcome | undefined {
    const [purpose, first] = [this.#purpose, this.#first];
    if (purpose === undefined) return undefined;
    const action = password && actionWith(purpose, password);
    if (first !== undefined && password !== undefined && !areSame(first, password)) {
      return { type: "question", question: `${notTheSame}\n${this.ask(purpose)}` };
    }
    if (first === undefined && password !== undefined && action !== undefined) {
      if (isTypedTwice(purpose) && password.reveal() !== "") {
        this.#first = password;
        return { type: "question", question: repeatQuestion };
      }
    }
    this.forget();
    if (action === undefined || password === undefined) return refused(brokenOff);
    return { type: "action", action };
  }
}

function refused(reason: string): PasswordOutcome {
  return { type: "refused", reason };
}
