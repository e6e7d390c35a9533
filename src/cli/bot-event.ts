import type { ClientEvent } from "../room/client-port.ts";
import type { Entry } from "../room/entry.ts";

/** One line of a bot's output; docs/BOTS.md lists them. Fields that are `undefined` are not written. */
export interface BotEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

type EventOf<T extends ClientEvent["type"]> = ClientEvent & { readonly type: T };

/** What happened, as told to a bot whether it asked or not. */
export function news(
  event: EventOf<"said" | "damaged" | "delayed" | "joined" | "left" | "reset" | "shutdown">,
): BotEvent {
  switch (event.type) {
    case "said":
      return { type: "said", room: event.room, ...entryFields(event.entry) };
    case "damaged":
      return { type: "damaged", room: event.room, ...event.range };
    case "joined":
      return { type: "joined", room: event.room, nick: event.nick };
    case "left":
      return { type: "left", room: event.room, nick: event.nick, reason: event.reason };
    case "delayed":
      return { type: "delayed", room: event.room, code: event.code, message: event.message };
    case "reset":
      return { type: "reset", room: event.room };
    case "shutdown":
      return { type: "shutdown", reason: event.reason };
  }
}

/** What an `ok` says besides its `ref`. */
export function answerFields(
  event: EventOf<"entered" | "exited" | "stored" | "page" | "members">,
): Readonly<Record<string, unknown>> {
  const { room } = event;
  switch (event.type) {
    case "entered":
      return { room, nicks: event.nicks, lastSequence: event.lastSequence };
    case "exited":
      return { room };
    case "stored":
      return { room, id: event.id, sequence: event.sequence };
    case "page":
      return {
        room,
        entries: event.entries.map(entryFields),
        damaged: event.damaged,
        hasMore: event.hasMore,
      };
    case "members":
      return { room, nicks: event.nicks };
  }
}

function entryFields(entry: Entry) {
  const { sequence, id, author, sentAt, text } = entry;
  return { sequence, id, author, sentAt, text };
}
