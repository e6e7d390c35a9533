import { EarshotError } from "../base/errors.ts";
import { decodeCbor, encodeCbor } from "./codec.ts";
import {
  bansMax,
  chatPersonsMax,
  devicesMax,
  invitationsMax,
  invitedMax,
  mutesMax,
  rolesMax,
} from "./limits.ts";
import { type AskedOffer, askedOffer } from "./message-private.ts";
import {
  type RetentionRule,
  type RoomKind,
  type RoomRole,
  retentionRule,
  roomKind,
  roomRole,
} from "./message-room.ts";
import { opaqueBytes } from "./opaque-port.ts";
import {
  bytes,
  type Check,
  checkOf,
  flag,
  line,
  list,
  mark,
  name,
  object,
  optional,
  person,
  phrase,
  type Schema,
  whole,
  word,
} from "./schema.ts";

/** A person and the nickname they had then. */
export interface NamedPerson {
  readonly person: string;
  readonly nick: string;
}

export interface RoleHolder extends NamedPerson {
  readonly role: RoomRole;
}

/** Somebody who may not come in, with none of these devices. */
export interface RoomBan extends NamedPerson {
  /** Device keys in base64url. */
  readonly devices: readonly string[];
  readonly by: string;
  readonly reason?: string;
  /** Wall clock; for ever without it. */
  readonly until?: number;
}

/** Somebody who may not write. */
export interface RoomMute extends NamedPerson {
  readonly until?: number;
}

/** An invitation to be handed on: the server keeps only its hash. */
export interface RoomInvitation {
  readonly hash: Uint8Array;
  /** How often it may still be used. */
  readonly uses: number;
  readonly until: number;
  readonly by: NamedPerson;
}

/** A person of a private chat. */
export interface ChatMember extends NamedPerson {
  readonly isGuest?: true;
  readonly answer: "asked" | "accepted" | "declined";
}

/** What is kept of a room beside its log. */
export interface RoomRecord {
  readonly kind: RoomKind;
  readonly topic: string;
  readonly slowMs: number;
  readonly isReadOnly: boolean;
  /** Everything is kept without it. */
  readonly retention?: RetentionRule;
  readonly createdAt: number;
  readonly roles: readonly RoleHolder[];
  readonly bans: readonly RoomBan[];
  readonly mutes: readonly RoomMute[];
  /** Who may come in where one must be invited, or know the password. */
  readonly invited: readonly NamedPerson[];
  /** OPAQUE's record of the room's password, 192 bytes. */
  readonly password?: Uint8Array;
  readonly invitations: readonly RoomInvitation[];
  /** Of a private chat: who asked, first, and who was asked. */
  readonly persons: readonly ChatMember[];
  /** Of a private chat: until when who was asked may answer. */
  readonly askedUntil: number;
  /** The newest files that are offered in a private chat. */
  readonly offer?: AskedOffer;
}

/** A public room that nobody owns. */
export const plainRecord: RoomRecord = {
  kind: "public",
  topic: "",
  slowMs: 0,
  isReadOnly: false,
  createdAt: 0,
  roles: [],
  bans: [],
  mutes: [],
  invited: [],
  invitations: [],
  persons: [],
  askedUntil: 0,
};

const device = line(43);

const namedPerson: Schema<NamedPerson> = object<NamedPerson>({ person, nick: name });

const recordSchema: Schema<RoomRecord> = object<RoomRecord>({
  kind: roomKind,
  topic: phrase,
  slowMs: whole,
  isReadOnly: flag,
  retention: optional(retentionRule),
  createdAt: whole,
  roles: list(object<RoleHolder>({ person, nick: name, role: roomRole }), rolesMax),
  bans: list(
    object<RoomBan>({
      person,
      nick: name,
      devices: list(device, devicesMax),
      by: name,
      reason: optional(phrase),
      until: optional(whole),
    }),
    bansMax,
  ),
  mutes: list(object<RoomMute>({ person, nick: name, until: optional(whole) }), mutesMax),
  invited: list(namedPerson, invitedMax),
  password: optional(bytes(opaqueBytes.record)),
  invitations: list(
    object<RoomInvitation>({ hash: bytes(32), uses: whole, until: whole, by: namedPerson }),
    invitationsMax,
  ),
  persons: list(
    object<ChatMember>({
      person,
      nick: name,
      isGuest: optional(mark),
      answer: word(["asked", "accepted", "declined"]),
    }),
    chatPersonsMax,
  ),
  askedUntil: whole,
  offer: optional(askedOffer),
});

const checkRecord: Check<RoomRecord> = checkOf(recordSchema);

export function encodeRoomRecord(record: RoomRecord): Uint8Array {
  return encodeCbor(record);
}

/** @throws {EarshotError} WHEN `history-damaged`: it is none. */
export function decodeRoomRecord(room: string, value: Uint8Array): RoomRecord {
  const record = decodeCbor(value, checkRecord);
  if (record === undefined) {
    throw new EarshotError("history-damaged", `what is kept of room ${room} is damaged`);
  }
  return record;
}

/** The list with this person's element put in its place, at the end. */
export function withPerson<T extends NamedPerson>(all: readonly T[], one: T): readonly T[] {
  return [...withoutPerson(all, one.person), one];
}

export function withoutPerson<T extends NamedPerson>(
  all: readonly T[],
  gone: string,
): readonly T[] {
  return all.filter((each) => each.person !== gone);
}
