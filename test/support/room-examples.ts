import { encodeCbor } from "../../src/room/codec.ts";
import type { LogEntry } from "../../src/room/log-entry.ts";
import type { Request, ServerMessage } from "../../src/room/message.ts";

const id = "V1StGXR8_Z5jdHi6B-myT";
const entry: LogEntry = {
  sequence: 7,
  id,
  sentAt: 1_790_000_000_000,
  ordinal: 6,
  author: { person: "~0123456789abcdef", nick: "anna", isGuest: true },
  body: { type: "message", text: "hello" },
};

const hello: Request = {
  type: "hello",
  ref: 0,
  nick: "anna",
  client: "earshot",
  token: Uint8Array.from({ length: 16 }, (_, index) => index),
};
const post: Request = {
  type: "post",
  ref: 2,
  id,
  room: "lobby",
  isFirst: true,
  body: { type: "message", text: "hello" },
};
const stored: ServerMessage = { type: "stored", ref: 2, id, sequence: 7, sentAt: entry.sentAt };
const said: ServerMessage = { type: "said", room: "lobby", entries: [entry] };

/** The examples of the protocol's description, by name, as the code encodes them. */
export const roomExamples: Readonly<Record<string, Uint8Array>> = {
  hello: encodeCbor(hello),
  post: encodeCbor(post),
  stored: encodeCbor(stored),
  said: encodeCbor(said),
};
