import { assertNever } from "../base/assert.ts";
import type { ClientEvent } from "../room/client-port.ts";
import { bannerHeight, withoutOldBanners } from "./banner.ts";
import { withNotice } from "./bell.ts";
import { reduceChanged, reduceTrust } from "./changed.ts";
import type { HostedServer, ServerTarget } from "./chat-options.ts";
import type { Rgb } from "./colour.ts";
import { withFiles } from "./completing.ts";
import { emptyHelp } from "./help.ts";
import type { KeyEvent, MouseEvent } from "./key.ts";
import { keyEvent } from "./key-sequences.ts";
import { type Action, actionOf } from "./key-table.ts";
import { emptyEditor, killAll } from "./line-editor.ts";
import { linkAfter, noLink } from "./link-state.ts";
import { withLogged } from "./log.ts";
import { withNewLineSeen } from "./new-line.ts";
import {
  failedJoin,
  joinScreen,
  reduceJoining,
  reduceNickname,
  withoutPassword,
} from "./nickname.ts";
import { isOverlayEmpty, overlayContext, reduceOverlay, withoutTyped } from "./overlay.ts";
import type { Overlay } from "./overlay-state.ts";
import { withPastWanted } from "./past.ts";
import { reducePicker, withFailure, withMark } from "./picker.ts";
import type { Size } from "./picture.ts";
import { quit, quitAtOnce, suspend, warningText, withoutRead, withoutStale } from "./quitting.ts";
import { readRoom, withReadTold } from "./read-mark.ts";
import { enterRemembered } from "./remembering.ts";
import { reduceRoom, withAnswer } from "./room.ts";
import { reduceRoomEvent } from "./room-events.ts";
import { reduceRoomMouse, wheelRows } from "./room-mouse.ts";
import { reduceFound, withSearchDue } from "./search.ts";
import { inPickerOrder } from "./server-order.ts";
import { withSettings } from "./setting-command.ts";
import { readSettings } from "./settings-text.ts";
import { figuresWanted, withFigures } from "./statistics-overlay.ts";
import { themeFor } from "./theme.ts";
import { withoutTypedText } from "./typed-text.ts";
import {
  type Effect,
  emptyPicker,
  type Moment,
  type Screen,
  type Settings,
  type Step,
  show,
  type ViewEvent,
  type ViewState,
  withOverlay,
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
    link: noLink,
    log: [],
    overlay: undefined,
    now: options.moment.now,
    interruptedAt: undefined,
    hosted: undefined,
    warning: undefined,
    background: undefined,
    isFocused: undefined,
    noticedAt: undefined,
    isQuitting: false,
  };
  const mouse: readonly Effect[] = options.settings.isMouseOn
    ? []
    : [{ type: "mouse", isOn: false }];
  const step =
    options.target === undefined ? { state, effects: [] } : joinScreen(state, options.target);
  return { ...step, effects: [...mouse, ...step.effects] };
}

/** The one place where the state changes: what an event makes of it, and what is to be done. */
export function reduce(moment: Moment, before: ViewState, event: ViewEvent): Step {
  const step = withOwnOverlay(before, reduceEvent(moment, before, event));
  return withNewLineSeen(
    withReadTold(before, withLogged(moment, before, event, withSearchDue(step))),
  );
}

/** What lies over a screen goes with it. */
function withOwnOverlay(before: ViewState, step: Step): Step {
  const { screen, overlay } = step.state;
  const isOther = screen.type !== before.screen.type && overlay !== undefined;
  return isOther ? { ...step, state: { ...step.state, overlay: undefined } } : step;
}

function reduceEvent(moment: Moment, before: ViewState, event: ViewEvent): Step {
  const state = withoutOldBanners(withoutStale({ ...before, now: moment.now }));
  const { screen } = state;
  switch (event.type) {
    case "key":
      return reduceKey(moment, state, event.key);
    case "mouse":
      return reduceMouse(moment, state, event.mouse);
    case "focus":
      return { state: { ...state, isFocused: event.isFocused }, effects: [] };
    case "background":
      return { state: withBackground(state, event.rgb), effects: [] };
    case "resized":
      return withPastWanted({ state: { ...state, size: event.size }, effects: [] });
    case "tick":
      return { state, effects: figuresWanted(state) };
    case "measured":
      return { state: withFigures(state, event.figures), effects: [] };
    case "quit":
      return quitAtOnce(state);
    case "servers": {
      const { adapters, cause } = event;
      const servers = inPickerOrder(event.servers, state.settings.version);
      return show(
        { ...state, servers, adapters, cause },
        screen.type === "picker" ? withMark(screen, servers) : screen,
      );
    }
    case "client":
      return reduceClient(
        moment,
        { ...state, link: linkAfter(state.link, event.event) },
        event.event,
      );
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
    case "files":
      return show(state, screen.type === "room" ? withFiles(screen, event) : screen);
    case "link-unopened":
      return show(state, withSaid(screen, `${event.message}: copied instead`), {
        type: "copy",
        text: event.link,
      });
    case "settings-kept":
      return withKept(state, event.text);
    case "settings-unkept":
      return show(state, withSaid(screen, `only until you quit: ${event.message}`));
    case "post-refused":
    case "saved":
    case "save-failed":
    case "text-edited":
    case "text-edit-failed":
      return show(state, screen.type === "room" ? withAnswer(moment, screen, event) : screen);
    default:
      return assertNever(event);
  }
}

/** Clock.now() when something is to be done though nothing happens, or `undefined`. */
export function wakeAt({ overlay }: ViewState): number | undefined {
  return overlay?.type === "search" ? overlay.dueAt : undefined;
}

/** Whether the picture changes with time alone, so that it has to be drawn every second. */
export function isTicking(state: ViewState): boolean {
  if (state.screen.type === "picker" || warningText(state) !== undefined) return true;
  if (state.screen.type === "nickname") return state.screen.progress.type === "joining";
  if (state.overlay?.type === "statistics") return true;
  if (state.overlay?.type === "search" && state.overlay.progress.type === "asking") return true;
  if (state.screen.type !== "room") return false;
  const isWriting = state.screen.rooms.some(({ typing }) => 0 < typing.length);
  const { connection, stop } = state.screen;
  if (0 < bannerHeight(state.screen) || readRoom(state) !== undefined) return true;
  return isWriting || stop !== undefined || connection.retryAt !== undefined;
}

/** The file may have been changed by hand meanwhile: that counts now, too. */
function withKept(state: ViewState, text: string): Step {
  const content = readSettings(text);
  const { problems } = state.settings.content;
  const [problem] = content.problems.filter((each) => !problems.includes(each));
  const step = withSettings(state, content);
  if (problem === undefined) return step;
  return { ...step, state: { ...step.state, screen: withSaid(step.state.screen, problem) } };
}

function withSaid(screen: Screen, hint: string): Screen {
  return screen.type === "room" ? { ...screen, hint } : screen;
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
      // Who is about to prove who they are waits for the server.
      return event.type === "remembered" && screen.password.reveal() === ""
        ? enterRemembered(moment, state, event)
        : reduceJoining(state, screen, event);
    case "room":
      return (
        reduceFound(state, event) ??
        withNotice(state, withPastWanted(reduceRoomEvent(moment, state, screen, event)), event)
      );
  }
}

function reduceKey(moment: Moment, state: ViewState, key: KeyEvent): Step {
  if (state.overlay !== undefined) return reduceOverlaid(moment, state, state.overlay, key);
  const action = actionOf(
    "everywhere",
    key,
    isInputEmpty(state.screen),
    state.settings.keyBindings,
  );
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

/** The overlay's own meaning of a key comes first, then what it means everywhere. */
function reduceOverlaid(moment: Moment, before: ViewState, overlay: Overlay, key: KeyEvent): Step {
  const state = withoutRead(before);
  const isEmpty = isOverlayEmpty(overlay);
  const action = actionOf(overlayContext(overlay), key, isEmpty);
  if (action === "interrupt") {
    const typed = isEmpty ? undefined : withoutTyped(overlay);
    return withOverlay(state, typed);
  }
  const isHelp = action === "help" && overlay.type === "help";
  const common = isHelp ? undefined : reduceCommon(moment, before, action);
  if (common !== undefined) return common;
  const { press, ...step } = reduceOverlay(state, overlay, { moment, key, action });
  return press === undefined ? step : reduceKey(moment, step.state, press);
}

function withBackground(state: ViewState, background: Rgb): ViewState {
  const { settings } = state;
  const theme = themeFor(settings.theme.isAscii, settings.theme.name, background);
  return { ...state, background, settings: { ...settings, theme } };
}

/** In a room the mouse does what is where it is; elsewhere the wheel is as good as the keys by a row. */
function reduceMouse(moment: Moment, state: ViewState, mouse: MouseEvent): Step {
  const { screen, overlay } = state;
  if (screen.type === "room" && overlay === undefined) {
    return withPastWanted(reduceRoomMouse(state, screen, mouse));
  }
  const { button } = mouse;
  if (button !== "wheel-up" && button !== "wheel-down") return { state, effects: [] };
  const key = keyEvent(button === "wheel-up" ? "up" : "down", { isShift: true });
  const effects: Effect[] = [];
  let scrolled = state;
  for (let row = 0; row < wheelRows; row += 1) {
    const step = reduceKey(moment, scrolled, key);
    scrolled = step.state;
    effects.push(...step.effects);
  }
  return { state: scrolled, effects };
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
      return withOverlay(state, emptyHelp(state.overlay));
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
      // A name may begin with any character.
      if (screen.mode.type === "host-form") return false;
      return (screen.mode.type === "address" ? screen.mode.editor : screen.filter).text === "";
    case "nickname":
      // A password may begin with any character.
      if (screen.progress.type === "joining") return true;
      return screen.field === "nick" && screen.editor.text === "";
    case "changed":
      return screen.editor.text === "";
    case "room":
      return (
        screen.editor.text === "" &&
        screen.paste === undefined &&
        screen.password === undefined &&
        screen.inputSearch === undefined &&
        screen.about === undefined &&
        screen.selection === undefined
      );
  }
}

function withoutInput(screen: Screen): Screen {
  switch (screen.type) {
    case "picker":
      if (screen.mode.type === "host-form") return { ...screen, mode: { type: "list" } };
      return screen.mode.type === "address"
        ? { ...screen, mode: { type: "address", editor: killAll(screen.mode.editor) } }
        : { ...screen, filter: emptyEditor };
    case "nickname":
      return screen.field === "nick"
        ? { ...screen, editor: killAll(screen.editor) }
        : withoutPassword(screen);
    case "changed":
      return { ...screen, editor: killAll(screen.editor) };
    case "room":
      return withoutTypedText(screen);
  }
}
