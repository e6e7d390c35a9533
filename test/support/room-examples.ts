import { encodeCbor } from "../../src/room/codec.ts";
import type { Request, ServerMessage } from "../../src/room/message.ts";
import { encodeRecord } from "../../src/room/record.ts";

const id = "V1StGXR8_Z5jdHi6B-myT";
const entry = { sequence: 7, id, author: "anna", sentAt: 1_790_000_000_000, text: "hello" };

const hello: Request = {
  type: "hello",
  ref: 0,
  nick: "anna",
  client: "earshot",
  token: Uint8Array.from({ length: 16 }, (_, index) => index),
};
const say: Request = { type: "say", ref: 2, id, room: "lobby", text: "hello", isFirst: true };
const stored: ServerMessage = { type: "stored", ref: 2, id, sequence: 7, sentAt: entry.sentAt };
const said: ServerMessage = { type: "said", room: "lobby", entry };

/** The examples of the protocol's description, by name, as the code encodes them. */
export const roomExamples: Readonly<Record<string, Uint8Array>> = {
  hello: encodeCbor(hello),
  say: encodeCbor(say),
  stored: encodeCbor(stored),
  said: encodeCbor(said),
  record: encodeRecord("lobby", entry),
};
