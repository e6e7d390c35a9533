import { EarshotError } from "../base/errors.ts";
import type { ClientEvent, HistoryRange } from "./client-port.ts";
import type { Question } from "./client-question.ts";
import { membersMax, pageEntriesDefault, pageEntriesMax, requestsWaitingMax } from "./limits.ts";
import type { Reply, Request } from "./message.ts";
import type { Presence, RoomMember } from "./message-room.ts";
import { nickKey } from "./name.ts";
import type { Position } from "./store-port.ts";

/** A question of the client's owner. */
export type OwnerCall =
  | {
      readonly type: "history";
      readonly room: string;
      readonly range: HistoryRange & { readonly limit: number };
      readonly ownerRef: string | undefined;
    }
  | {
      readonly type: "members";
      readonly room: string;
      readonly ownerRef: string | undefined;
      /** What came on earlier pages, and who came and went since. */
      readonly members: readonly RoomMember[];
      /** The last nickname of the newest page; the next page begins behind it. */
      readonly after: string | undefined;
    }
  | {
      readonly type: "question";
      readonly question: Question;
      readonly ownerRef: string | undefined;
    };

/** How a call goes on after an answer. */
export type CallProgress =
  | { readonly type: "ask"; readonly call: OwnerCall }
  | { readonly type: "done"; readonly event: ClientEvent };

/** The owner's questions that are not answered yet, in the order in which they were asked. */
export class CallQueue {
  readonly #waiting: OwnerCall[] = [];
  #unansweredCount = 0;

  /** @throws {EarshotError} WHEN `limit-reached`: too many are unanswered. */
  add(call: OwnerCall): void {
    if (requestsWaitingMax <= this.#unansweredCount) {
      const message = `${this.#unansweredCount} requests wait for an answer already`;
      throw new EarshotError("limit-reached", message);
    }
    this.#unansweredCount += 1;
    this.#waiting.push(call);
  }

  /** The next one to be sent, unless it reads history and none may be read now. */
  next(mayRead: boolean): OwnerCall | undefined {
    const index = this.#waiting.findIndex((call) => mayRead || !isRead(call));
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  /** These were sent, and the connection was lost before their answers came: they go first. */
  restore(calls: readonly OwnerCall[]): void {
    // Who came and went meanwhile is not told: members are collected from the beginning.
    this.#waiting.unshift(
      ...calls.map((call) =>
        call.type === "members" ? { ...call, members: [], after: undefined } : call,
      ),
    );
  }

  /** One that was sent has been answered. */
  settle(): void {
    this.#unansweredCount -= 1;
  }
}

/** Whether it reads history, which a server lets one session do so many times at once. */
export function isRead(call: OwnerCall): boolean {
  if (call.type === "question") return call.question.type === "search";
  return call.type === "history";
}

/** How a call is put to the server; `members` go on after those that are known. */
export function requestOf(call: OwnerCall, ref: number): Request {
  if (call.type === "question") return { ...call.question, ref };
  const { type, room } = call;
  if (type === "history") return { type, ref, room, ...call.range };
  const { after } = call;
  return after === undefined ? { type, ref, room } : { type, ref, room, after };
}

/**
 * What an answer makes of its call: the news for its owner, or the call that asks for the next page.
 * `undefined` when it is no answer to that call.
 */
export function continueCall(call: OwnerCall, reply: Reply): CallProgress | undefined {
  const ref = withRef(call.ownerRef);
  if (call.type === "question") {
    if (!isAnswer(reply)) return undefined;
    const { ref: _ref, ...answer } = reply;
    return { type: "done", event: { type: "answer", ...ref, question: call.question, answer } };
  }
  const { room } = call;
  if (call.type === "history" && reply.type === "page") {
    const { entries, damaged, hasOlder, hasNewer } = reply;
    const hasMore = call.range.after === undefined ? hasOlder : hasNewer;
    return { type: "done", event: { type: "page", ...ref, room, entries, damaged, hasMore } };
  }
  if (call.type === "members" && reply.type === "members") {
    const members = [...call.members, ...reply.members];
    // A server that never comes to an end is not followed for ever.
    const mayGoOn = 0 < reply.members.length && members.length < membersMax;
    const after = members.at(-1)?.nick;
    if (reply.hasMore && mayGoOn) return { type: "ask", call: { ...call, members, after } };
    return { type: "done", event: { type: "members", ...ref, room, members } };
  }
  return undefined;
}

/** The call after some came or went, if it collects the members of that room. */
export function withPresence(
  call: OwnerCall,
  { room, joined, left, changed }: Presence,
): OwnerCall {
  if (call.type !== "members" || call.room !== room || call.after === undefined) return call;
  const renamed = changed.map(({ was, ...member }) => ({ was: was ?? member.nick, member }));
  const gone = [...left.map(({ nick }) => nick), ...renamed.map(({ was }) => was)];
  const members = call.members.filter(({ nick }) => !gone.includes(nick));
  const come = [...joined, ...renamed.map(({ member }) => member)];
  for (const member of come) insert(members, member, nickKey(call.after));
  return { ...call, members };
}

/** Puts the member in its place. Who comes behind the newest page will be on the next one. */
function insert(members: RoomMember[], member: RoomMember, lastKey: string): void {
  const key = nickKey(member.nick);
  if (lastKey < key || members.some(({ nick }) => nick === member.nick)) return;
  const at = members.findIndex(({ nick }) => key < nickKey(nick));
  members.splice(at === -1 ? members.length : at, 0, member);
}

type AnswerReply = Extract<
  Reply,
  {
    type:
      | "done"
      | "who"
      | "rooms"
      | "found"
      | "receipts"
      | "invitation"
      | "bans"
      | "registration"
      | "registrations"
      | "health"
      | "backup";
  }
>;

const answerTypes: readonly Reply["type"][] = [
  "done",
  "who",
  "rooms",
  "found",
  "receipts",
  "invitation",
  "bans",
  "registration",
  "registrations",
  "health",
  "backup",
];

function isAnswer(reply: Reply): reply is AnswerReply {
  return answerTypes.includes(reply.type);
}

/** The owner's name for its request, if it gave one, as a part of the event that answers it. */
export function withRef(ref: string | undefined): { readonly ref?: string } {
  return ref === undefined ? {} : { ref };
}

/**
 * The range with its limit.
 * @throws {EarshotError} WHEN `request-invalid`.
 */
export function checkRange(range: HistoryRange): HistoryRange & { readonly limit: number } {
  const { before, after, around, limit = pageEntriesDefault } = range;
  if (1 < [before, after, around].filter((place) => place !== undefined).length) {
    const message = "history is read before, after or around one place";
    throw new EarshotError("request-invalid", message);
  }
  checkWhole("limit", limit, 1, pageEntriesMax);
  checkPosition("before", before, 1);
  checkPosition("after", after, 0);
  checkPosition("around", around, 1);
  return { ...range, limit };
}

function checkPosition(name: string, position: Position | undefined, min: number): void {
  if (position === undefined) return;
  const [value, least] = typeof position === "number" ? [position, min] : [position.time, 0];
  checkWhole(name, value, least, Number.MAX_SAFE_INTEGER);
}

function checkWhole(name: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && min <= value && value <= max) return;
  const message = `${name} is ${value}, not a whole number from ${min} to ${max}`;
  throw new EarshotError("request-invalid", message);
}
