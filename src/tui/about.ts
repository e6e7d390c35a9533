import { entryText } from "../room/entry.ts";
import type { LogEntry } from "../room/log-entry.ts";
import type { PostBody } from "../room/message-log.ts";
import type { Completing } from "./completing.ts";
import { completionPlace } from "./completion.ts";
import type { About } from "./draft.ts";
import { emojiOf } from "./emoji-table.ts";
import { editorWith, emptiedEditor, killAll, replaceText } from "./line-editor.ts";
import { clip } from "./text.ts";
import type { RoomScreen } from "./view-state.ts";

/** Cells of a line that show which one is meant. */
const labelCells = 40;

/** Whose line it is and how it begins. */
export function labelOf(entry: LogEntry): string {
  const [first = ""] = entryText(entry)
    .slice(0, 2 * labelCells)
    .toWellFormed()
    .split("\n", 1);
  return `${entry.author.nick}: ${clip(first, labelCells)}`;
}

/** The input line is about that line now. What is being written goes on in a reply, and waits else. */
export function aboutLine(screen: RoomScreen, type: About["type"], entry: LogEntry): RoomScreen {
  const rest = withoutAbout(screen);
  const about = { type, target: entry.sequence, label: labelOf(entry) };
  if (type === "reply") return { ...rest, about };
  const kept = rest.editor;
  const text = type === "edit" ? entryText(entry) : ":";
  return withReactions({
    ...rest,
    about: { ...about, kept },
    editor: replaceText(emptiedEditor(kept), text),
  });
}

/** It is about no line any more; what was written before comes back, what was written now by Ctrl-Y. */
export function withoutAbout(screen: RoomScreen): RoomScreen {
  const { about, editor } = screen;
  if (about === undefined) return screen;
  const left: RoomScreen = { ...screen, about: undefined, completing: undefined };
  if (about.kept === undefined) return left;
  const kills = about.type === "edit" ? killAll(editor).kills : editor.kills;
  return { ...left, editor: { ...about.kept, kills } };
}

/** What is sent of the text that is written about a line. */
export function aboutBody({ type, target }: About, text: string): PostBody {
  switch (type) {
    case "reply":
      return { type: "message", text, replyTo: target };
    case "edit":
      return { type: "edit", target, text };
    case "react":
      return { type: "react", target, emoji: reactionOf(text), isOn: true };
  }
}

/** While a reaction is written its name is looked for with every letter. */
export function withReactions(screen: RoomScreen): RoomScreen {
  const { about, editor } = screen;
  if (about?.type !== "react") return screen;
  const place = completionPlace(editor, { nicks: [], rooms: [] });
  if (place.type === "files" || place.candidates.length === 0) {
    return { ...screen, completing: undefined };
  }
  const { range, candidates } = place;
  const menu: Completing = { type: "menu", before: editor, range, candidates, chosen: undefined };
  return { ...screen, completing: menu };
}

/** What stands above the input line while it is about a line. */
export function aboutText({ type, label }: About): string {
  const what = { reply: "replying to", edit: "editing", react: "reacting to" }[type];
  return `${what} ${label}`;
}

/** A name that is not written to its end means the first that it may be. */
function reactionOf(text: string): string {
  const typed = text.trim();
  const emoji = emojiOf(typed);
  if (emoji !== typed || !typed.startsWith(":")) return emoji;
  const place = completionPlace(editorWith(typed), { nicks: [], rooms: [] });
  return (place.type === "candidates" ? place.candidates[0]?.text : undefined) ?? typed;
}
