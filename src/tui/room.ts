import { postText } from "../room/client-post.ts";
import { textBytesMax } from "../room/limits.ts";
import { membersText } from "./answer-text.ts";
import { commandHelp, parseInput } from "./command.ts";
import { type CommandAction, commandAction, type ScreenCommand } from "./command-action.ts";
import { cleared, entryAt, lastMessage, withPastWelcome } from "./conversation.ts";
import { countOf, formatBytes } from "./count-text.ts";
import { historyNewer, historyOlder, remember } from "./input-history.ts";
import type { KeyEvent } from "./key.ts";
import { type Action, actionOf } from "./key-table.ts";
import { membersFromColumns, messagePane, prompt } from "./layout.ts";
import { emptiedEditor, handleEditorKey, insertText, replaceText } from "./line-editor.ts";
import { emptyPassword, reducePassword } from "./password-entry.ts";
import { quit } from "./quitting.ts";
import { foldedReader, reduceReader } from "./reader.ts";
import { activeRoom, answered, conversed } from "./room-change.ts";
import { chosenRef, printedRef, queryRef, withoutUnread, withPastWanted } from "./room-events.ts";
import { type MessagePane, scrolledBy, scrolledToBottom, scrolledToTop } from "./scroll.ts";
import { isPasteLong, pasteOf, withTextBack } from "./typed-text.ts";
import {
  type Effect,
  type Moment,
  type Reader,
  type RoomScreen,
  type Step,
  show,
  showPicker,
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
  if (screen.reader !== undefined) return reduceReader(state, screen, screen.reader, key);
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
      return show(state, opened(state, screen));
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

function contextOf(screen: RoomScreen) {
  const room = activeRoom(screen);
  return {
    room: room?.name,
    state: room?.state,
    asked: screen.asked,
    lastLine: (whose: "own" | "other") => room && lastMessage(room.conversation, whose),
    line: (sequence: number) => room && entryAt(room.conversation, sequence),
  };
}

function perform(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  action: Exclude<CommandAction, { type: "refused" }>,
): Step {
  switch (action.type) {
    case "post":
      return show(state, conversed(screen, action.room, scrolledToBottom), action);
    case "ask":
      return show(state, screen, { type: "ask", question: action.question, ...refOf(action) });
    case "account":
      return show(state, screen, action);
    case "password":
      return show(state, { ...screen, password: emptyPassword(action.purpose) });
    case "query":
      return query(state, screen, action);
    case "join":
      return join(state, screen, action);
    case "leave":
      return show(state, screen, leaveEffect(screen, action.room));
    case "history":
      return show(state, screen, { ...action, ref: printedRef });
    case "print":
      return show(state, answered(moment, screen, action.lines));
    case "screen":
      return run(moment, state, screen, action.name, action.arg);
  }
}

/** A room that is made, or agreed to, is what its maker wants to see. */
function refOf({ question }: Extract<CommandAction, { type: "ask" }>): { readonly ref?: string } {
  const isEntering =
    question.type === "create" || (question.type === "answer" && question.isAccepted);
  return isEntering ? { ref: chosenRef } : {};
}

function query(
  state: ViewState,
  screen: RoomScreen,
  { nicks, text }: Extract<CommandAction, { type: "query" }>,
): Step {
  const queryCount = screen.queryCount + 1;
  const ref = queryRef(queryCount);
  const queries = new Map(screen.queries);
  if (text !== undefined) queries.set(ref, text);
  return show(
    state,
    { ...screen, queryCount, queries },
    { type: "ask", question: { type: "ask", nicks }, ref },
  );
}

/** A private chat is left by not agreeing to it any more. */
function leaveEffect(screen: RoomScreen, name: string): Effect {
  const isPrivate = name.startsWith("&") && screen.rooms.some((room) => room.name === name);
  return isPrivate
    ? { type: "ask", question: { type: "answer", room: name, isAccepted: false } }
    : { type: "leave", room: name };
}

function run(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  name: ScreenCommand,
  arg: string,
): Step {
  const answer = (lines: readonly string[]) => show(state, answered(moment, screen, lines));
  const room = activeRoom(screen);
  switch (name) {
    case "help":
      return arg === "" ? show({ ...state, helpRow: 0 }, screen) : answer(commandHelp(arg));
    case "members":
      return answer([membersText(room?.members ?? [])]);
    case "rooms":
      return answer(ownRoomsText(screen));
    case "nick":
      return screen.connection.state === "open"
        ? show(state, screen, { type: "ask", question: { type: "rename", nick: arg } })
        : show(state, screen, { type: "change-nick", nick: arg });
    case "open":
      return show(state, opened(state, screen));
    case "save":
      return save(state, screen, arg);
    case "servers":
      return leaveServer(state, screen, arg);
    case "clear":
      return room === undefined
        ? show(state, screen)
        : show(state, conversed(screen, room.name, cleared));
    case "redraw":
      return show(state, screen, { type: "redraw" });
    case "quit":
      return quit(moment, { ...state, screen });
  }
}

function ownRoomsText({ rooms }: RoomScreen): readonly string[] {
  if (rooms.length === 0) return ["you are in no room"];
  return rooms.map(({ title, unreadCount, mentionCount, members }) => {
    const unread = unreadCount === 0 ? "" : `, ${unreadCount} unread`;
    const mentions = mentionCount === 0 ? "" : `, ${mentionCount} for you`;
    return `${title}  ${countOf(members.length, "member")}${unread}${mentions}`;
  });
}

/** The lowest folded message that is seen, or the hint that there is none. */
function foldedMessage(state: ViewState, screen: RoomScreen): Reader | RoomScreen {
  const room = activeRoom(screen);
  const reader =
    room === undefined
      ? undefined
      : foldedReader(messagePane(state.size, screen, room, state.settings));
  return reader ?? { ...screen, hint: "no folded message is on the screen: scroll to one" };
}

function opened(state: ViewState, screen: RoomScreen): RoomScreen {
  const found = foldedMessage(state, screen);
  return "text" in found ? { ...screen, reader: found } : found;
}

function save(state: ViewState, screen: RoomScreen, file: string): Step {
  const found = foldedMessage(state, screen);
  if (!("text" in found)) return show(state, found);
  return show(state, screen, { type: "save", file, text: found.text });
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

function join(
  state: ViewState,
  screen: RoomScreen,
  { room: name, invitation }: Extract<CommandAction, { type: "join" }>,
): Step {
  if (screen.rooms.some((room) => room.name === name)) return show(state, shown(screen, name));
  const secret = invitation === undefined ? {} : { invitation };
  return show(state, screen, { type: "join", room: name, ref: chosenRef, ...secret });
}

function leaveServer(state: ViewState, screen: RoomScreen, arg: string): Step {
  const waiting = pendingCount(screen);
  if (0 < waiting && arg !== "now") {
    const hint = `${waiting} of your lines are not delivered yet: /servers now leaves them behind`;
    return show(state, { ...screen, hint });
  }
  return showPicker(state, undefined, { type: "disconnect" });
}

/** Own lines of all rooms that are not stored yet. */
export function pendingCount(screen: RoomScreen): number {
  let count = 0;
  for (const { conversation } of screen.rooms) {
    count += conversation.pending.filter((line) => !line.isStored).length;
  }
  return count;
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

function toggleMembers(state: ViewState, screen: RoomScreen): RoomScreen {
  if (state.size.columns < membersFromColumns) {
    const hint = `members need ${membersFromColumns} columns here; /members lists them`;
    return { ...screen, hint };
  }
  return { ...screen, areMembersShown: !screen.areMembersShown };
}

function besideRoom(screen: RoomScreen, by: number): RoomScreen {
  const index = screen.rooms.findIndex(({ name }) => name === screen.activeRoom);
  const next = screen.rooms[(index + by + screen.rooms.length) % screen.rooms.length];
  return next === undefined ? screen : shown(screen, next.name);
}

function shown(screen: RoomScreen, name: string): RoomScreen {
  return { ...withoutUnread(screen, name), activeRoom: name };
}

function scrolled(state: ViewState, screen: RoomScreen, action: Action): RoomScreen {
  const room = activeRoom(screen);
  if (room === undefined) return screen;
  const pane = messagePane(state.size, screen, room, state.settings);
  const conversation = scrolledPane(pane, action);
  return conversed(screen, room.name, () => conversation);
}

function scrolledPane(pane: MessagePane, action: Action): MessagePane["conversation"] {
  // A row of what was read stays to read on from.
  const page = Math.max(1, pane.rows - 1);
  switch (action) {
    case "scroll-line-up":
      return withPastWelcome(scrolledBy(pane, -1));
    case "scroll-line-down":
      return scrolledBy(pane, 1);
    case "scroll-page-up":
      return withPastWelcome(scrolledBy(pane, -page));
    case "scroll-page-down":
      return scrolledBy(pane, page);
    case "scroll-top":
      return withPastWelcome(scrolledToTop(pane));
    default:
      return scrolledToBottom(pane.conversation);
  }
}
