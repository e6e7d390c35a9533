import { editsMax, reactionEmojisMax, reactionsMax } from "./limits.ts";
import type { EntryBody, LogEntry, Reaction } from "./log-entry.ts";
import type { Placement } from "./store-port.ts";

/** A body that changes an earlier entry. */
export type ChangingBody = Extract<EntryBody, { readonly target: number }>;

/** Why a message cannot be changed, or `undefined`. */
export type ChangeProblem = Extract<Placement, { readonly type: "refused" }>["reason"];

/** Whether the body changes an earlier entry. */
export function isChanging(body: EntryBody): body is ChangingBody {
  return body.type === "edit" || body.type === "delete" || body.type === "react";
}

/**
 * Why the target, `undefined` when it is not there, cannot be changed by this body of that person.
 * `ownOnly` asks that the person wrote it.
 */
export function changeProblem(
  target: LogEntry | undefined,
  body: ChangingBody,
  options: { readonly person: string; readonly isForOwn: boolean },
): ChangeProblem | undefined {
  if (target === undefined || !isChangeable(target.body, body)) return "target-missing";
  if (options.isForOwn && target.author.person !== options.person) return "target-foreign";
  if (body.type === "edit") {
    return editsMax <= (target.edited?.sequences.length ?? 0) ? "target-full" : undefined;
  }
  if (body.type === "delete" || !body.isOn) return undefined;
  const reactions = target.reactions ?? [];
  const own = reactions.find(({ emoji }) => emoji === body.emoji);
  if (own === undefined && reactionEmojisMax <= reactions.length) return "target-full";
  if (own?.persons.includes(options.person)) return undefined;
  const count = reactions.reduce((sum, { persons }) => sum + persons.length, 0);
  return reactionsMax <= count ? "target-full" : undefined;
}

/** The message as the later entry makes it. The same entry applied twice changes nothing more. */
export function changedBy(target: LogEntry, later: LogEntry): LogEntry {
  const { body } = later;
  if (!isChanging(body) || !isChangeable(target.body, body)) return target;
  switch (body.type) {
    case "edit": {
      if (target.body.type !== "message") return target;
      const earlier = target.edited?.sequences ?? [];
      if (later.sequence <= (earlier.at(-1) ?? 0)) return target;
      const { mentions: _mentions, ...message } = target.body;
      const mentions = body.mentions === undefined ? {} : { mentions: body.mentions };
      return {
        ...target,
        body: { ...message, text: body.text, ...mentions },
        edited: { at: later.sentAt, sequences: [...earlier, later.sequence] },
      };
    }
    case "delete":
      return deletedBy(target, later.author.nick, body.reason);
    case "react":
      return withReaction(target, later.author.person, body);
  }
}

/** An offer stands as it was made until it is taken back. */
function isChangeable(target: EntryBody, { type }: ChangingBody): boolean {
  return target.type === "message" || (target.type === "offer" && type === "delete");
}

/** What is left of an entry whose text is taken away: its place in the log. */
export function deletedBy(target: LogEntry, by: string, reason: string | undefined): LogEntry {
  const { sequence, id, sentAt, ordinal, author } = target;
  const why = reason === undefined ? {} : { reason };
  return { sequence, id, sentAt, ordinal, author, body: { type: "deleted", by, ...why } };
}

function withReaction(
  target: LogEntry,
  person: string,
  { emoji, isOn }: Extract<EntryBody, { readonly type: "react" }>,
): LogEntry {
  const { reactions: before = [], ...rest } = target;
  const reactions: Reaction[] = [];
  let isNew = isOn;
  for (const reaction of before) {
    if (reaction.emoji !== emoji) {
      reactions.push(reaction);
      continue;
    }
    isNew = false;
    const { persons: earlier } = reaction;
    const isThere = earlier.includes(person);
    const added = isThere ? earlier : [...earlier, person];
    const persons = isOn ? added : earlier.filter((other) => other !== person);
    if (0 < persons.length) reactions.push({ emoji, persons });
  }
  if (isNew) reactions.push({ emoji, persons: [person] });
  return reactions.length === 0 ? rest : { ...rest, reactions };
}
