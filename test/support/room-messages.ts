import type { Request, ServerMessage } from "../../src/room/message.ts";

/** An id of the right form. */
export const id = "aB3_-aB3_-aB3_-aB3_-a";
/** A token of the right length. */
export const token = Uint8Array.from({ length: 16 }, (_, index) => index);
/** A line in a log. */
export const entry = {
  sequence: 7,
  id,
  author: "anna",
  sentAt: 1_790_000_000_000,
  text: "grüß dich 👋",
};

/** One of each kind of request, and of each form it has. */
export const requests: readonly Request[] = [
  { type: "hello", ref: 0, nick: "anna", client: "earshot", token },
  { type: "join", ref: 1, room: "lobby" },
  { type: "leave", ref: 2, room: "lobby" },
  { type: "say", ref: 3, id, room: "lobby", text: "hello", isFirst: true },
  { type: "history", ref: 4, room: "lobby", limit: 200 },
  { type: "history", ref: 4, room: "lobby", limit: 1, before: 10 },
  { type: "history", ref: 4, room: "lobby", limit: 1, after: 0 },
  { type: "members", ref: 5, room: "lobby" },
  { type: "members", ref: 2 ** 32 - 1, room: "lobby", after: "anna" },
];

/** The same for what servers say. */
export const messages: readonly ServerMessage[] = [
  {
    type: "welcome",
    ref: 0,
    server: { id: "key", name: "kitchen" },
    nick: "anna",
    rooms: ["lobby"],
  },
  { type: "error", ref: 1, code: "not-joined", message: "you are not in room lobby" },
  { type: "error", ref: 1, code: "nickname-taken", message: "taken", suggestion: "anna2" },
  {
    type: "entered",
    ref: 1,
    room: "lobby",
    nicks: ["anna"],
    memberCount: 1,
    log: id,
    lastSequence: 0,
  },
  { type: "exited", ref: 2, room: "lobby" },
  { type: "stored", ref: 3, id, sequence: 7, sentAt: 1_790_000_000_000 },
  {
    type: "page",
    ref: 4,
    room: "lobby",
    entries: [entry],
    damaged: [{ from: 1, to: 6 }],
    hasMore: false,
  },
  { type: "members", ref: 5, room: "lobby", nicks: ["anna", "ben"], hasMore: true },
  { type: "said", room: "lobby", entry },
  { type: "grown", room: "lobby", lastSequence: 8 },
  { type: "joined", room: "lobby", nick: "ben" },
  { type: "left", room: "lobby", nick: "ben", reason: "lost" },
  { type: "shutdown", reason: "maintenance" },
];
