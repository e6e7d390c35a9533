import { postText } from "../room/client-post.ts";
import { textBytesMax } from "../room/limits.ts";
import { parseInput } from "./command.ts";
import { commandAction } from "./command-action.ts";
import { formatBytes } from "./count-text.ts";
import { historyNewer, historyOlder, remember } from "./input-history.ts";
import type { KeyEvent } from "./key.ts";
import { type Action, actionOf } from "./key-table.ts";
import { prompt } from "./layout.ts";
import { emptiedEditor, handleEditorKey, insertText, replaceText } from "./line-editor.ts";
import { reducePassword } from "./password-entry.ts";
import { withPastWanted } from "./past.ts";
import { answered, conversed } from "./room-change.ts";
import { contextOf, opened, perform } from "./room-command.ts";
import { besideRoom, scrolled, toggleMembers } from "./room-moves.ts";
import { scrolledToBottom } from "./scroll.ts";
import { isPasteLong, pasteOf, withTextBack } from "./typed-text.ts";
import {
  type Effect,
  type Moment,
  type RoomScreen,
  type Step,
  show,
  type ViewEvent,
  type ViewState,
} from "./view-state.ts";

/** A key while chatting. */
export function reduceRoom(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  key: KeyEvent,
): Step {
  if (screen.password !== undefined) return reducePassword(state, screen, screen.password, key);
  const quiet: RoomScreen = screen.hint === undefined ? screen : { ...screen, hint: undefined };
  if (key.type === "paste") return show(state, withPaste(quiet, key));
  const isEmpty = screen.editor.text === "" && screen.paste === undefined;
  const ownAction = screen.paste === undefined ? undefined : actionOf("paste", key, isEmpty);
  const action = ownAction ?? actionOf("room", key, isEmpty);
  if (action !== undefined) return withPastWanted(act(moment, state, quiet, action, key));
  if (screen.paste !== undefined) return show(state, quiet);
  const editor = handleEditorKey(screen.editor, key, typedCells(state)) ?? screen.editor;
  return show(state, { ...quiet, editor }, ...typingEffects(screen, editor.text));
}

/** That we write is told while a line is typed, and that we do not when it is empty again. */
function typingEffects({ activeRoom: room, editor }: RoomScreen, text: string): Effect[] {
  if (room === undefined || text === editor.text || text.startsWith("/")) return [];
  return [{ type: "typing", room, state: text === "" ? "done" : "active" }];
}

function withPaste(screen: RoomScreen, key: Extract<KeyEvent, { type: "paste" }>): RoomScreen {
  // What is copied by lines ends with a line feed that nobody means.
  const text = key.text.replace(/\n$/, "");
  const all = screen.paste === undefined ? text : `${screen.paste.text}\n${text}`;
  // A text has at least as many bytes as UTF-16 units.
  if (textBytesMax < all.length) {
    const hint = `a message has at most ${formatBytes(textBytesMax)}; nothing was pasted`;
    return { ...screen, hint };
  }
  if (screen.paste !== undefined || isPasteLong(all)) {
    const hint = `the paste was too long: only its first ${formatBytes(textBytesMax)} are here`;
    return { ...screen, paste: pasteOf(all), hint: key.isCut ? hint : screen.hint };
  }
  return { ...screen, editor: insertText(screen.editor, all) };
}

function act(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  action: Action,
  key: KeyEvent,
): Step {
  switch (action) {
    case "send":
      return screen.paste === undefined
        ? submit(moment, state, screen)
        : say(state, screen, { ...screen, paste: undefined }, screen.paste.text);
    case "drop-paste":
      return show(state, { ...screen, paste: undefined, hint: "the paste was dropped" });
    case "history-older":
    case "history-newer":
      return show(state, recall(state, screen, action, key));
    case "next-room":
      return show(state, besideRoom(screen, 1));
    case "previous-room":
      return show(state, besideRoom(screen, -1));
    case "open-message":
      return opened(state, screen);
    case "toggle-members":
      return show(state, toggleMembers(state, screen));
    default:
      return show(state, scrolled(state, screen, action));
  }
}

function submit(moment: Moment, state: ViewState, screen: RoomScreen): Step {
  const typed = screen.editor.text;
  const input = parseInput(typed);
  if (input.type === "empty") return show(state, screen);
  // What is refused stays in the input line, to be corrected.
  if (input.type === "refused") return show(state, { ...screen, hint: input.reason });
  const sent: RoomScreen = {
    ...screen,
    editor: emptiedEditor(screen.editor),
    history: remember(screen.history, typed),
  };
  if (input.type === "say") return say(state, screen, sent, input.text);
  const action = commandAction(input.name, input.arg, contextOf(screen));
  if (action.type === "refused") return show(state, { ...screen, hint: action.reason });
  return perform(moment, state, sent, action);
}

/** `sent` is the screen without what was typed; without a room nothing may go. */
function say(state: ViewState, screen: RoomScreen, sent: RoomScreen, text: string): Step {
  const room = screen.activeRoom;
  if (room === undefined) return show(state, { ...screen, hint: "join a room first: /join ROOM" });
  const body = { type: "message", text } as const;
  return show(state, conversed(sent, room, scrolledToBottom), { type: "post", room, body });
}

/** What became of an effect. */
export function withAnswer(
  moment: Moment,
  screen: RoomScreen,
  event: Extract<ViewEvent, { type: "post-refused" | "saved" | "save-failed" }>,
): RoomScreen {
  switch (event.type) {
    case "post-refused":
      return withTextBack(screen, postText(event.body), screen.hint ?? "it was refused");
    case "saved":
      return answered(moment, screen, [`saved as ${event.path}`]);
    case "save-failed":
      return answered(moment, screen, [`not saved: ${event.message}`]);
  }
}

function recall(state: ViewState, screen: RoomScreen, action: Action, key: KeyEvent): RoomScreen {
  const moved = handleEditorKey(screen.editor, key, typedCells(state));
  if (moved !== undefined) return { ...screen, editor: moved };
  const step = action === "history-older" ? historyOlder : historyNewer;
  const { history, text } = step(screen.history, screen.editor.text);
  return { ...screen, history, editor: replaceText(screen.editor, text) };
}

/** The cells of a row of the input line. */
function typedCells({ size }: ViewState): number {
  return Math.max(2, size.columns - prompt.length);
}
