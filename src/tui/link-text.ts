import { linkUnitsMax } from "./link.ts";

/** Where an address may begin in a text. */
export const linkStart: RegExp = /(?:https?|file):\/\//gi;

const address = /(?:https?|file):\/\/[^\s<>"`{}|\\^]+/iy;

const closing: ReadonlyMap<string, string> = new Map([
  [")", "("],
  ["]", "["],
]);

/**
 * The address that begins at this offset, without what belongs to the sentence around it: punctuation at
 * its end, and a bracket that does not close one of its own. `undefined` when there is none, or one
 * longer than `linkUnitsMax`.
 */
export function linkAt(text: string, at: number): string | undefined {
  address.lastIndex = 0;
  const found = address.exec(text.slice(at, at + linkUnitsMax + 1))?.[0];
  if (found === undefined || linkUnitsMax < found.length) return undefined;
  const link = withoutSentence(found);
  return /:\/\/[^/]/.test(link) || link.startsWith("file:///") ? link : undefined;
}

function withoutSentence(found: string): string {
  let end = found.length;
  const open = new Map([...closing.values()].map((mark) => [mark, found.split(mark).length - 1]));
  const closed = new Map([...closing.keys()].map((mark) => [mark, found.split(mark).length - 1]));
  for (; 0 < end; end -= 1) {
    const last = found.charAt(end - 1);
    const opener = closing.get(last);
    if (opener !== undefined) {
      const count = closed.get(last) ?? 0;
      if (count <= (open.get(opener) ?? 0)) break;
      closed.set(last, count - 1);
    } else if (!".,;:!?'".includes(last)) break;
  }
  return found.slice(0, end);
}
