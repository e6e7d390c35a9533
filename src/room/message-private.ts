import { chatPersonsMax } from "./limits.ts";
import {
  flag,
  list,
  name,
  object,
  person,
  ref,
  type Schema,
  type SchemaTable,
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

/** Somebody wants to talk with the receiver; it waits for an answer until `until`. */
export interface Asked {
  readonly type: "asked";
  readonly room: string;
  readonly by: string;
  readonly persons: readonly ChatPerson[];
  readonly until: number;
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

export const privateRequests: SchemaTable<PrivateRequest> = {
  ask: tagged<Ask>("ask", { ref, nicks: list(name, chatPersonsMax - 1, 1) }),
  answer: tagged<Answer>("answer", { ref, room: name, isAccepted: flag }),
};

export const privateEvents: SchemaTable<PrivateEvent> = {
  asked: tagged<Asked>("asked", { room: name, by: name, persons: chatPersons, until: whole }),
  answered: tagged<Answered>("answered", {
    room: name,
    nick: name,
    answer: word(["accepted", "declined"]),
  }),
};
