import { replaceText } from "./line-editor.ts";
import { type Step, show, type ViewState } from "./view-state.ts";

/** The text in the input line of the room, in the place of what is there; undo brings that back. */
export function writtenInput(state: ViewState, text: string): Step {
  const { screen } = state;
  if (screen.type !== "room") return { state, effects: [] };
  const hint = screen.editor.text === "" ? undefined : "Ctrl+_ brings back what was here";
  return show(state, { ...screen, editor: replaceText(screen.editor, text), hint });
}
