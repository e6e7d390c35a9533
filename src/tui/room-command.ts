import { membersText } from "./answer-text.ts";
import { commandHelp } from "./command.ts";
import type { CommandAction, CommandContext, ScreenCommand } from "./command-action.ts";
import { cleared, entryAt, lastMessage } from "./conversation.ts";
import { countOf } from "./count-text.ts";
import { chosenRef, queryRef } from "./entering.ts";
import { emptyHelp } from "./help.ts";
import { jumpTo } from "./jump.ts";
import { messagePane } from "./layout.ts";
import type { ReaderOverlay } from "./overlay-state.ts";
import { emptyPassword } from "./password-entry.ts";
import { printedRef } from "./past.ts";
import { quit } from "./quitting.ts";
import { foldedReader } from "./reader.ts";
import { retried } from "./retry.ts";
import { activeRoom, answered, atBottom, conversed, pendingCount, shown } from "./room-change.ts";
import { toggledBare } from "./room-moves.ts";
import { parseDate } from "./search-request.ts";
import { selectedEntry } from "./selection.ts";
import { runSettingCommand, withIgnored } from "./setting-command.ts";
import { statusText } from "./status-text.ts";
import { undeliveredText } from "./undelivered.ts";
import {
  type Effect,
  type Moment,
  type RoomScreen,
  type Step,
  show,
  showPicker,
  type ViewState,
  withOverlay,
} from "./view-state.ts";

/** What a command is about when nothing else is said. */
export function contextOf(screen: RoomScreen): CommandContext {
  const room = activeRoom(screen);
  return {
    room: room?.name,
    state: room?.state,
    asked: screen.asked,
    files: screen.files,
    lastLine: (whose: "own" | "other") =>
      selectedEntry(screen) ?? (room && lastMessage(room.conversation, whose)),
    line: (sequence: number) => room && entryAt(room.conversation, sequence),
  };
}

/** Does what a command wants done. */
export function perform(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  action: Exclude<CommandAction, { type: "refused" }>,
): Step {
  switch (action.type) {
    case "post":
      return show(state, atBottom(screen, action.room), action);
    case "ask":
      return ask(moment, state, screen, action);
    case "account":
    case "file":
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

/** Whom one ignores may not ask for private chats, which the server keeps, and is not read here. */
function ask(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  action: Extract<CommandAction, { type: "ask" }>,
): Step {
  const { question } = action;
  const effect = { type: "ask", question, ...refOf(action) } as const;
  if (question.type !== "ignore") return show(state, screen, effect);
  const step = withIgnored({ moment, state, screen }, question.nick, question.isOn);
  return { ...step, effects: [effect, ...step.effects] };
}

/** A room that is made, or agreed to, is what its maker wants to see. */
function refOf({ question, ref }: Extract<CommandAction, { type: "ask" }>): {
  readonly ref?: string;
} {
  const isEntering =
    question.type === "create" || (question.type === "answer" && question.isAccepted);
  if (ref !== undefined) return { ref };
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
    // These open something over the room before it comes to this.
    case "go":
    case "links":
    case "log":
    case "statistics":
      return show(state, screen);
    case "help":
      return arg === ""
        ? withOverlay({ ...state, screen }, emptyHelp(undefined))
        : answer(commandHelp(arg));
    case "members":
      return answer([membersText(room?.members ?? [])]);
    case "rooms":
      return answer(ownRoomsText(screen));
    case "status":
      return answer(statusOf(state, screen));
    case "nick":
      return screen.connection.state === "open"
        ? show(state, screen, { type: "ask", question: { type: "rename", nick: arg } })
        : show(state, screen, { type: "change-nick", nick: arg });
    case "bare":
      return toggledBare(state, screen);
    case "goto":
      return goTo(state, screen, arg);
    case "open":
      return opened(state, screen);
    case "save":
      return save(state, screen, arg);
    case "servers":
      return leaveServer(moment, state, screen, arg);
    case "clear":
      return room === undefined
        ? show(state, screen)
        : show(state, conversed(screen, room.name, cleared));
    case "forget":
      return show(state, answered(moment, screen, [forgottenText]), { type: "forget" });
    case "retry":
      return retried(state, screen);
    case "editor":
      return show(state, screen, { type: "edit-text", text: screen.editor.text });
    case "redraw":
      return show(state, screen, { type: "redraw" });
    case "bind":
    case "dehilight":
    case "filter":
    case "hilight":
    case "mouse":
    case "notify":
    case "set":
    case "theme":
    case "unfilter":
    case "unset":
      return runSettingCommand({ moment, state, screen }, name, arg);
    case "quit":
      return quit(moment, { ...state, screen });
  }
}

function statusOf({ link }: ViewState, screen: RoomScreen): readonly string[] {
  return statusText({ ...screen, connection: screen.connection.state, quality: link.quality });
}

/** The shown room from a line, by its number, or a day on. */
function goTo(state: ViewState, screen: RoomScreen, arg: string): Step {
  const [, digits] = /^#?(\d{1,15})$/.exec(arg) ?? [];
  const time = parseDate(arg);
  const place = digits === undefined ? time && { time } : Number(digits);
  const name = screen.activeRoom;
  if (name === undefined || place === undefined || place === 0) {
    return show(state, {
      ...screen,
      hint: "/goto needs a room, and the number of a line or a date",
    });
  }
  return jumpTo(state, screen, name, place);
}
/** How it is told that nothing is kept of a server. */
export const forgottenText =
  "what this computer kept of this server is deleted, but lines that wait; until you start again nothing more is kept";

function ownRoomsText({ rooms }: RoomScreen): readonly string[] {
  if (rooms.length === 0) return ["you are in no room"];
  return rooms.map(({ title, unreadCount, mentionCount, members }) => {
    const unread = unreadCount === 0 ? "" : `, ${unreadCount} unread`;
    const mentions = mentionCount === 0 ? "" : `, ${mentionCount} for you`;
    return `${title}  ${countOf(members.length, "member")}${unread}${mentions}`;
  });
}

/** The lowest folded message that is seen. */
function foldedMessage(state: ViewState, screen: RoomScreen): ReaderOverlay | undefined {
  const room = activeRoom(screen);
  return room && foldedReader(messagePane(state.size, screen, room, state.settings));
}

const nothingFolded = "no folded message is on the screen: scroll to one";

/** The lowest folded message is opened to be read. */
export function opened(state: ViewState, screen: RoomScreen): Step {
  const found = foldedMessage(state, screen);
  return found === undefined
    ? show(state, { ...screen, hint: nothingFolded })
    : withOverlay({ ...state, screen }, found);
}

function save(state: ViewState, screen: RoomScreen, file: string): Step {
  const found = foldedMessage(state, screen);
  return found === undefined
    ? show(state, { ...screen, hint: nothingFolded })
    : show(state, screen, { type: "save", file, text: found.text });
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

function leaveServer(
  { keptCount = 0 }: Moment,
  state: ViewState,
  screen: RoomScreen,
  arg: string,
): Step {
  const waiting = pendingCount(screen);
  if (keptCount < waiting && arg !== "now") {
    const hint = `${waiting} of your lines are not delivered yet: /servers now leaves them behind`;
    return show(state, { ...screen, hint });
  }
  const undelivered = { count: waiting, keptCount: Math.min(waiting, keptCount) };
  const problem = waiting === 0 ? undefined : undeliveredText(undelivered);
  return showPicker(state, problem, { type: "disconnect" });
}
