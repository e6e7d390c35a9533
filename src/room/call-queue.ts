import { EarshotError } from "../base/errors.ts";
import type { ClientEvent, HistoryRange } from "./client-port.ts";
import { shownEntry } from "./entry.ts";
import { membersMax, pageEntriesDefault, pageEntriesMax, requestsWaitingMax } from "./limits.ts";
import type { Reply, Request } from "./message.ts";
import type { Presence } from "./message-room.ts";
import { nickKey } from "./name.ts";

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
      readonly nicks: readonly string[];
      /** The last nickname of the newest page; the next page begins behind it. */
      readonly after: string | undefined;
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
    const index = this.#waiting.findIndex(({ type }) => mayRead || type === "members");
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  /** These were sent, and the connection was lost before their answers came: they go first. */
  restore(calls: readonly OwnerCall[]): void {
    // Who came and went meanwhile is not told: members are collected from the beginning.
    this.#waiting.unshift(
      ...calls.map((call) =>
        call.type === "members" ? { ...call, nicks: [], after: undefined } : call,
      ),
    );
  }

  /** One that was sent has been answered. */
  settle(): void {
    this.#unansweredCount -= 1;
  }
}

/** How a call is put to the server; `members` go on after those that are known. */
export function requestOf(call: OwnerCall, ref: number): Request {
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
  const { room } = call;
  const ref = withRef(call.ownerRef);
  if (call.type === "history" && reply.type === "page") {
    const { damaged, hasOlder, hasNewer } = reply;
    const entries = reply.entries.map(shownEntry);
    const hasMore = call.range.after === undefined ? hasOlder : hasNewer;
    return { type: "done", event: { type: "page", ...ref, room, entries, damaged, hasMore } };
  }
  if (call.type === "members" && reply.type === "members") {
    const nicks = [...call.nicks, ...reply.members.map(({ nick }) => nick)];
    // A server that never comes to an end is not followed for ever.
    const mayGoOn = 0 < reply.members.length && nicks.length < membersMax;
    const after = nicks.at(-1);
    if (reply.hasMore && mayGoOn) return { type: "ask", call: { ...call, nicks, after } };
    return { type: "done", event: { type: "members", ...ref, room, nicks } };
  }
  return undefined;
}

/** The call after some came or went, if it collects the members of that room. */
export function withPresence(
  call: OwnerCall,
  { room, joined, left, changed }: Presence,
): OwnerCall {
  if (call.type !== "members" || call.room !== room || call.after === undefined) return call;
  const renamed = changed.filter(({ was }) => was !== undefined);
  const gone = [...left.map(({ nick }) => nick), ...renamed.map(({ was }) => was)];
  const nicks = call.nicks.filter((nick) => !gone.includes(nick));
  for (const { nick } of [...joined, ...renamed]) insert(nicks, nick, nickKey(call.after));
  return { ...call, nicks };
}

/** Puts the nickname in its place. Who comes behind the newest page will be on the next one. */
function insert(nicks: string[], nick: string, lastKey: string): void {
  const key = nickKey(nick);
  if (lastKey < key || nicks.includes(nick)) return;
  const at = nicks.findIndex((other) => key < nickKey(other));
  nicks.splice(at === -1 ? nicks.length : at, 0, nick);
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
  const { before, after, limit = pageEntriesDefault } = range;
  if (before !== undefined && after !== undefined) {
    throw new EarshotError("request-invalid", "history is read before or after a line, not both");
  }
  checkWhole("limit", limit, 1, pageEntriesMax);
  if (before !== undefined) checkWhole("before", before, 1, Number.MAX_SAFE_INTEGER);
  if (after !== undefined) checkWhole("after", after, 0, Number.MAX_SAFE_INTEGER);
  return { ...range, limit };
}

function checkWhole(name: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && min <= value && value <= max) return;
  const message = `${name} is ${value}, not a whole number from ${min} to ${max}`;
  throw new EarshotError("request-invalid", message);
}
