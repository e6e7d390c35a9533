import type { LogEntry } from "../room/log-entry.ts";
import { mentions } from "./bell.ts";
import type { Hit } from "./overlay-state.ts";
import type { SearchQuestion } from "./search-request.ts";
import type { RoomScreen } from "./view-state.ts";

/** The lines that are here and match, the newest first: what can be searched without the server. */
export function searchHere(
  screen: RoomScreen,
  question: SearchQuestion,
  hitsMax: number,
): readonly Hit[] {
  const wanted = question.words.map((word) => word.toLowerCase());
  const hits: Hit[] = [];
  for (const { name, conversation } of screen.rooms) {
    if (question.room !== undefined && question.room !== name) continue;
    for (const line of conversation.lines) {
      if (line.type !== "said" || !isMeant(screen, line.entry, question, wanted)) continue;
      hits.push({ room: name, entry: line.entry });
    }
  }
  return hits.sort((a, b) => b.entry.sentAt - a.entry.sentAt).slice(0, hitsMax);
}

function isMeant(
  { nick, own }: RoomScreen,
  { author, body, sentAt }: LogEntry,
  { from, before, after, has, isMention }: SearchQuestion,
  wanted: readonly string[],
): boolean {
  if (body.type !== "message") return false;
  if (from !== undefined && author.nick.toLowerCase() !== from.toLowerCase()) return false;
  if (before !== undefined && before <= sentAt) return false;
  if (after !== undefined && sentAt < after) return false;
  if (has === "link" && !/https?:\/\//i.test(body.text)) return false;
  if (has === "code" && !body.text.includes("`")) return false;
  if (has === "file") return false;
  if (isMention && body.mentions?.includes(own.person) !== true && !mentions(body.text, nick)) {
    return false;
  }
  const text = body.text.toLowerCase();
  return wanted.every((word) => text.includes(word));
}
