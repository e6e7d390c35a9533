import type { ClientEvent, HistoryRange } from "../room/client-port.ts";
import { isFull, oldestSequence, withLoading, withPage } from "./conversation.ts";
import { goneTo } from "./jump.ts";
import { messagePane } from "./layout.ts";
import { pageRef, parsePageRef, pastLimit } from "./page-ref.ts";
import { activeRoom, answered, changedRoom, conversed } from "./room-change.ts";
import { isNearEnd, isNearTop, wantsPast } from "./scroll.ts";
import { historyText } from "./social-events.ts";
import {
  type Effect,
  type Moment,
  type RoomScreen,
  type RoomState,
  type Step,
  show,
  type ViewState,
} from "./view-state.ts";
import {
  joined,
  leftWindow,
  newestSequenceOf,
  touches,
  withFutureLoading,
  withNewerPage,
  withOlderPage,
} from "./window.ts";

/** `ref` of `/history`, whose answer is printed. */
export const printedRef = "printed";

/** Asks for what is beyond the lines of the shown room when their end is near what is seen. */
export function withPastWanted(step: Step): Step {
  const { screen, settings, size } = step.state;
  if (screen.type !== "room") return step;
  const room = activeRoom(screen);
  if (room === undefined) return step;
  const { window, conversation: live } = room;
  // Lines have a row at least: what is far from its beginning needs no pane to be seen so.
  const isFollowing = window === undefined && live.anchor === undefined;
  if (isFollowing && 2 * size.rows < live.lines.length) return step;
  const pane = messagePane(size, screen, room, settings);
  if (window === undefined) {
    if (wantsPast(pane)) return asking(step, screen, room, "past");
    if (!isFull(live) || live.past !== "more" || !isNearTop(pane)) return step;
    const left = { ...room, window: leftWindow(live), windowCount: room.windowCount + 1 };
    const next = changedRoom(screen, room.name, () => left);
    return asking({ ...step, state: { ...step.state, screen: next } }, next, left, "past");
  }
  if (wantsPast(pane)) return asking(step, screen, room, "past");
  if (window.future !== "more" || !isNearEnd(pane)) return step;
  if (!touches(window, live)) return asking(step, screen, room, "future");
  const whole = { ...room, window: undefined, conversation: joined(window, live) };
  return { ...step, state: { ...step.state, screen: changedRoom(screen, room.name, () => whole) } };
}

function asking(step: Step, screen: RoomScreen, room: RoomState, part: "past" | "future"): Step {
  const { window, conversation } = room;
  const range = rangeOf(window ?? conversation, part);
  const ref = pageRef({
    part,
    window: window === undefined ? 0 : room.windowCount,
    room: room.name,
  });
  const effect: Effect = { type: "history", room: room.name, range, ref };
  const loading = changedRoom(screen, room.name, (each) => withLoadingPart(each, part, true));
  return { state: { ...step.state, screen: loading }, effects: [...step.effects, effect] };
}

function rangeOf(seen: RoomState["conversation"], part: "past" | "future"): HistoryRange {
  const place = part === "past" ? oldestSequence(seen) : newestSequenceOf(seen);
  if (place === undefined) return { limit: pastLimit };
  return { limit: pastLimit, ...(part === "past" ? { before: place } : { after: place }) };
}

function withLoadingPart(room: RoomState, part: "past" | "future", isLoading: boolean): RoomState {
  const { window } = room;
  if (window === undefined) {
    return { ...room, conversation: withLoading(room.conversation, isLoading) };
  }
  const change = part === "past" ? withLoading : withFutureLoading;
  return { ...room, window: change(window, isLoading) };
}

/** A question for a page was refused: it may be asked again. */
export function withoutPage(screen: RoomScreen, ref: string | undefined): RoomScreen {
  const asked = parsePageRef(ref);
  if (asked === undefined || asked.part === "jump") return screen;
  const { part, room, window } = asked;
  if (window === 0) return conversed(screen, room, (live) => withLoading(live, false));
  return changedRoom(screen, room, (each) => withLoadingPart(each, part, false));
}

/** A part of the past has come. */
export function reducePage(
  moment: Moment,
  state: ViewState,
  screen: RoomScreen,
  page: Extract<ClientEvent, { type: "page" }>,
): Step {
  if (page.ref === printedRef) {
    return show(state, answered(moment, screen, historyText(page, state.settings)));
  }
  const { person } = screen.own;
  const { part, window } = parsePageRef(page.ref) ?? { part: "past", window: 0 };
  if (part === "jump") return goneTo(state, screen, page, window);
  if (window === 0) {
    return show(
      state,
      conversed(screen, page.room, (live) => withPage(live, page, person)),
    );
  }
  const add = part === "past" ? withOlderPage : withNewerPage;
  const next = changedRoom(screen, page.room, (room) =>
    room.window === undefined || room.windowCount !== window
      ? room
      : { ...room, window: add(room.window, page, person) },
  );
  return show(state, next);
}
