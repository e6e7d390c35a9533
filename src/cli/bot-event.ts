import { assertNever } from "../base/assert.ts";
import type { ClientEvent } from "../room/client-port.ts";
import type { Answer } from "../room/client-question.ts";
import type { LogEntry } from "../room/log-entry.ts";

/** One line of a bot's output; docs/BOTS.md lists them. Fields that are `undefined` are not written. */
export interface BotEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

type EventOf<T extends ClientEvent["type"]> = ClientEvent & { readonly type: T };

/** What happened, as told to a bot whether it asked or not. */
export type BotNews = EventOf<
  | "answered"
  | "asked"
  | "changed"
  | "damaged"
  | "delayed"
  | "identified"
  | "invited"
  | "joined"
  | "left"
  | "memory"
  | "notice"
  | "progress"
  | "removed"
  | "renamed"
  | "reset"
  | "said"
  | "shutdown"
  | "split"
  | "typing"
>;

/** The event for a bot: as the client tells it, but for entries, which are flat. */
export function news(event: BotNews): BotEvent {
  switch (event.type) {
    case "said":
      return { ...entryEvent(event.entry), room: event.room };
    case "identified":
      return { type: "identified", ...event.own };
    case "damaged":
      return { type: "damaged", room: event.room, ...event.range };
    default:
      return { ...event };
  }
}

/** What an `ok` says besides its `ref`. */
export function answerFields(
  event: EventOf<"entered" | "exited" | "stored" | "page" | "members" | "answer">,
): Readonly<Record<string, unknown>> {
  switch (event.type) {
    case "entered": {
      const { room, members, lastSequence, state, role, read, persons } = event;
      const nicks = members.map(({ nick }) => nick);
      return { room, nicks, members, lastSequence, ...state, role, read, persons };
    }
    case "exited":
      return { room: event.room };
    case "stored":
      return { room: event.room, id: event.id, sequence: event.sequence };
    case "page": {
      const { room, entries, damaged, hasMore } = event;
      return { room, entries: entries.map(entryEvent), damaged, hasMore };
    }
    case "members": {
      const { room, members } = event;
      return { room, nicks: members.map(({ nick }) => nick), members };
    }
    case "answer":
      return replyFields(event.answer);
  }
}

function replyFields(answer: Answer): Readonly<Record<string, unknown>> {
  const { type, ...fields } = answer;
  if (answer.type !== "found") return fields;
  const hits = answer.hits.map(({ room, entry }) => ({ ...entryEvent(entry), room }));
  return { ...fields, hits };
}

/** An entry of a log, by what it says. */
export function entryEvent(entry: LogEntry): BotEvent {
  const { sequence, id, sentAt, ordinal, author, body, edited, reactions } = entry;
  const { nick, person, isGuest } = author;
  const said = { sequence, id, author: nick, person, isGuest, sentAt, ordinal };
  switch (body.type) {
    case "message": {
      const { type: _type, ...message } = body;
      return { type: "said", ...said, ...message, edited, reactions };
    }
    case "deleted":
      return { type: "said", ...said, text: "", deleted: { by: body.by, reason: body.reason } };
    case "edit":
      return { ...body, type: "edited", ...said };
    case "delete":
      return { ...body, type: "deleted", ...said };
    case "react":
      return { ...body, type: "reacted", ...said };
    case "topic":
      return { ...body, ...said };
    case "moderation": {
      const { type: _type, nick: target, person: targetPerson, ...moderation } = body;
      return { type: "moderated", ...said, ...moderation, target, targetPerson };
    }
    case "mode":
      return { ...body, ...said };
    case "offer": {
      const { type: _type, ...offer } = body;
      return { type: "offered", ...said, ...offer };
    }
    default:
      return assertNever(body);
  }
}
