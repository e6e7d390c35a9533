import { addressesMax, introductionTokenBytes } from "./limits.ts";
import {
  bytes,
  id,
  line,
  list,
  mark,
  name,
  optional,
  range,
  ref,
  type SchemaTable,
  sequence,
  tagged,
  whole,
  word,
} from "./schema.ts";

/** How far somebody is with what they take: who has `done` has it all and may go on giving it. */
export type TakingState = "active" | "paused" | "done" | "ended";

/** Wants to receive what the offer at this place of a log has; answered by `Taken`. */
export interface Take {
  readonly type: "take";
  readonly ref: number;
  readonly room: string;
  readonly sequence: number;
}

/** Does not want it, which who offers it is told; answered by `Done`. */
export interface Decline {
  readonly type: "decline";
  readonly ref: number;
  readonly room: string;
  readonly sequence: number;
}

/**
 * Where this client takes connections of others: `host:port`, the best first. It replaces what was told
 * before; answered by `Done`.
 */
export interface Reach {
  readonly type: "reach";
  readonly ref: number;
  readonly addresses: readonly string[];
}

/** How far a take of ours is, for who offers it; with `ended` it is none any more. Answered by `Done`. */
export interface Report {
  readonly type: "report";
  readonly ref: number;
  readonly room: string;
  readonly sequence: number;
  readonly state: TakingState;
  readonly bytes: number;
}

/** The server introduces those who have it, now and whenever one comes. */
export interface Taken {
  readonly type: "taken";
  readonly ref: number;
  /** The id of the entry, by which the offer goes. */
  readonly offer: string;
  /** Who offers it is here. */
  readonly isSenderHere?: true;
}

/**
 * Two devices may meet for an offer: both are told. It comes again, with another token, when one of
 * them is reached elsewhere.
 */
export interface Introduced {
  readonly type: "introduced";
  readonly offer: string;
  /** The key of the other's device, 32 bytes. */
  readonly key: Uint8Array;
  readonly nick: string;
  /** What each says to the other, so that it knows what was agreed to: 16 bytes. */
  readonly token: Uint8Array;
  /** Where the other may be reached, `host:port`. */
  readonly addresses: readonly string[];
  /** By which datagrams to the other go through the server. */
  readonly relay: number;
}

/** Somebody takes, or declines, what we offer. */
export interface Taking {
  readonly type: "taking";
  readonly offer: string;
  readonly nick: string;
  readonly state: TakingState | "declined";
  readonly bytes: number;
}

export type FileRequest = Take | Decline | Reach | Report;

export type FileReply = Taken;

export type FileEvent = Introduced | Taking;

const takingState = word(["active", "paused", "done", "ended"]);

/** A literal address and a port; longer than any that IPv6 has with a zone. */
const address = line(64);

export const fileRequests: SchemaTable<FileRequest> = {
  take: tagged<Take>("take", { ref, room: name, sequence }),
  decline: tagged<Decline>("decline", { ref, room: name, sequence }),
  reach: tagged<Reach>("reach", { ref, addresses: list(address, addressesMax) }),
  report: tagged<Report>("report", {
    ref,
    room: name,
    sequence,
    state: takingState,
    bytes: whole,
  }),
};

export const fileReplies: SchemaTable<FileReply> = {
  taken: tagged<Taken>("taken", { ref, offer: id, isSenderHere: optional(mark) }),
};

export const fileEvents: SchemaTable<FileEvent> = {
  introduced: tagged<Introduced>("introduced", {
    offer: id,
    key: bytes(32),
    nick: name,
    token: bytes(introductionTokenBytes),
    addresses: list(address, addressesMax),
    relay: range(0, 2 ** 32 - 1),
  }),
  taking: tagged<Taking>("taking", {
    offer: id,
    nick: name,
    state: word(["active", "paused", "done", "ended", "declined"]),
    bytes: whole,
  }),
};
