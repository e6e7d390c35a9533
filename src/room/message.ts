import {
  type AccessEvent,
  type AccessReply,
  type AccessRequest,
  accessEvents,
  accessReplies,
  accessRequests,
} from "./message-access.ts";
import {
  type AccountReply,
  type AccountRequest,
  accountReplies,
  accountRequests,
} from "./message-account.ts";
import { type CareReply, type CareRequest, careReplies, careRequests } from "./message-care.ts";
import {
  type FileEvent,
  type FileReply,
  type FileRequest,
  fileEvents,
  fileReplies,
  fileRequests,
} from "./message-file.ts";
import {
  type LogEvent,
  type LogNotice,
  type LogReply,
  type LogRequest,
  logEvents,
  logNotices,
  logReplies,
  logRequests,
} from "./message-log.ts";
import {
  type PrivateEvent,
  type PrivateRequest,
  privateEvents,
  privateRequests,
} from "./message-private.ts";
import {
  type RoomEvent,
  type RoomReply,
  type RoomRequest,
  roomEvents,
  roomNotices,
  roomReplies,
  roomRequests,
  type Typing,
} from "./message-room.ts";
import {
  type SessionEvent,
  type SessionReply,
  type SessionRequest,
  sessionEvents,
  sessionReplies,
  sessionRequests,
} from "./message-session.ts";
import { type Check, checkOf, object, ref, type SchemaTable, variant } from "./schema.ts";

/** What a client asks. Every request is answered with its `ref`. */
export type Request =
  | SessionRequest
  | AccountRequest
  | RoomRequest
  | AccessRequest
  | PrivateRequest
  | LogRequest
  | FileRequest
  | CareRequest;

/** What a client tells, and nobody answers. */
export type ClientNotice = LogNotice | Typing;

/** What a server sends in answer to a request, with its `ref`. */
export type Reply =
  | SessionReply
  | AccountReply
  | RoomReply
  | AccessReply
  | LogReply
  | FileReply
  | CareReply;

/** What a server tells unasked. */
export type Event = SessionEvent | RoomEvent | AccessEvent | PrivateEvent | LogEvent | FileEvent;

/** Everything a client sends. */
export type ClientMessage = Request | ClientNotice;

/** Everything a server sends. */
export type ServerMessage = Reply | Event;

const clientMessages: SchemaTable<ClientMessage> = {
  ...sessionRequests,
  ...accountRequests,
  ...roomRequests,
  ...accessRequests,
  ...privateRequests,
  ...logRequests,
  ...fileRequests,
  ...careRequests,
  ...roomNotices,
  ...logNotices,
};

const serverMessages: SchemaTable<ServerMessage> = {
  ...sessionReplies,
  ...accountReplies,
  ...roomReplies,
  ...accessReplies,
  ...logReplies,
  ...fileReplies,
  ...careReplies,
  ...sessionEvents,
  ...roomEvents,
  ...accessEvents,
  ...privateEvents,
  ...logEvents,
  ...fileEvents,
};

/** The value as a `ClientMessage`, or `undefined`. Unknown keys are ignored: later versions may add some. */
export const checkClientMessage: Check<ClientMessage> = checkOf(variant(clientMessages));

/**
 * The value as a `ServerMessage` with every text in it safe to show, or `undefined`. This is the edge:
 * behind it nobody makes texts safe again. Unknown keys are ignored.
 */
export const checkServerMessage: Check<ServerMessage> = checkOf(variant(serverMessages));

/** The `ref` of a request that says nothing else we understand, so that it can be refused. */
export const checkRef: Check<{ readonly ref: number }> = checkOf(
  object<{ readonly ref: number }>({ ref }),
);
