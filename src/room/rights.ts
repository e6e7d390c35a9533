import type { RoomKind } from "./message-room.ts";

/**
 * What a person is in a room, from nobody to everybody's owner. `banned` and `outsider` may not come
 * in; a `guest` has only a device key, a `member` an account.
 */
export const roles = [
  "banned",
  "outsider",
  "guest",
  "member",
  "moderator",
  "owner",
  "server-admin",
  "server-owner",
] as const;

export type Role = (typeof roles)[number];

/** What can be done in a room, or to the server. */
export type Action =
  | "read"
  | "write"
  | "react"
  | "edit"
  | "delete-own"
  | "delete-any"
  | "announce"
  | "topic"
  | "mode"
  | "invite"
  | "kick"
  | "ban"
  | "unban"
  | "mute"
  | "unmute"
  | "role"
  | "configure"
  | "see-bans"
  | "grant"
  | "stop";

/** What comes after "may not", to people. */
export const actionPhrases: Readonly<Record<Action, string>> = {
  read: "read there",
  write: "write there",
  react: "react there",
  edit: "change messages there",
  "delete-own": "delete messages there",
  "delete-any": "delete messages of others",
  announce: "announce something",
  topic: "change the topic",
  mode: "change how it may be written",
  invite: "invite anybody",
  kick: "put out",
  ban: "ban",
  unban: "lift bans",
  mute: "mute",
  unmute: "unmute",
  role: "change the role of",
  configure: "change what it is",
  "see-bans": "see who is banned",
  grant: "make admins of the server",
  stop: "stop the server",
};

/** What comes after "you are", to people. */
export const rolePhrases: Readonly<Record<Role, string>> = {
  banned: "banned",
  outsider: "an outsider",
  guest: "a guest",
  member: "a member",
  moderator: "a moderator",
  owner: "an owner",
  "server-admin": "an admin of the server",
  "server-owner": "an owner of the server",
};

/** What of a room decides about rights. */
export interface RoomRights {
  readonly kind: RoomKind;
  /** It has an owner of its own. */
  readonly isOwned: boolean;
  readonly isReadOnly: boolean;
}

/** The lowest role that may do it. What is not here nobody may do. */
const lowestRole: Readonly<Record<Action, Role>> = {
  read: "guest",
  write: "guest",
  react: "guest",
  edit: "guest",
  "delete-own": "guest",
  "delete-any": "moderator",
  announce: "moderator",
  topic: "moderator",
  mode: "moderator",
  invite: "moderator",
  kick: "moderator",
  ban: "moderator",
  unban: "moderator",
  mute: "moderator",
  unmute: "moderator",
  role: "owner",
  configure: "owner",
  "see-bans": "moderator",
  grant: "server-owner",
  stop: "server-owner",
};

/** In a private chat all are equal, and nobody else is anything. */
const privateActions: readonly Action[] = ["read", "write", "react", "edit", "delete-own", "topic"];

/** These are done to a person, who must be below the one who does it. */
const personalActions: readonly Action[] = ["kick", "ban", "mute", "unmute", "role"];

/** In a read-only room they need a moderator. */
const writingActions: readonly Action[] = ["write", "react", "edit"];

export interface RightsQuestion {
  readonly actor: Role;
  readonly action: Action;
  readonly room: RoomRights;
  /** The role of the person to whom it is done. */
  readonly target?: Role;
}

/** Whether it is allowed. What is not expressly allowed is not: this is the only place that decides. */
export function isAllowed({ actor, action, room, target }: RightsQuestion): boolean {
  if (isBelow(actor, "guest")) return false;
  if (room.kind === "private") return privateActions.includes(action);
  if (personalActions.includes(action) && (target === undefined || !isBelow(target, actor))) {
    return false;
  }
  return !isBelow(actor, lowestFor(action, room));
}

/** Whether the first role is lower than the second. */
export function isBelow(role: Role, other: Role): boolean {
  return roles.indexOf(role) < roles.indexOf(other);
}

function lowestFor(action: Action, room: RoomRights): Role {
  if (room.isReadOnly && writingActions.includes(action)) return "moderator";
  if (action === "topic" && !room.isOwned) return "guest";
  if (action === "invite" && room.kind === "public") return "guest";
  return lowestRole[action];
}
