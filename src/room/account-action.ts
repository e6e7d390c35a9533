import type { Secret } from "../base/secret.ts";
import type { DeviceSummary } from "./message-account.ts";

/** What a person may do with their account at a server. */
export type AccountAction =
  /** Makes the nickname theirs, under another name where one is given. */
  | {
      readonly type: "register";
      readonly nick?: string;
      readonly invitation?: string;
      /** With which other devices log in; none do where it is absent. */
      readonly password?: Secret;
    }
  /** Makes this device one of the account's, and its nickname ours. */
  | { readonly type: "login"; readonly nick: string; readonly password: Secret }
  | { readonly type: "set-password"; readonly password: Secret }
  /** Of a room that is ours to configure; whoever comes in must know it from now on. */
  | { readonly type: "set-room-password"; readonly room: string; readonly password: Secret }
  /** Proves the password of a room, which may be joined then. */
  | { readonly type: "open-room"; readonly room: string; readonly password: Secret }
  | { readonly type: "devices" }
  /** Takes a device away; `device` is its place in the list of devices, from 1. */
  | { readonly type: "revoke"; readonly device: number }
  /** Ends the account; `nick` is its own nickname, so that nobody does it by mistake. */
  | { readonly type: "unregister"; readonly nick: string };

/** What became of it. */
export type AccountResult =
  | { readonly type: "registered"; readonly nick: string; readonly hasPassword: boolean }
  | { readonly type: "logged-in"; readonly nick: string }
  | { readonly type: "password-set" }
  | { readonly type: "room-password-set"; readonly room: string }
  | { readonly type: "room-opened"; readonly room: string }
  | {
      readonly type: "devices";
      readonly devices: readonly DeviceSummary[];
      /** Whether a new device can log in by itself. */
      readonly hasPassword: boolean;
    }
  | { readonly type: "revoked"; readonly device: string }
  | { readonly type: "unregistered" };
