import { assertNever } from "../base/assert.ts";
import type { ClientEvent } from "../room/client-port.ts";
import { withBell } from "./bell.ts";
import { reduceChanged, reduceTrust } from "./changed.ts";
import type { HostedServer, ServerTarget } from "./chat-options.ts";
import { enterServer } from "./entering.ts";
import { helpRowMax } from "./help-view.ts";
import type { KeyEvent } from "./key.ts";
import { type Action, actionOf } from "./key-table.ts";
import { emptyEditor, killAll } from "./line-editor.ts";
import { failedJoin, joinScreen, reduceJoining, reduceNickname } from "./nickname.ts";
import { withPastWanted } from "./past.ts";
import { reducePicker, withFailure, withMark } from "./picker.ts";
import type { Size } from "./picture.ts";
import { quit, quitAtOnce, suspend, warningText, withoutRead, withoutStale } from "./quitting.ts";
import { enterRemembered } from "./remembering.ts";
import { reduceRoom, withAnswer } from "./room.ts";
import { reduceRoomEvent, withReadTold } from "./room-events.ts";
import {
  emptyPicker,
  type Moment,
  type Screen,
  type Settings,
  type Step,
  show,
  type ViewEvent,
  type ViewState,
} from "./view-state.ts";

/** How it begins: at the picker, or on the way to the target. */
export function startView(options: {
  readonly moment: Moment;
  readonly settings: Settings;
  readonly size: Size;
  readonly target: ServerTarget | undefined;
}): Step {
  const state: ViewState = {
    settings: options.settings,
    size: options.size,
    screen: emptyPicker,
    servers: [],
    adapters: [],
    cause: undefined,
    askedAt: options.moment.now,
    helpRow: undefined,
    now: options.moment.now,
    interruptedAt: undefined,
    hosted: undefined,
    warning: undefined,
    rungAt: undefined,
    isQuitting: false,
  };
  return options.target === undefined ? { state, effects: [] } : joinScreen(state, options.target);
}

/** The one place where the state changes: what an event makes of it, and what is to be done. */
export function reduce(moment: Moment, before: ViewState, event: ViewEvent): Step {
  return withReadTold(reduceEvent(moment, before, event));
}

function reduceEvent(moment: Moment, before: ViewState, event: ViewEvent): Step {
  const state = withoutStale({ ...before, now: moment.now });
  const { screen } = state;
  switch (event.type) {
    case "key":
      return reduceKey(moment, state, event.key);
    case "resized":
      return withPastWanted({ state: { ...state, size: event.size }, effects: [] });
    case "tick":
      return { state, effects: [] };
    case "quit":
      return quitAtOnce(state);
    case "servers":
      return show(
        { ...state, servers: event.servers, adapters: event.adapters, cause: event.cause },
        screen.type === "picker" ? withMark(screen, event.servers) : screen,
      );
    case "client":
      return reduceClient(moment, state, event.event);
    case "connect-failed":
      return failedJoin(state, event.failure.message, event.failure);
    case "trusted":
    case "trust-failed":
      return reduceTrust(state, event);
    case "hosted":
      return reduceHosted(state, event.target);
    case "browse-failed":
    case "host-failed":
      return show(state, screen.type === "picker" ? withFailure(screen, event) : screen);
    case "post-refused":
    case "saved":
    case "save-failed":
      return show(state, screen.type === "room" ? withAnswer(moment, screen, event) : screen);
    default:
      return assertNever(event);
  }
}

/** Whether the picture changes with time alone, so that it has to be drawn every second. */
export function isTicking(state: ViewState): boolean {
  if (state.screen.type === "picker" || warningText(state) !== undefined) return true;
  if (state.screen.type === "nickname") return state.screen.progress.type === "joining";
  if (state.screen.type !== "room") return false;
  const isWriting = state.screen.rooms.some(({ typing }) => 0 < typing.length);
  return isWriting || state.screen.connection.retryAt !== undefined;
}

function reduceHosted(state: ViewState, target: HostedServer["target"]): Step {
  const { id, name } = target.server;
  const hosting: ViewState = { ...state, hosted: { id, name } };
  return state.screen.type === "picker"
    ? joinScreen(hosting, target)
    : { state: hosting, effects: [] };
}

function reduceClient(moment: Moment, state: ViewState, event: ClientEvent): Step {
  const { screen } = state;
  switch (screen.type) {
    case "picker":
    case "changed":
      return show(state, screen);
    case "nickname":
      if (event.type === "remembered") return enterRemembered(state, event);
      return event.type === "ready"
        ? enterServer(state, event)
        : reduceJoining(state, screen, event);
    case "room":
      return withBell(state, withPastWanted(reduceRoomEvent(moment, state, screen, event)), event);
  }
}

function reduceKey(moment: Moment, state: ViewState, key: KeyEvent): Step {
  if (state.helpRow !== undefined) return reduceHelp(moment, state, state.helpRow, key);
  const action = actionOf("everywhere", key, isInputEmpty(state.screen));
  const common = action === undefined ? undefined : reduceCommon(moment, state, action);
  if (common !== undefined) return common;
  const calm = withoutRead(state);
  switch (state.screen.type) {
    case "picker":
      return reducePicker(calm, state.screen, key);
    case "nickname":
      return reduceNickname(calm, state.screen, key);
    case "changed":
      return reduceChanged(calm, state.screen, key);
    case "room":
      return reduceRoom(moment, calm, state.screen, key);
  }
}

function reduceCommon(
  moment: Moment,
  state: ViewState,
  action: Action | undefined,
): Step | undefined {
  switch (action) {
    case "quit":
      return quit(moment, state);
    case "interrupt":
      return interrupt(moment, state);
    case "suspend":
      return suspend(moment, state);
    case "redraw":
      return { state, effects: [{ type: "redraw" }] };
    case "help":
      return { state: { ...state, helpRow: 0 }, effects: [] };
    default:
      return undefined;
  }
}

/** Clears what is typed; on an empty line it quits when it comes twice. */
function interrupt(moment: Moment, state: ViewState): Step {
  if (!isInputEmpty(state.screen)) {
    return { state: { ...state, screen: withoutInput(state.screen) }, effects: [] };
  }
  if (state.interruptedAt !== undefined || state.isQuitting) return quit(moment, state);
  return { state: { ...state, interruptedAt: moment.now }, effects: [] };
}

function isInputEmpty(screen: Screen): boolean {
  switch (screen.type) {
    case "picker":
      return (screen.mode.type === "address" ? screen.mode.editor : screen.filter).text === "";
    case "nickname":
      return screen.editor.text === "" || screen.progress.type === "joining";
    case "changed":
      return screen.editor.text === "";
    case "room":
      return (
        screen.editor.text === "" && screen.paste === undefined && screen.password === undefined
      );
  }
}

function withoutInput(screen: Screen): Screen {
  switch (screen.type) {
    case "picker":
      return screen.mode.type === "address"
        ? { ...screen, mode: { type: "address", editor: killAll(screen.mode.editor) } }
        : { ...screen, filter: emptyEditor };
    case "nickname":
    case "changed":
      return { ...screen, editor: killAll(screen.editor) };
    case "room":
      if (screen.password !== undefined) return { ...screen, password: undefined };
      return screen.paste === undefined
        ? { ...screen, editor: killAll(screen.editor) }
        : { ...screen, paste: undefined };
  }
}

function reduceHelp(moment: Moment, state: ViewState, row: number, key: KeyEvent): Step {
  const last = helpRowMax(state.screen, state.size, state.settings.theme);
  const page = Math.max(1, state.size.rows - 2);
  const action = actionOf("help", key, true);
  switch (action) {
    case "back":
    case "help":
      return { state: { ...state, helpRow: undefined }, effects: [] };
    case "scroll-line-up":
      return { state: { ...state, helpRow: Math.max(0, row - 1) }, effects: [] };
    case "scroll-page-up":
      return { state: { ...state, helpRow: Math.max(0, row - page) }, effects: [] };
    case "scroll-line-down":
      return { state: { ...state, helpRow: Math.min(last, row + 1) }, effects: [] };
    case "scroll-page-down":
      return { state: { ...state, helpRow: Math.min(last, row + page) }, effects: [] };
    default:
      return reduceCommon(moment, state, action) ?? { state, effects: [] };
  }
}
