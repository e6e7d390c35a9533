import { chosenRef } from "./entering.ts";
import { jumpTo } from "./jump.ts";
import type { Hit } from "./overlay-state.ts";
import { printedRef } from "./past.ts";
import { type Effect, type RoomScreen, type Step, show, type ViewState } from "./view-state.ts";

/** Lines around a hit: it is in the middle of them. */
const aroundLimit = 20;

/** The room of a line is shown, entered first where we are not in it, with what is around the line. */
export function shownAt(state: ViewState, screen: RoomScreen, { room, entry }: Hit): Step {
  const isHere = screen.rooms.some(({ name }) => name === room);
  if (isHere) return jumpTo(state, screen, room, entry.sequence);
  const range = { around: entry.sequence, limit: aroundLimit };
  const history: Effect = { type: "history", room, range, ref: printedRef };
  return show(state, screen, { type: "join", room, ref: chosenRef }, history);
}
