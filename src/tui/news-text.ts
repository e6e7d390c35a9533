import { countOf } from "./count-text.ts";
import { warningText } from "./quitting.ts";
import { pendingCount } from "./room-change.ts";
import { deletionQuestion } from "./selection.ts";
import type { ViewState } from "./view-state.ts";

/** What matters more than the keys: the answer to the last one, or that we are about to end. */
export function newsText(state: ViewState): string | undefined {
  const { screen } = state;
  const question = screen.type === "room" ? deletionQuestion(screen) : undefined;
  const urgent =
    question ?? warningText(state) ?? (screen.type === "room" ? screen.hint : undefined);
  if (urgent !== undefined || screen.type !== "room" || !state.isQuitting) return urgent;
  return `waiting for ${countOf(pendingCount(screen), "line")} to be delivered; Ctrl+Q again quits at once`;
}
