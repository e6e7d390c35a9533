import { chatPersonsMax, offerFilesMax, offerNameLengthMax } from "./limits.ts";
import type { FileOffer } from "./log-entry.ts";
import {
  device,
  flag,
  id,
  line,
  list,
  mark,
  name,
  object,
  optional,
  person,
  range,
  ref,
  type Schema,
  type SchemaTable,
  sequence,
  tagged,
  whole,
  word,
} from "./schema.ts";

/** A private chat with these persons: made, or found; entered and answered by `Entered`. */
export interface Ask {
  readonly type: "ask";
  readonly ref: number;
  readonly nicks: readonly string[];
}

/** Answers an `Asked`; answered by `Done`. Who accepts may join the room. */
export interface Answer {
  readonly type: "answer";
  readonly ref: number;
  readonly room: string;
  readonly isAccepted: boolean;
}

/** A person of a private chat and whether they agreed to it. */
export interface ChatPerson {
  readonly nick: string;
  readonly person: string;
  readonly answer: "asked" | "accepted" | "declined";
}

/** Files that are offered in a private chat, so that they can be taken without looking into it. */
export interface AskedOffer extends Omit<FileOffer, "type"> {
  /** The id of its entry, by which it goes. */
  readonly id: string;
  readonly sequence: number;
}

/** Somebody wants to talk with the receiver; it waits for an answer until `until`. */
export interface Asked {
  readonly type: "asked";
  readonly room: string;
  readonly by: string;
  readonly persons: readonly ChatPerson[];
  readonly until: number;
  /** The newest. */
  readonly offer?: AskedOffer;
}

/** Somebody agreed to a private chat, or does not want it. */
export interface Answered {
  readonly type: "answered";
  readonly room: string;
  readonly nick: string;
  readonly answer: "accepted" | "declined";
}

export type PrivateRequest = Ask | Answer;

export type PrivateEvent = Asked | Answered;

const chatPerson: Schema<ChatPerson> = object<ChatPerson>({
  nick: name,
  person,
  answer: word(["asked", "accepted", "declined"]),
});

export const chatPersons: Schema<readonly ChatPerson[]> = list(chatPerson, chatPersonsMax, 2);

export const askedOffer: Schema<AskedOffer> = object<AskedOffer>({
  id,
  sequence,
  name: line(offerNameLengthMax),
  fileCount: range(0, offerFilesMax),
  bytes: whole,
  isFolder: optional(mark),
  device,
});

export const privateRequests: SchemaTable<PrivateRequest> = {
  ask: tagged<Ask>("ask", { ref, nicks: list(name, chatPersonsMax - 1, 1) }),
  answer: tagged<Answer>("answer", { ref, room: name, isAccepted: flag }),
};

export const privateEvents: SchemaTable<PrivateEvent> = {
  asked: tagged<Asked>("asked", {
    room: name,
    by: name,
    persons: chatPersons,
    until: whole,
    offer: optional(askedOffer),
  }),
  answered: tagged<Answered>("answered", {
    room: name,
    nick: name,
    answer: word(["accepted", "declined"]),
  }),
};
