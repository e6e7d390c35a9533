import type { ClientEvent } from "../../src/room/client-port.ts";
import type { PostBody } from "../../src/room/message-log.ts";
import type { RoomMember, RoomState } from "../../src/room/message-room.ts";
import { personOf } from "./log-entries.ts";
import { logId } from "./server-desk.ts";

type EventOf<T extends ClientEvent["type"]> = Extract<ClientEvent, { readonly type: T }>;

/** How a room is that nobody has changed. */
export const plainState: RoomState = { kind: "public", topic: "", slowMs: 0, isReadOnly: false };

/** The server "lab" has accepted a guest of this name. */
export function readyEvent(nick: string, change: Partial<EventOf<"ready">> = {}): EventOf<"ready"> {
  const own = { person: personOf(nick), isGuest: true } as const;
  return { type: "ready", server: { id: "key", name: "lab" }, nick, own, rooms: [], ...change };
}

/** We are in a room with these. */
export function enteredEvent(
  room: string,
  nicks: readonly string[],
  change: Partial<EventOf<"entered">> = {},
): EventOf<"entered"> {
  const members = membersOf(nicks);
  const log = { log: logId, firstSequence: 1, lastSequence: 0 };
  return { type: "entered", room, members, ...log, state: plainState, ...change };
}

/** Members of whom nothing but the nickname is known. */
export function membersOf(nicks: readonly string[]): readonly RoomMember[] {
  return nicks.map((nick) => ({ nick }));
}

/** The server stops now. */
export function shutdownEvent(reason: string): EventOf<"shutdown"> {
  return { type: "shutdown", reason, inMs: 0, isRestart: false };
}

/** A plain line. */
export function textBody(text: string): PostBody {
  return { type: "message", text };
}
