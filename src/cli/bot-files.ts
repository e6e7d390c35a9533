import type { FileAction, FileTarget } from "../room/files/file-action.ts";
import type { Transfer } from "../room/files/file-port.ts";
import type { Taking } from "../room/message-file.ts";
import type { BotEvent } from "./bot-event.ts";

/** The requests of a bot that are about files. */
export const fileRequestTypes: readonly FileAction["type"][] = [
  "offer",
  "accept",
  "decline",
  "cancel",
  "pause",
  "resume",
];

/** Whether a request of this type is about files. */
export function isFileRequest(type: string): type is FileAction["type"] {
  return fileRequestTypes.some((name) => name === type);
}

/** What a request wants done with files; a string says what is wrong with it. */
export function parseFileRequest(
  type: FileAction["type"],
  fields: {
    readonly to?: unknown;
    readonly path?: unknown;
    readonly id?: unknown;
    readonly directory?: unknown;
  },
): FileAction | string {
  const { to, path, id, directory } = fields;
  if (type === "offer") {
    if (typeof to !== "string" || typeof path !== "string") {
      return "offer needs to, a nickname or a room with #, and path";
    }
    return { type, to: fileTarget(to), path };
  }
  if (typeof id !== "string") return `${type} needs id, that of an offer`;
  if (type !== "accept") return { type, offer: id };
  if (directory !== undefined && typeof directory !== "string") {
    return "directory must be a string";
  }
  return { type, offer: id, ...(directory !== undefined && { directory }) };
}

/** A room with its `#`, a private chat as it is named, or else a nickname. */
export function fileTarget(to: string): FileTarget {
  if (to.startsWith("&")) return { room: to };
  return to.startsWith("#") ? { room: to.slice(1).toLowerCase() } : { nick: to.replace(/^@/, "") };
}

/** How a transfer is doing. */
export function transferEvent({
  offer,
  direction,
  state,
  bytes,
  bytesPerSecond,
  leftMs,
}: Transfer): BotEvent {
  const { id, name } = offer;
  switch (state.type) {
    case "received": {
      const { path, sha256 } = state;
      return { type: "received", id, name, path, sha256 };
    }
    case "failed":
      return { type: "failed", id, name, code: state.code, message: state.message };
    case "cancelled":
      return { type: "cancelled", id, name };
    default: {
      const path = state.type === "running" ? state.path.type : undefined;
      const address =
        state.type === "running" && state.path.type === "direct" ? state.path.address : undefined;
      const reason = state.type === "paused" ? state.reason : undefined;
      return {
        ...{ type: "progress", id, name, direction, state: state.type, reason },
        ...{ bytes, totalBytes: offer.bytes },
        ...{ bytesPerSecond: Math.round(bytesPerSecond), leftMs, path, address },
      };
    }
  }
}

/** Somebody takes what we offer, or does not want it. */
export function takingEvent({ offer: id, nick, state, bytes }: Taking): BotEvent {
  return { type: "taking", id, nick, state, bytes };
}
