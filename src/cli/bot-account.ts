import type { Secret } from "../base/secret.ts";
import type { AccountAction, AccountResult } from "../room/account-action.ts";

/**
 * What a bot may ask about its account, and about passwords of rooms. No request holds a password, so
 * that none is logged: they come from files that the command line names.
 */
export type BotAccountRequest =
  | { readonly type: "register"; readonly invitation?: string }
  | { readonly type: "login"; readonly nick: string }
  | { readonly type: "set-password" | "devices" }
  | { readonly type: "revoke"; readonly device: number }
  | { readonly type: "unregister"; readonly nick: string }
  | { readonly type: "set-room-password" | "open-room"; readonly room: string };

/** Their types, in the order of docs/BOTS.md. */
export const botAccountTypes: readonly BotAccountRequest["type"][] = [
  "register",
  "login",
  "set-password",
  "devices",
  "revoke",
  "unregister",
  "set-room-password",
  "open-room",
];

/** The passwords that the command line has named. */
export interface BotPasswords {
  readonly account: Secret | undefined;
  readonly room: Secret | undefined;
}

/** What may stand in such a request. */
export interface BotAccountFields {
  readonly invitation?: unknown;
  readonly nick?: unknown;
  readonly room?: unknown;
  readonly device?: unknown;
}

/** The request, or a phrase that says what is wrong with it. */
export function parseAccountRequest(
  type: BotAccountRequest["type"],
  { invitation, nick, room, device }: BotAccountFields,
): BotAccountRequest | string {
  switch (type) {
    case "register":
      if (invitation === undefined) return { type };
      return typeof invitation === "string" ? { type, invitation } : "invitation must be a string";
    case "login":
    case "unregister":
      return typeof nick === "string" ? { type, nick } : `${type} needs nick, a string`;
    case "revoke": {
      const isPlace = Number.isSafeInteger(device) && 1 <= Number(device);
      return isPlace ? { type, device: Number(device) } : "revoke needs device, a number from 1";
    }
    case "set-room-password":
    case "open-room":
      return typeof room === "string" ? { type, room } : `${type} needs room, a string`;
    case "set-password":
    case "devices":
      return { type };
  }
}

/** What is asked of the client, or a phrase that says what the command line lacks for it. */
export function accountActionOf(
  request: BotAccountRequest,
  passwords: BotPasswords,
): AccountAction | string {
  const { type } = request;
  switch (request.type) {
    case "register": {
      const password = passwords.account;
      return { ...request, ...(password !== undefined && { password }) };
    }
    case "login":
    case "set-password": {
      const password = passwords.account;
      if (password === undefined) return `${type} needs the option --password-file`;
      return request.type === "login"
        ? { ...request, password }
        : { type: "set-password", password };
    }
    case "set-room-password":
    case "open-room": {
      const password = passwords.room;
      return password === undefined
        ? `${type} needs the option --room-password-file`
        : { ...request, password };
    }
    case "devices":
      return { type: "devices" };
    case "revoke":
    case "unregister":
      return request;
  }
}

/** What became of it, as an `ok` says it. */
export function accountFields(result: AccountResult): Readonly<Record<string, unknown>> {
  const { type: _type, ...fields } = result;
  if (result.type !== "devices") return fields;
  const devices = result.devices.map(({ key, ...device }) => ({
    ...device,
    key: Buffer.from(key).toString("base64url"),
  }));
  return { ...fields, devices };
}
