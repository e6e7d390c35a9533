import { type AccessReply, type AccessRequest, accessRequests } from "./message-access.ts";
import {
  accountRequests,
  type ListRegistrations,
  type MakeRegistration,
  type Registration,
  type Registrations,
  type RevokeRegistrations,
  type SetProfile,
} from "./message-account.ts";
import { type CareReply, type CareRequest, careRequests } from "./message-care.ts";
import {
  type AskReceipts,
  type Found,
  logRequests,
  type Receipts,
  type Search,
} from "./message-log.ts";
import { type PrivateRequest, privateRequests } from "./message-private.ts";
import {
  type Configure,
  type Create,
  type ListRooms,
  type Rooms,
  roomRequests,
} from "./message-room.ts";
import {
  type AskWho,
  type Done,
  type Rename,
  type SetStatus,
  type Stop,
  sessionRequests,
  type Who,
} from "./message-session.ts";
import { checkOf, type SchemaTable, variant } from "./schema.ts";

type WithoutRef<T> = T extends unknown ? Omit<T, "ref"> : never;

type QuestionRequest =
  | AccessRequest
  | PrivateRequest
  | CareRequest
  | SetProfile
  | MakeRegistration
  | ListRegistrations
  | RevokeRegistrations
  | Configure
  | Create
  | ListRooms
  | Rename
  | SetStatus
  | AskWho
  | Stop
  | Search
  | AskReceipts;

/**
 * What the owner of a client may ask the server once: requests as they are on the wire, without
 * their `ref`. Rooms that are made or found this way are entered; they come as `entered`.
 */
export type Question = WithoutRef<QuestionRequest>;

/** What the server says to a question. */
export type Answer = WithoutRef<
  AccessReply | CareReply | Registration | Registrations | Rooms | Done | Who | Found | Receipts
>;

const questions: SchemaTable<QuestionRequest> = {
  ...accessRequests,
  ...privateRequests,
  ...careRequests,
  "set-profile": accountRequests["set-profile"],
  "make-registration": accountRequests["make-registration"],
  registrations: accountRequests.registrations,
  "revoke-registrations": accountRequests["revoke-registrations"],
  configure: roomRequests.configure,
  create: roomRequests.create,
  rooms: roomRequests.rooms,
  rename: sessionRequests.rename,
  status: sessionRequests.status,
  who: sessionRequests.who,
  stop: sessionRequests.stop,
  search: logRequests.search,
  receipts: logRequests.receipts,
};

/** The types of questions. */
export const questionTypes: readonly Question["type"][] = Object.keys(
  questions,
).sort() as Question["type"][];

const checkRequest = checkOf(variant(questions));

/** The value as a question, or `undefined`. Keys that are unknown are ignored. */
export function checkQuestion(value: object): Question | undefined {
  const request = checkRequest({ ...value, ref: 0 });
  if (request === undefined) return undefined;
  const { ref: _ref, ...question } = request;
  return question;
}
