import { entryText } from "../room/entry.ts";
import type { LogEntry } from "../room/log-entry.ts";
import { aboutLine, labelOf } from "./about.ts";
import { withPastWelcome } from "./conversation.ts";
import type { KeyEvent } from "./key.ts";
import { type Action, actionOf } from "./key-table.ts";
import { messagePane } from "./layout.ts";
import type { Line } from "./line.ts";
import { editorWith } from "./line-editor.ts";
import { safeLink } from "./link.ts";
import { linksOf } from "./markup.ts";
import { isFolded } from "./message-rows.ts";
import { withPastWanted } from "./past.ts";
import { readerOf } from "./reader.ts";
import { activeRoom, changedRoom, shownConversation } from "./room-change.ts";
import { type MessagePane, scrolledBy, visibleLines } from "./scroll.ts";
import { type RoomScreen, type Step, show, type ViewState, withOverlay } from "./view-state.ts";

/** A line that somebody has selected, to do something with it. */
export interface Selection {
  /** Of the line. */
  readonly key: string;
  /** Keys go to the selection, it is asked whether the line is deleted, or a command about it is typed. */
  readonly mode: "choosing" | "deleting" | "held";
}

/** Of a longer message only this much is looked through for links. */
const linkedUnitsMax = 16_384;

/** No line that is beside the seen ones needs more rows of scrolling: folded ones have some more than 12. */
const scrolledRowsMax = 40;

/** A message that people said, which is what can be selected. */
type Message = Extract<Line, { type: "said" }>;

/** Selects the lowest message that is seen. */
export function select(state: ViewState, screen: RoomScreen): Step {
  const room = activeRoom(screen);
  const pane = room && messagePane(state.size, screen, room, state.settings);
  const line =
    pane && (visibleLines(pane).findLast(isMessage) ?? pane.conversation.lines.findLast(isMessage));
  if (pane === undefined || line === undefined) {
    return show(state, { ...screen, hint: "there is no message to select" });
  }
  return selected(state, { ...screen, selection: { key: line.key, mode: "choosing" } });
}

/** The message that is selected, if it is still here. */
export function selectedEntry(screen: RoomScreen): LogEntry | undefined {
  return selectedLine(screen)?.entry;
}

/** A key while a message is selected and no command about it is typed. */
export function reduceSelection(
  state: ViewState,
  before: RoomScreen,
  selection: Selection,
  key: KeyEvent,
): Step {
  const screen: RoomScreen = { ...before, hint: undefined };
  const line = selectedLine(screen);
  if (line === undefined) return show(state, withoutSelection(screen));
  if (selection.mode === "deleting") return answerDeletion(state, screen, line, key);
  const action = actionOf("message", key, true);
  switch (action) {
    case "select-previous":
      return beside(state, screen, -1);
    case "select-next":
      return beside(state, screen, 1);
    case "write-command":
      return show(state, {
        ...screen,
        selection: { ...selection, mode: "held" },
        editor: screen.editor.text === "" ? editorWith("/") : screen.editor,
      });
    case "back":
      return show(state, withoutSelection(screen));
    default:
      return action === undefined ? show(state, screen) : done(state, screen, line, action);
  }
}

/** The screen without it. */
export function withoutSelection(screen: RoomScreen): RoomScreen {
  return screen.selection === undefined ? screen : { ...screen, selection: undefined };
}

/** What the keys do to the selected message. */
function done(state: ViewState, screen: RoomScreen, line: Message, action: Action): Step {
  const { entry, isOwn } = line;
  switch (action) {
    case "reply":
      return show(state, aboutLine(withoutSelection(screen), "reply", entry));
    case "react":
      return show(state, aboutLine(withoutSelection(screen), "react", entry));
    case "edit":
      return isOwn
        ? show(state, aboutLine(withoutSelection(screen), "edit", entry))
        : show(state, { ...screen, hint: "only your own lines can be edited" });
    case "delete":
      return state.settings.isConfirming
        ? show(state, { ...screen, selection: { key: line.key, mode: "deleting" } })
        : deleted(state, screen, line);
    case "copy":
      return show(
        state,
        { ...withoutSelection(screen), hint: "copied, if your terminal lets programs do that" },
        { type: "copy", text: entryText(entry) },
      );
    case "open-message":
      return opened(state, screen, line);
    default:
      return show(state, screen);
  }
}

/** A folded message is read; of another one the link is opened, where it has one. */
function opened(state: ViewState, screen: RoomScreen, line: Message): Step {
  const pane = paneOf(state, screen);
  if (pane === undefined) return show(state, screen);
  const link = linksOf(entryText(line.entry).slice(0, linkedUnitsMax))
    .map(safeLink)
    .find((each) => /^https?:/i.test(each ?? ""));
  if (link === undefined || isFolded(line, pane.context)) {
    return withOverlay({ ...state, screen }, readerOf(line, pane.context));
  }
  return show(state, { ...screen, hint: `opening ${link}` }, { type: "open-link", link });
}

/** What is asked before a message is deleted; `undefined` when it is no question. */
export function deletionQuestion(screen: RoomScreen): string | undefined {
  const line = screen.selection?.mode === "deleting" ? selectedLine(screen) : undefined;
  return line && `delete ${labelOf(line.entry)}? y deletes it, any other key keeps it`;
}

function answerDeletion(state: ViewState, screen: RoomScreen, line: Message, key: KeyEvent): Step {
  const isMeant = key.type === "text" && key.text.toLowerCase() === "y";
  if (isMeant) return deleted(state, screen, line);
  const selection = { key: line.key, mode: "choosing" } as const;
  return show(state, { ...screen, selection, hint: "it was kept" });
}

function deleted(state: ViewState, screen: RoomScreen, { entry }: Message): Step {
  const { activeRoom: room } = screen;
  if (room === undefined) return show(state, screen);
  const body = { type: "delete", target: entry.sequence } as const;
  return show(state, withoutSelection(screen), { type: "post", room, body });
}

function selectedLine(screen: RoomScreen): Message | undefined {
  const room = activeRoom(screen);
  const lines = room === undefined ? [] : shownConversation(room).lines.slice();
  return lines.filter(isMessage).find(({ key }) => key === screen.selection?.key);
}

/** The message above or below; behind the newest one nothing is selected. */
function beside(state: ViewState, screen: RoomScreen, by: -1 | 1): Step {
  const room = activeRoom(screen);
  const all = room === undefined ? [] : shownConversation(room).lines.slice().filter(isMessage);
  const index = all.findIndex(({ key }) => key === screen.selection?.key);
  const next = all[index + by];
  if (next === undefined) {
    return by === 1
      ? show(state, withoutSelection(screen))
      : withPastWanted(show(state, scrolledUp(state, screen)));
  }
  return selected(state, { ...screen, selection: { key: next.key, mode: "choosing" } });
}

/** The screen scrolled so far that the selected message is seen. */
function selected(state: ViewState, screen: RoomScreen): Step {
  const key = screen.selection?.key;
  let shown = screen;
  for (let row = 0; row < scrolledRowsMax; row += 1) {
    const pane = paneOf(state, shown);
    if (pane === undefined) break;
    const seen = visibleLines(pane);
    if (seen.some((line) => line.key === key)) break;
    const lines = pane.conversation.lines.slice();
    const place = lines.findIndex((line) => line.key === key);
    const firstSeen = lines.findIndex((line) => line.key === seen[0]?.key);
    shown = withScrolled(shown, scrolledBy(pane, place < firstSeen ? -1 : 1));
  }
  return withPastWanted(show(state, shown));
}

function scrolledUp(state: ViewState, screen: RoomScreen): RoomScreen {
  const pane = paneOf(state, screen);
  return pane === undefined ? screen : withScrolled(screen, withPastWelcome(scrolledBy(pane, -1)));
}

function paneOf(state: ViewState, screen: RoomScreen): MessagePane | undefined {
  const room = activeRoom(screen);
  return room && messagePane(state.size, screen, room, state.settings);
}

function withScrolled(screen: RoomScreen, conversation: MessagePane["conversation"]): RoomScreen {
  return changedRoom(screen, screen.activeRoom ?? "", (room) =>
    room.window === undefined ? { ...room, conversation } : { ...room, window: conversation },
  );
}

function isMessage(line: Line): line is Message {
  return line.type === "said" && line.entry.body.type === "message";
}
