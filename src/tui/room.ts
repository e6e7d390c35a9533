import { aboutBody, withoutAbout, withReactions } from "./about.ts";
import { bannerHeight, bannersOf } from "./banner.ts";
import { parseInput } from "./command.ts";
import { commandAction } from "./command-action.ts";
import { complete, reduceCompleting } from "./completing.ts";
import type { About } from "./draft.ts";
import { historyNewer, historyOlder, remember } from "./input-history.ts";
import { prompt } from "./input-rows.ts";
import { emptyInputSearch, reduceInputSearch } from "./input-search.ts";
import type { KeyEvent } from "./key.ts";
import { type Action, actionNamed, actionOf, isPrefix, keyLabel, keyName } from "./key-table.ts";
import { emptiedEditor, handleEditorKey, replaceText } from "./line-editor.ts";
import { openedByCommand, openedByKey } from "./overlay-command.ts";
import { reducePassword } from "./password-entry.ts";
import { withPastWanted } from "./past.ts";
import { retried } from "./retry.ts";
import { answered, atBottom, changedRoom, withAllRead } from "./room-change.ts";
import { contextOf, opened, perform } from "./room-command.ts";
import { moved } from "./room-moves.ts";
import { reduceSelection, select, withoutSelection } from "./selection.ts";
import {
  pasteQuestion,
  textAgain,
  withPaste,
  withPasteEdited,
  withTextBack,
  withTextEdited,
} from "./typed-text.ts";
import {
  type Effect,
  type Moment,
  type Paste,
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
  const step = reduceMode(state, screen, key);
  if (step !== undefined) return step;
  const quiet: RoomScreen = {
    ...screen,
    hint: undefined,
    prefix: undefined,
    completing: undefined,
  };
  if (key.type === "paste") return show(state, withPaste(quiet, key));
  const isEmpty = screen.editor.text === "" && screen.paste === undefined;
  const ownAction = screen.paste === undefined ? undefined : actionOf("paste", key, isEmpty);
  const { keyBindings } = state.settings;
  const name = [screen.prefix, keyName(key)].filter((part) => part !== undefined).join(" ");
  const action = ownAction ?? actionNamed("room", name, isEmpty, keyBindings);
  if (action !== undefined && !isForEditor(screen, action, name)) {
    return withPastWanted(act(moment, state, quiet, action, key));
  }
  if (isPrefix("room", name, keyBindings))
    return show(state, { ...quiet, prefix: name, hint: `${keyLabel(name)} ` });
  // Half of a sequence is no key of the line editor.
  if (screen.prefix !== undefined)
    return show(state, { ...quiet, hint: `${keyLabel(name)} does nothing` });
  if (screen.paste !== undefined) return show(state, quiet);
  const editor = handleEditorKey(screen.editor, key, typedCells(state)) ?? screen.editor;
  const typed = { ...quiet, editor };
  // Who begins to write has read what is there.
  const read = editor.text === screen.editor.text ? typed : withAllRead(typed);
  return show(state, withReactions(read), ...typingEffects(screen, editor.text));
}

/** What takes keys before the input line does; `undefined` when none of that is there or wants this key. */
function reduceMode(state: ViewState, screen: RoomScreen, key: KeyEvent): Step | undefined {
  const { password, inputSearch, selection, completing } = screen;
  if (password !== undefined) return reducePassword(state, screen, password, key);
  if (inputSearch !== undefined) return reduceInputSearch(state, screen, inputSearch, key);
  if (selection !== undefined && selection.mode !== "held") {
    return reduceSelection(state, screen, selection, key);
  }
  return completing && reduceCompleting(state, screen, completing, key);
}

/** A request that comes in the middle of putting back what was cut takes no key from that. */
function isForEditor(screen: RoomScreen, action: Action, name: string): boolean {
  const { editor } = screen;
  // While there is something to cut or to move over they are keys of the line editor.
  if (name === "ctrl+k" || name === "ctrl+f") return editor.cursor < editor.text.length;
  return action === "accept" && (bannerHeight(screen) === 0 || editor.last.type === "yank");
}

/** That we write is told while a line is typed, and that we do not when it is empty again. */
function typingEffects({ activeRoom: room, editor }: RoomScreen, text: string): Effect[] {
  if (room === undefined || text === editor.text || text.startsWith("/")) return [];
  return [{ type: "typing", room, state: text === "" ? "done" : "active" }];
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
        : sendPaste(state, screen, screen.paste);
    case "select-message":
      return select(state, screen);
    case "back":
      if (screen.about !== undefined) return show(state, withoutAbout(screen));
      if (screen.selection !== undefined) return show(state, withoutSelection(screen));
      return moved(state, screen, action, key);
    case "complete":
      return screen.paste === undefined ? complete(state, screen) : show(state, screen);
    case "edit-paste":
      return show(
        state,
        screen.paste === undefined ? screen : withPasteEdited(screen, screen.paste),
      );
    case "search-input":
      return show(state, { ...screen, inputSearch: emptyInputSearch });
    case "open-editor":
      return show(state, screen, { type: "edit-text", text: screen.editor.text });
    case "drop-paste":
      return show(state, { ...screen, paste: undefined, hint: "the paste was dropped" });
    case "history-older":
    case "history-newer":
      return show(state, recall(state, screen, action, key));
    case "accept":
    case "decline":
      return answerBanner(moment, state, screen, action === "accept");
    case "retry":
      return retried(state, screen);
    case "open-message":
      return opened(state, screen);
    default:
      return openedByKey({ ...state, screen }, action) ?? moved(state, screen, action, key);
  }
}

/** Does what `/accept` and `/decline` would do; what is typed stays. */
function answerBanner(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  isAccepted: boolean,
): Step {
  const [banner] = bannersOf(screen);
  if (banner === undefined) return show(state, { ...screen, hint: "nothing waits for an answer" });
  return perform(moment, state, screen, isAccepted ? banner.accept : banner.decline);
}

function submit(moment: Moment, state: ViewState, screen: RoomScreen): Step {
  const typed = screen.editor.text;
  if (screen.about !== undefined && typed.trim() !== "")
    return sayAbout(state, screen, screen.about);
  const input = parseInput(typed);
  if (input.type === "empty") return show(state, screen);
  // What is refused stays in the input line, to be corrected.
  if (input.type === "refused") return show(state, { ...screen, hint: input.reason });
  const sent: RoomScreen = {
    ...withoutSelection(screen),
    editor: emptiedEditor(screen.editor),
    history: remember(screen.history, typed),
  };
  if (input.type === "say") return say(state, screen, sent, input.text);
  const overlaid = openedByCommand({ ...state, screen: sent }, input.name, input.arg);
  if (overlaid !== undefined) return overlaid;
  const action = commandAction(input.name, input.arg, contextOf(screen));
  if (action.type === "refused") return show(state, { ...screen, hint: action.reason });
  return perform(moment, state, sent, action);
}

/** What is written about a line goes as it is: it is no command. */
function sayAbout(state: ViewState, screen: RoomScreen, about: About): Step {
  const { activeRoom: room, editor } = screen;
  if (room === undefined) return show(state, { ...screen, hint: "join a room first: /join ROOM" });
  const sent = withoutAbout({ ...screen, editor: emptiedEditor(editor) });
  return show(state, atBottom(sent, room), {
    type: "post",
    room,
    body: aboutBody(about, editor.text),
  });
}

/** A very long one is sent when that is said twice. */
function sendPaste(state: ViewState, screen: RoomScreen, paste: Paste): Step {
  const isAsked = state.settings.isConfirming && !paste.isConfirmed;
  const question = !isAsked ? undefined : pasteQuestion(screen, paste);
  if (question === undefined)
    return say(state, screen, { ...screen, paste: undefined }, paste.text);
  return show(state, { ...screen, paste: { ...paste, isConfirmed: true }, hint: question });
}

/** `sent` is the screen without what was typed; without a room nothing may go. */
function say(state: ViewState, screen: RoomScreen, sent: RoomScreen, text: string): Step {
  const room = screen.activeRoom;
  if (room === undefined) return show(state, { ...screen, hint: "join a room first: /join ROOM" });
  const body =
    screen.about?.type === "reply"
      ? aboutBody(screen.about, text)
      : ({ type: "message", text } as const);
  const said = changedRoom(atBottom({ ...sent, about: undefined }, room), room, (each) => ({
    ...each,
    newLine: undefined,
  }));
  return show(state, said, { type: "post", room, body });
}

/** What became of an effect. */
export function withAnswer(
  moment: Moment,
  screen: RoomScreen,
  event: Extract<
    ViewEvent,
    {
      type: "post-refused" | "saved" | "save-failed" | "text-edited" | "text-edit-failed";
    }
  >,
): RoomScreen {
  switch (event.type) {
    case "post-refused":
      return withTextBack(screen, textAgain(event.body), screen.hint ?? "it was refused");
    case "saved":
      return answered(moment, screen, [`saved as ${event.path}`]);
    case "save-failed":
      return answered(moment, screen, [`not saved: ${event.message}`]);
    case "text-edited":
      return withTextEdited(screen, event.text);
    case "text-edit-failed":
      return { ...screen, hint: event.message };
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
