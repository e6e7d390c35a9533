import type { ClientEvent } from "../room/client-port.ts";
import { oldestSequence, withLoading, withPage } from "./conversation.ts";
import { messagePane } from "./layout.ts";
import { activeRoom, answered, conversed } from "./room-change.ts";
import { wantsPast } from "./scroll.ts";
import { historyText } from "./social-events.ts";
import {
  type Effect,
  type Moment,
  type RoomScreen,
  type Step,
  show,
  type ViewState,
} from "./view-state.ts";

/** `ref` of `/history`, whose answer is printed. */
export const printedRef = "printed";

/** Lines in one page of the past: two screens and more. */
const pastLimit = 100;

/** Asks for an older page of the shown room when its beginning is near the top of the screen. */
export function withPastWanted(step: Step): Step {
  const { screen, settings, size } = step.state;
  if (screen.type !== "room") return step;
  const room = activeRoom(screen);
  if (room === undefined || !wantsPast(messagePane(size, screen, room, settings))) return step;
  const before = oldestSequence(room.conversation);
  const range = { limit: pastLimit, ...(before !== undefined && { before }) };
  const effect: Effect = { type: "history", room: room.name, range, ref: historyRef(room.name) };
  const loading = conversed(screen, room.name, (conversation) => withLoading(conversation, true));
  return { state: { ...step.state, screen: loading }, effects: [...step.effects, effect] };
}

const historyRefPrefix = "history ";

/** `ref` of a question about the past of a room. */
export function historyRef(room: string): string {
  return `${historyRefPrefix}${room}`;
}

/** The room of a question about its past, or `undefined` for another `ref`. */
export function historyRoom(ref: string | undefined): string | undefined {
  return ref?.startsWith(historyRefPrefix) ? ref.slice(historyRefPrefix.length) : undefined;
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
  return show(
    state,
    conversed(screen, page.room, (conversation) => withPage(conversation, page, person)),
  );
}
