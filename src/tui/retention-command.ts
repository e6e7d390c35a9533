import type { CommandAction } from "./command-action.ts";
import { parseDuration, parseSize, roomName, words } from "./typed-words.ts";

/** How long and how much of a room is kept: `[ROOM] TIME|SIZE|all`, a time and a size together too. */
export function retention(arg: string, here: string): CommandAction {
  const typed = words(arg);
  const isRule = (word: string) =>
    word === "all" || parseDuration(word) !== undefined || parseSize(word) !== undefined;
  const [first = ""] = typed;
  const isElsewhere = first !== "" && !isRule(first);
  const room = isElsewhere ? roomName(first) : here;
  const rules = isElsewhere ? typed.slice(1) : typed;
  const ageMs = rules.map(parseDuration).find((each) => each !== undefined);
  const bytesMax = rules.map(parseSize).find((each) => each !== undefined);
  const isAll = rules.length === 1 && rules[0] === "all";
  const count = (ageMs === undefined ? 0 : 1) + (bytesMax === undefined ? 0 : 1);
  const isEmpty = ageMs === 0 || bytesMax === 0;
  if (isEmpty || (!isAll && (count === 0 || count < rules.length))) {
    return { type: "refused", reason: "a time like `30d`, a size like `1GB`, both, or all" };
  }
  const kept = {
    ...(ageMs !== undefined && { ageMs }),
    ...(bytesMax !== undefined && { bytesMax }),
  };
  return { type: "ask", question: { type: "configure", room, retention: kept } };
}
