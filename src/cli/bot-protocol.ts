import { nearest } from "../base/nearest.ts";
import { sanitizeLine } from "../base/text.ts";
import type { HistoryRange } from "../room/client-port.ts";

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
  | (Referable & { readonly type: "join" | "leave" | "members"; readonly room: string })
  | (Referable & { readonly type: "say"; readonly room: string; readonly text: string })
  | (Referable & { readonly type: "history"; readonly room: string; readonly range: HistoryRange })
  | (Referable & { readonly type: "quit" })
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
  readonly text?: unknown;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly limit?: unknown;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isRef(ref: unknown): ref is BotRef {
  return Number.isFinite(ref) || (typeof ref === "string" && ref.length <= refCharactersMax);
}

const requestTypes = ["join", "leave", "say", "history", "members", "quit"] as const;

function parseFields(fields: Fields, referable: Referable): BotRequest {
  const { type, room, text } = fields;
  const known = requestTypes.find((name) => name === type);
  if (known === undefined) return invalid(referable, unknownType(type));
  if (known === "quit") return { ...referable, type: known };
  if (typeof room !== "string") return invalid(referable, `${known} needs room, a string`);
  if (known === "history") return parseHistory(fields, room, referable);
  if (known !== "say") return { ...referable, type: known, room };
  if (typeof text !== "string") return invalid(referable, "say needs text, a string");
  return { ...referable, type: known, room, text };
}

function parseHistory(fields: Fields, room: string, referable: Referable): BotRequest {
  const { before, after, limit } = fields;
  for (const [name, value] of Object.entries({ before, after, limit })) {
    if (value === undefined || isCount(value)) continue;
    return invalid(referable, `${name} must be a whole number from 0`);
  }
  const range = {
    ...(isCount(before) && { before }),
    ...(isCount(after) && { after }),
    ...(isCount(limit) && { limit }),
  };
  return { ...referable, type: "history", room, range };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && 0 <= Number(value);
}

function unknownType(type: unknown): string {
  if (typeof type !== "string") return `type must be one of ${requestTypes.join(", ")}`;
  const meant = nearest(type, requestTypes);
  const known =
    meant === undefined ? `known are ${requestTypes.join(", ")}` : `did you mean ${meant}?`;
  return `${sanitizeLine(type.slice(0, 64))} is no request; ${known}`;
}

function invalid(referable: Referable, message: string): BotRequest {
  return { ...referable, type: "invalid", message };
}
