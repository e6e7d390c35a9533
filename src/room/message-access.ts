import { bansMax, invitationMsMax, invitationUsesMax } from "./limits.ts";
import {
  flag,
  id,
  list,
  name,
  object,
  optional,
  phrase,
  range,
  ref,
  type Schema,
  type SchemaTable,
  tagged,
  whole,
} from "./schema.ts";

/** Lets a person into a room; answered by `Done`. */
export interface Invite {
  readonly type: "invite";
  readonly ref: number;
  readonly room: string;
  readonly nick: string;
}

/** Makes an invitation that whoever has it can use; answered by `Invitation`. */
export interface MakeInvitation {
  readonly type: "make-invitation";
  readonly ref: number;
  readonly room: string;
  /** How often it may be used. */
  readonly uses: number;
  readonly durationMs: number;
}

/** Makes all invitations of a room useless; answered by `Done`. */
export interface RevokeInvitations {
  readonly type: "revoke-invitations";
  readonly ref: number;
  readonly room: string;
}

/** Who is banned from a room, answered by `Bans`. */
export interface ListBans {
  readonly type: "bans";
  readonly ref: number;
  readonly room: string;
}

/** The secret to be handed on. */
export interface Invitation {
  readonly type: "invitation";
  readonly ref: number;
  readonly room: string;
  readonly invitation: string;
}

/** Somebody who may not come in. */
export interface Ban {
  readonly nick: string;
  readonly by: string;
  readonly reason?: string;
  /** For ever without it. */
  readonly until?: number;
}

export interface Bans {
  readonly type: "bans";
  readonly ref: number;
  readonly room: string;
  readonly bans: readonly Ban[];
}

/** The receiver may join this room now. */
export interface Invited {
  readonly type: "invited";
  readonly room: string;
  readonly by: string;
}

/** The receiver was put out of the room. */
export interface Removed {
  readonly type: "removed";
  readonly room: string;
  readonly by: string;
  readonly isBanned: boolean;
  readonly reason?: string;
}

/** Makes the person an owner of the server, once, with the secret from its console. */
export interface Claim {
  readonly type: "claim";
  readonly ref: number;
  readonly token: string;
}

/** Makes somebody an admin of the server, or takes that back; answered by `Done`. */
export interface Grant {
  readonly type: "grant";
  readonly ref: number;
  readonly nick: string;
  readonly isAdmin: boolean;
}

/** Keeps private chats of a person away, or no longer; answered by `Done`. */
export interface Ignore {
  readonly type: "ignore";
  readonly ref: number;
  readonly nick: string;
  readonly isOn: boolean;
}

export type AccessRequest =
  | Invite
  | MakeInvitation
  | RevokeInvitations
  | ListBans
  | Claim
  | Grant
  | Ignore;

export type AccessReply = Invitation | Bans;

export type AccessEvent = Invited | Removed;

const ban: Schema<Ban> = object<Ban>({
  nick: name,
  by: name,
  reason: optional(phrase),
  until: optional(whole),
});

export const accessRequests: SchemaTable<AccessRequest> = {
  invite: tagged<Invite>("invite", { ref, room: name, nick: name }),
  "make-invitation": tagged<MakeInvitation>("make-invitation", {
    ref,
    room: name,
    uses: range(1, invitationUsesMax),
    durationMs: range(1, invitationMsMax),
  }),
  "revoke-invitations": tagged<RevokeInvitations>("revoke-invitations", { ref, room: name }),
  bans: tagged<ListBans>("bans", { ref, room: name }),
  claim: tagged<Claim>("claim", { ref, token: name }),
  grant: tagged<Grant>("grant", { ref, nick: name, isAdmin: flag }),
  ignore: tagged<Ignore>("ignore", { ref, nick: name, isOn: flag }),
};

export const accessReplies: SchemaTable<AccessReply> = {
  invitation: tagged<Invitation>("invitation", { ref, room: name, invitation: id }),
  bans: tagged<Bans>("bans", { ref, room: name, bans: list(ban, bansMax) }),
};

export const accessEvents: SchemaTable<AccessEvent> = {
  invited: tagged<Invited>("invited", { room: name, by: name }),
  removed: tagged<Removed>("removed", {
    room: name,
    by: name,
    isBanned: flag,
    reason: optional(phrase),
  }),
};
