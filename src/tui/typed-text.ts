import { textSize } from "./count-text.ts";
import { editorWith } from "./line-editor.ts";
import type { Paste, RoomScreen } from "./view-state.ts";

/** Longer pastes than fit a line or two are not put in the input line but wait as one piece. */
const shortPasteUnits = 500;

/** Whether a paste waits as one piece instead of going into the input line. */
export function isPasteLong(text: string): boolean {
  return text.includes("\n") || shortPasteUnits < text.length;
}

/** The text as a piece that waits. */
export function pasteOf(text: string): Paste {
  return { text, size: textSize(text) };
}

/** A line that was not taken goes back to where it came from, unless something is typed there. */
export function withTextBack(screen: RoomScreen, text: string, reason: string): RoomScreen {
  const hint = `not sent: ${reason}`;
  if (text === "" || screen.editor.text !== "" || screen.paste !== undefined) {
    return { ...screen, hint };
  }
  return isPasteLong(text)
    ? { ...screen, hint, paste: pasteOf(text) }
    : { ...screen, hint, editor: editorWith(text) };
}
