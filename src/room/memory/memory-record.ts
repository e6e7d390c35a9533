import type { SavedPost } from "../client-port.ts";
import { decodeCbor, encodeCbor } from "../codec.ts";
import type { OwnPerson } from "../entry.ts";
import { tokenBytes } from "../limits.ts";
import { serverRole } from "../message-account.ts";
import { postBody } from "../message-log.ts";
import { chatPersons } from "../message-private.ts";
import { roomState } from "../message-room.ts";
import { openRecord, sealRecord } from "../record.ts";
import {
  bytes,
  type Check,
  checkOf,
  id,
  mark,
  name,
  object,
  optional,
  person,
  type Schema,
  whole,
} from "../schema.ts";
import type { KeyRange } from "../store-keys.ts";
import { draftUnitsMax } from "./memory-limits.ts";
import type { KeptPost, RoomMemory, ServerMemory } from "./memory-port.ts";

/** What the layout of a client's memory is called in its database; another number is another layout. */
export const memoryFormat = 1;

/** A room with its cache: the entries `from`..`to`, both included; none while `to` is below `from`. */
export interface CachedRoom extends RoomMemory {
  readonly from: number;
  readonly to: number;
  /** Of the records of these entries. */
  readonly bytes: number;
}

/** Behind every key that begins like it. */
const behind = "\u{10ffff}";

/** A server, by its key in base64url. */
export function serverKey(server: string): string {
  return `servers!${server}`;
}

/** The server of a `serverKey`. */
export function serverOfKey(key: string): string {
  return key.slice(serverKey("").length);
}

/** A room of a server. */
export function roomKey(server: string, room: string): string {
  return `rooms!${server}!${room}`;
}

/** The server and the room of a `roomKey`; ids of servers have no `!`. */
export function placeOfRoomKey(key: string): { readonly server: string; readonly room: string } {
  const [, server = "", ...room] = key.split("!");
  return { server, room: room.join("!") };
}

/** A line of ours by its number, 1 to 2^32 - 1. */
export function postKey(server: string, number: number): string {
  return `posts!${server}!${number.toString(16).padStart(8, "0")}`;
}

/** The number in a `postKey`. */
export function numberOfPostKey(key: string): number {
  return Number.parseInt(key.slice(key.lastIndexOf("!") + 1), 16);
}

/** What was typed in a room. */
export function draftKey(server: string, room: string): string {
  return `drafts!${server}!${room}`;
}

/** The room of a `draftKey`. */
export function roomOfDraftKey(server: string, key: string): string {
  return key.slice(draftKey(server, "").length);
}

/** The name under which the entries of a room are kept, in the place of a server's room. */
export function logOf(server: string, room: string): string {
  return `${server}!${room}`;
}

/** All records of one kind (`rooms`, `posts`, `drafts`, `entries`) of a server. */
export function ownRange(kind: string, server: string): KeyRange {
  return { gte: `${kind}!${server}!`, lte: `${kind}!${server}!${behind}` };
}

const own: Schema<OwnPerson> = object<OwnPerson>({
  person,
  isGuest: optional(mark),
  role: optional(serverRole),
});

const checkServer: Check<ServerMemory> = checkOf(
  object<ServerMemory>({
    ...{ name, nick: name, own, visitedAt: whole, shownRoom: optional(name) },
    token: bytes(tokenBytes),
  }),
);

const checkRoom: Check<CachedRoom> = checkOf(
  object<CachedRoom>({
    log: id,
    state: roomState,
    persons: optional(chatPersons),
    from: whole,
    to: whole,
    bytes: whole,
  }),
);

const checkPost: Check<SavedPost> = checkOf(
  object<SavedPost>({ id, room: name, body: postBody, at: whole }),
);

const checkDraft: Check<string> = (value) =>
  typeof value === "string" && value.length <= draftUnitsMax ? value : undefined;

/** The value as it lies under its key. */
export function encodeMemory(
  key: string,
  value: ServerMemory | CachedRoom | SavedPost | string,
): Uint8Array {
  return sealRecord(key, encodeCbor(value));
}

/** The server, or `undefined` when its record is missing or damaged. */
export function decodeServer(
  key: string,
  record: Uint8Array | undefined,
): ServerMemory | undefined {
  return decodeWith(checkServer, key, record);
}

/** The room, or `undefined` when its record is missing or damaged. */
export function decodeRoom(key: string, record: Uint8Array | undefined): CachedRoom | undefined {
  return decodeWith(checkRoom, key, record);
}

/** The line, or `undefined` when its record is missing or damaged. */
export function decodePost(key: string, record: Uint8Array | undefined): KeptPost | undefined {
  const post = decodeWith(checkPost, key, record);
  return post && { number: numberOfPostKey(key), post };
}

/** The text, or `undefined` when its record is missing or damaged. */
export function decodeDraft(key: string, record: Uint8Array | undefined): string | undefined {
  return decodeWith(checkDraft, key, record);
}

function decodeWith<T>(
  check: Check<T>,
  key: string,
  record: Uint8Array | undefined,
): T | undefined {
  const value = openRecord(key, record);
  return value && decodeCbor(value, check);
}
