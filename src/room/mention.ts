import { mentionsMax } from "./limits.ts";

/** A longer text is not looked through: nobody reads it for a nickname. */
const scannedLengthMax = 16_384;

const afterAt = /(?<![\p{L}\p{Nd}_])@([\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}_.-]{0,60})/gu;

/** `anna: hello`, as people write on IRC. */
const atStart = /^([\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}_.-]{0,60})[:,](?:\s|$)/u;

/** What in a text may be a nickname of somebody who is spoken to, each once, `mentionsMax` at most. */
export function mentionedNicks(text: string): readonly string[] {
  if (scannedLengthMax < text.length) return [];
  const found = [...text.matchAll(afterAt)].map(([, nick = ""]) => nick);
  const first = atStart.exec(text)?.[1];
  const nicks = first === undefined ? found : [first, ...found];
  // A full stop or a dash at its end belongs to the sentence.
  const trimmed = nicks.map((nick) => nick.replace(/[.-]+$/, ""));
  return [...new Set(trimmed)].slice(0, mentionsMax);
}
