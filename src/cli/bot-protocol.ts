import { nearest } from "../base/nearest.ts";
import { sanitizeLine } from "../base/text.ts";
import type { HistoryRange } from "../room/client-port.ts";
import { checkQuestion, type Question, questionTypes } from "../room/client-question.ts";
import type { FileAction } from "../room/files/file-action.ts";
import { checkPostBody, type PostBody } from "../room/message-log.ts";
import type { Position } from "../room/store-port.ts";
import { type BotAccountRequest, botAccountTypes, parseAccountRequest } from "./bot-account.ts";
import { fileRequestTypes, isFileRequest, parseFileRequest } from "./bot-files.ts";

/** What a bot gives a request to know its answer by. */
export type BotRef = string | number;

/** Longest `ref` in UTF-16 units: room for a UUID or two; it is kept until the answer comes. */
export const refCharactersMax = 128;

/**
 * Longest line of input in UTF-16 units: a text of 16 MiB in which JSON writes every character as
 * `\u0000`, and 64 KiB for the rest of the request.
 */
export const requestCharactersMax: number = 6 * 16 * 1_024 * 1_024 + 64 * 1_024;

interface Referable {
  readonly ref?: BotRef;
}

/** One line of a bot's input. */
export type BotRequest =
  | (Referable & {
      readonly type: "join";
      readonly room: string;
      readonly invitation?: string;
    })
  | (Referable & { readonly type: "account"; readonly request: BotAccountRequest })
  | (Referable & { readonly type: "leave" | "members"; readonly room: string })
  | (Referable & { readonly type: "post"; readonly room: string; readonly body: PostBody })
  | (Referable & { readonly type: "question"; readonly question: Question })
  | (Referable & { readonly type: "file"; readonly action: FileAction })
  | (Referable & {
      readonly type: "typing";
      readonly room: string;
      readonly state: "active" | "paused" | "done";
    })
  | (Referable & {
      readonly type: "read";
      readonly room: string;
      readonly sequence: number;
      readonly ordinal: number;
    })
  | (Referable & { readonly type: "history"; readonly room: string; readonly range: HistoryRange })
  | (Referable & { readonly type: "link" | "quit" })
  /** It made no sense; the message says why. */
  | (Referable & { readonly type: "invalid"; readonly message: string });

/** Reads one line of input. Never throws: what makes no sense is an `invalid` request. */
export function parseBotRequest(line: string): BotRequest {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { type: "invalid", message: "the line is not JSON" };
  }
  if (!isFields(value)) return { type: "invalid", message: "the line is not a JSON object" };
  const ref = value.ref;
  if (ref === undefined) return parseFields(value, {});
  if (isRef(ref)) return parseFields(value, { ref });
  const message = `ref must be a number or a string of at most ${refCharactersMax} characters`;
  return { type: "invalid", message };
}

/** What a request may hold; everything is yet to be checked, and what else there is does not matter. */
interface Fields {
  readonly type?: unknown;
  readonly ref?: unknown;
  readonly room?: unknown;
  readonly nick?: unknown;
  readonly text?: unknown;
  readonly invitation?: unknown;
  readonly state?: unknown;
  readonly sequence?: unknown;
  readonly ordinal?: unknown;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly around?: unknown;
  readonly time?: unknown;
  readonly limit?: unknown;
  readonly to?: unknown;
  readonly path?: unknown;
  readonly id?: unknown;
  readonly directory?: unknown;
  readonly device?: unknown;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRef(ref: unknown): ref is BotRef {
  return Number.isFinite(ref) || (typeof ref === "string" && ref.length <= refCharactersMax);
}

/** Requests that post an entry, and how their bodies are called on the wire. */
const postTypes = {
  say: "message",
  edit: "edit",
  delete: "delete",
  react: "react",
  topic: "topic",
  moderate: "moderation",
  mode: "mode",
} as const satisfies Readonly<Record<string, PostBody["type"]>>;

/** Everything that a bot may ask, as docs/BOTS.md lists it. */
export const botRequestTypes: readonly string[] = [
  "join",
  "leave",
  ...Object.keys(postTypes),
  "history",
  "members",
  "typing",
  "read",
  ...questionTypes,
  ...fileRequestTypes,
  ...botAccountTypes,
  "link",
  "quit",
];

function parseFields(fields: Fields, referable: Referable): BotRequest {
  const { type, room } = fields;
  if (type === "link" || type === "quit") return { ...referable, type };
  if (typeof type !== "string" || !botRequestTypes.includes(type)) {
    return invalid(referable, unknownType(type));
  }
  if (isFileRequest(type)) {
    const action = parseFileRequest(type, fields);
    return typeof action === "string"
      ? invalid(referable, action)
      : { ...referable, type: "file", action };
  }
  if (questionTypes.some((name) => name === type)) return parseQuestion(fields, type, referable);
  const accountType = botAccountTypes.find((name) => name === type);
  if (accountType !== undefined) return parseAccount(fields, accountType, referable);
  if (typeof room !== "string") return invalid(referable, `${type} needs room, a string`);
  switch (type) {
    case "join":
      return parseJoin(fields, room, referable);
    case "leave":
    case "members":
      return { ...referable, type, room };
    case "history":
      return parseHistory(fields, room, referable);
    case "typing":
      return parseTyping(fields, room, referable);
    case "read":
      return parseRead(fields, room, referable);
    default:
      return parsePost(fields, type, { room, referable });
  }
}

function parseQuestion(fields: Fields, type: string, referable: Referable): BotRequest {
  const question = checkQuestion(fields);
  if (question !== undefined) return { ...referable, type: "question", question };
  return invalid(referable, `a field of ${type} is missing or wrong`);
}

function parseJoin({ invitation }: Fields, room: string, referable: Referable): BotRequest {
  if (invitation === undefined) return { ...referable, type: "join", room };
  if (typeof invitation === "string") return { ...referable, type: "join", room, invitation };
  return invalid(referable, "invitation must be a string");
}

function parseAccount(
  fields: Fields,
  type: BotAccountRequest["type"],
  referable: Referable,
): BotRequest {
  const request = parseAccountRequest(type, fields);
  if (typeof request === "string") return invalid(referable, request);
  return { ...referable, type: "account", request };
}

function parseTyping({ state }: Fields, room: string, referable: Referable): BotRequest {
  if (state === "active" || state === "paused" || state === "done") {
    return { ...referable, type: "typing", room, state };
  }
  return invalid(referable, "state must be active, paused or done");
}

function parseRead({ sequence, ordinal }: Fields, room: string, referable: Referable): BotRequest {
  if (isCount(sequence) && isCount(ordinal)) {
    return { ...referable, type: "read", room, sequence, ordinal };
  }
  return invalid(referable, "read needs sequence and ordinal of an entry");
}

function parsePost(
  fields: Fields,
  type: string,
  { room, referable }: { readonly room: string; readonly referable: Referable },
): BotRequest {
  const [, bodyType] = Object.entries(postTypes).find(([name]) => name === type) ?? [];
  const needsText = type === "say" || type === "edit" || type === "topic";
  if (needsText && typeof fields.text !== "string") {
    return invalid(referable, `${type} needs text, a string`);
  }
  const body = checkPostBody({ ...fields, type: bodyType });
  if (body !== undefined) return { ...referable, type: "post", room, body };
  return invalid(referable, `a field of ${type} is missing or wrong`);
}

function parseHistory(fields: Fields, room: string, referable: Referable): BotRequest {
  const { before, after, around, limit } = fields;
  for (const [name, value] of Object.entries({ before, after, around })) {
    if (value === undefined || isPosition(value)) continue;
    return invalid(referable, `${name} must be a whole number from 0, or {"time":…}`);
  }
  if (limit !== undefined && !isCount(limit)) {
    return invalid(referable, "limit must be a whole number from 0");
  }
  const range = {
    ...(isPosition(before) && { before }),
    ...(isPosition(after) && { after }),
    ...(isPosition(around) && { around }),
    ...(isCount(limit) && { limit }),
  };
  return { ...referable, type: "history", room, range };
}

function isPosition(value: unknown): value is Position {
  return isCount(value) || (isFields(value) && isCount(value.time));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && 0 <= Number(value);
}

function unknownType(type: unknown): string {
  const all = botRequestTypes.join(", ");
  if (typeof type !== "string") return `type must be one of ${all}`;
  const meant = nearest(type, botRequestTypes);
  const known = meant === undefined ? `known are ${all}` : `did you mean ${meant}?`;
  return `${sanitizeLine(type.slice(0, 64))} is no request; ${known}`;
}

function invalid(referable: Referable, message: string): BotRequest {
  return { ...referable, type: "invalid", message };
}
