import type { RoomScreen } from "../../src/tui/view-state.ts";
import type { ViewRun } from "./view.ts";

/** The screen of a run that is chatting. */
export function roomScreen({ state }: ViewRun): RoomScreen {
  if (state.screen.type !== "room") throw new Error(`on the ${state.screen.type} screen`);
  return state.screen;
}
