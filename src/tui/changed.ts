import { fingerprintOf, isFingerprintTyped } from "../base/fingerprint.ts";
import type { KeyEvent } from "./key.ts";
import { actionOf } from "./key-table.ts";
import { handleEditorKey, oneLineEditor } from "./line-editor.ts";
import { joinScreen } from "./nickname.ts";
import {
  type ChangedScreen,
  type Step,
  show,
  showPicker,
  type ViewEvent,
  type ViewState,
} from "./view-state.ts";

/** A key in front of a changed server: only its words, or the way back. */
export function reduceChanged(state: ViewState, screen: ChangedScreen, key: KeyEvent): Step {
  const { change, editor } = screen;
  const action = actionOf("changed", key, editor.text === "");
  if (action === "back") return showPicker(state, undefined);
  if (action === "choose") {
    if (isFingerprintTyped(editor.text, fingerprintOf(change.key))) {
      return show(state, { ...screen, problem: undefined }, { type: "trust", change });
    }
    const problem = "these are not the first two words that it shows now";
    return show(state, { ...screen, problem });
  }
  const edited = oneLineEditor(handleEditorKey(editor, key) ?? editor);
  return show(state, { ...screen, editor: edited, problem: undefined });
}

/** The key is kept now, and on it goes to the server; or it could not be kept. */
export function reduceTrust(
  state: ViewState,
  event: Extract<ViewEvent, { type: "trusted" | "trust-failed" }>,
): Step {
  const { screen } = state;
  // Somebody may have gone back meanwhile, and to another server.
  if (screen.type !== "changed" || screen.change !== event.change) return show(state, screen);
  if (event.type === "trust-failed") return show(state, { ...screen, problem: event.message });
  const { target } = screen;
  if (target.type === "typed") return joinScreen(state, target);
  const server = { ...target.server, trust: { type: "known" } } as const;
  return joinScreen(state, { type: "discovered", server });
}
