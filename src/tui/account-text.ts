import type { ErrorCode } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import type { AccountAction, AccountResult } from "../room/account-action.ts";
import { passwordLengthMin } from "../room/account-client.ts";
import type { TimeFormat } from "./time-format.ts";

/** What a password that is asked for will be used for. */
export type PasswordPurpose =
  | { readonly type: "register"; readonly nick?: string; readonly invitation?: string }
  | { readonly type: "login"; readonly nick: string }
  | { readonly type: "set-password" }
  | { readonly type: "set-room-password"; readonly room: string }
  | { readonly type: "open-room"; readonly room: string };

/** `ref` of the question that makes a room for which a password is asked when it is made. */
export const lockedRef = "locked";

/** Whether it is a new one: who mistypes it unseen would be locked out, so it is typed twice. */
export function isTypedTwice({ type }: PasswordPurpose): boolean {
  return type === "register" || type === "set-password" || type === "set-room-password";
}

/** Whether both are the same. */
export function areSame(first: Secret, second: Secret): boolean {
  return first.reveal() === second.reveal();
}

/** Stands before the password while it is typed the second time; ASCII. */
export const repeatQuestion = "the same again: ";

/** Said when it was another the second time. */
export const notTheSame = "the two passwords are not the same: type it twice again";

/** Why a new password is none, in words; `undefined` when it is one. */
export function lengthProblem({ type }: PasswordPurpose, typed: Secret): string | undefined {
  const { length } = [...typed.reveal()];
  if (type === "set-room-password" || passwordLengthMin <= length) return undefined;
  return `a password has at least ${passwordLengthMin} characters: type another`;
}

/** Stands before the password while it is typed; ASCII. */
export function passwordQuestion(purpose: PasswordPurpose): string {
  switch (purpose.type) {
    case "register":
      return `password, at least ${passwordLengthMin} characters (none: this device only): `;
    case "login":
      return "password: ";
    case "set-password":
      return `new password, at least ${passwordLengthMin} characters: `;
    case "set-room-password":
      return `new password of #${purpose.room}: `;
    case "open-room":
      return `password of #${purpose.room}: `;
  }
}

/** What is done with what was typed; `undefined` when nothing is, because it was empty. */
export function actionWith(purpose: PasswordPurpose, password: Secret): AccountAction | undefined {
  const isEmpty = password.reveal() === "";
  if (purpose.type === "register") return isEmpty ? purpose : { ...purpose, password };
  return isEmpty ? undefined : { ...purpose, password };
}

/** What was done with the account, in lines. */
export function accountText(result: AccountResult, timeFormat: TimeFormat): readonly string[] {
  switch (result.type) {
    case "registered":
      return [
        `${result.nick} is yours now`,
        result.hasPassword
          ? "other devices log in with the password: /login NICK"
          : "only from this device: /passwd sets a password for others",
      ];
    case "logged-in":
      return [`you are ${result.nick} now, and from this device always`];
    case "password-set":
      return ["the password is set"];
    case "room-password-set":
      return [`#${result.room} has a password now: tell it to those who may come in`];
    case "room-opened":
      return [];
    case "devices":
      return [
        ...result.devices.map(({ name, addedAt, lastSeenAt, isOwn }, index) => {
          const own = isOwn ? ", this one" : "";
          const added = `since ${timeFormat.date(addedAt)}`;
          const seen = `last seen ${timeFormat.date(lastSeenAt)} ${timeFormat.time(lastSeenAt)}`;
          return `${index + 1}  ${name === "" ? "unnamed" : name}  ${added}, ${seen}${own}`;
        }),
        ...(result.hasPassword ? [] : ["no password: another device cannot log in"]),
      ];
    case "revoked":
      return [`${result.device === "" ? "the device" : result.device} may not log in any more`];
    case "unregistered":
      return ["your account is gone; the nickname is free"];
  }
}

/** What to do about a nickname that was refused, besides choosing another one. */
export function registeredHint(code: ErrorCode): string {
  return code === "nickname-registered"
    ? "; if that is you, come in under another name and /login NICK"
    : "";
}
