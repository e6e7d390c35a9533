import { Secret } from "../base/secret.ts";
import {
  actionWith,
  areSame,
  isTypedTwice,
  lengthProblem,
  notTheSame,
  type PasswordPurpose,
  passwordQuestion,
  repeatQuestion,
} from "./account-text.ts";
import { type InputRows, inputRows } from "./input-rows.ts";
import type { KeyEvent } from "./key.ts";
import { type RoomScreen, type Step, show, type ViewState } from "./view-state.ts";

/** Characters of a password that are taken; the server never sees more than what is derived from it. */
export const passwordCharactersMax = 1_024;

/** A password that is being typed in the place of the input line. */
export interface PasswordEntry {
  readonly purpose: PasswordPurpose;
  readonly typed: Secret;
  /** What was entered the first time, while it is typed the second time. */
  readonly first?: Secret;
}

/** Nothing is typed yet. */
export function emptyPassword(purpose: PasswordPurpose): PasswordEntry {
  return { purpose, typed: new Secret("") };
}

/** A key while a password is typed: it goes nowhere else. */
export function reducePassword(
  state: ViewState,
  screen: RoomScreen,
  entry: PasswordEntry,
  key: KeyEvent,
): Step {
  const { purpose, typed, first } = entry;
  const next = typedSecret(typed, key);
  if (next !== undefined) {
    return show(state, { ...screen, password: { ...entry, typed: next }, hint: undefined });
  }
  if (key.type !== "key") return show(state, screen);
  const closed: RoomScreen = { ...screen, password: undefined };
  if (key.name === "escape") return show(state, { ...closed, hint: brokenOff });
  if (key.name !== "enter") return show(state, screen);
  if (first === undefined && isTypedTwice(purpose) && typed.reveal() !== "") {
    const problem = lengthProblem(purpose, typed);
    if (problem !== undefined) {
      return show(state, { ...screen, password: emptyPassword(purpose), hint: problem });
    }
    return show(state, { ...screen, password: { ...emptyPassword(purpose), first: typed } });
  }
  // Who goes on typing must not do it where everybody reads it.
  if (first !== undefined && !areSame(first, typed)) {
    return show(state, { ...screen, password: emptyPassword(purpose), hint: notTheSame });
  }
  const action = actionWith(purpose, typed);
  return action === undefined
    ? show(state, { ...closed, hint: brokenOff })
    : show(state, closed, { type: "account", action });
}

/** The password after a key that types it or takes a character away; `undefined` for other keys. */
export function typedSecret(typed: Secret, key: KeyEvent): Secret | undefined {
  const text = typed.reveal();
  const secret = (next: string) => new Secret([...next].slice(0, passwordCharactersMax).join(""));
  if (key.type === "paste") return secret(text + key.text.replace(/\n.*$/s, ""));
  if (key.type === "text") return secret(text + key.text);
  if (key.name === "u" && key.isCtrl) return new Secret("");
  return key.name === "backspace" ? secret([...text].slice(0, -1).join("")) : undefined;
}

/** The question, with a star for each character. */
export function passwordRows({ purpose, typed, first }: PasswordEntry, columns: number): InputRows {
  const stars = "*".repeat([...typed.reveal()].length);
  const question = first === undefined ? passwordQuestion(purpose) : repeatQuestion;
  // Where it is narrow the stars matter more than the advice.
  const prompt = question.length < columns / 2 ? question : "password: ";
  return inputRows({ text: stars, cursor: stars.length }, { prompt, columns, rowsMax: 1 });
}

/** Said when no password was given after all. */
export const brokenOff = "no password was given: nothing was done";
