import { sanitizeLine, sanitizeText } from "../base/text.ts";
import { decodeServerMessage } from "./codec.ts";
import type { Entry } from "./entry.ts";
import type { ServerMessage } from "./message.ts";

/**
 * A message off the network with every text in it safe to show, or `undefined` when it is none.
 * This is the edge: behind it nobody sanitises again.
 */
export function readServerMessage(bytes: Uint8Array): ServerMessage | undefined {
  const message = decodeServerMessage(bytes);
  return message === undefined ? undefined : sanitized(message);
}

function sanitized(message: ServerMessage): ServerMessage {
  switch (message.type) {
    case "welcome": {
      const { id, name } = message.server;
      const server = { id: sanitizeLine(id), name: sanitizeLine(name) };
      return { ...message, server, nick: sanitizeLine(message.nick) };
    }
    case "error": {
      const { suggestion } = message;
      const nick = suggestion === undefined ? {} : { suggestion: sanitizeLine(suggestion) };
      return { ...message, message: sanitizeLine(message.message), ...nick };
    }
    case "entered":
    case "members":
      return { ...message, nicks: message.nicks.map(sanitizeLine) };
    case "page":
      return { ...message, entries: message.entries.map(sanitizedEntry) };
    case "said":
      return { ...message, entry: sanitizedEntry(message.entry) };
    case "joined":
    case "left":
      return { ...message, nick: sanitizeLine(message.nick) };
    case "shutdown":
      return { ...message, reason: sanitizeLine(message.reason) };
    default:
      // The rest holds only rooms, which are compared with our own and never shown.
      return message;
  }
}

function sanitizedEntry(entry: Entry): Entry {
  return { ...entry, author: sanitizeLine(entry.author), text: sanitizeText(entry.text) };
}
