import { bytesText } from "../room/bytes-text.ts";
import { textBytesMax } from "../room/limits.ts";
import type { PostBody } from "../room/message-log.ts";
import { withoutAbout } from "./about.ts";
import { textSize } from "./count-text.ts";
import type { KeyEvent } from "./key.ts";
import { editorWith, insertText, killAll, replaceText } from "./line-editor.ts";
import { activeRoom } from "./room-change.ts";
import { withoutSelection } from "./selection.ts";
import type { Paste, RoomScreen } from "./view-state.ts";

/** Longer pastes than fit a line or two are not put in the input line but wait as one piece. */
export const shortPasteUnits = 500;

/** A longer text is not put into the input line, which lays all of it out for each key: 64 KiB take 10 ms. */
export const editedUnitsMax: number = 64 * 2 ** 10;

/** Longer pastes are sent only when Enter was pressed twice. */
export const unaskedUnitsMax: number = 64 * 2 ** 10;

/** Whether a paste waits as one piece instead of going into the input line. */
export function isPasteLong(text: string): boolean {
  return text.includes("\n") || shortPasteUnits < text.length;
}

/** The text as a piece that waits. */
export function pasteOf(text: string): Paste {
  return { text, size: textSize(text) };
}

/** The screen after a paste, which goes into the input line or waits as one piece with those before. */
export function withPaste(
  screen: RoomScreen,
  key: Extract<KeyEvent, { type: "paste" }>,
): RoomScreen {
  // What is copied by lines ends with a line feed that nobody means.
  const text = key.text.replace(/\n$/, "");
  const all = screen.paste === undefined ? text : `${screen.paste.text}\n${text}`;
  // A text has at least as many bytes as UTF-16 units.
  if (key.isCut || textBytesMax < all.length) {
    const most = bytesText(textBytesMax);
    const hint = `nothing was pasted: a message has at most ${most}; /send takes files`;
    return { ...screen, hint };
  }
  if (screen.paste !== undefined || isPasteLong(all)) return { ...screen, paste: pasteOf(all) };
  return { ...screen, editor: insertText(screen.editor, all) };
}

/** What is asked before so much is sent, or `undefined` when it is no question. */
export function pasteQuestion(screen: RoomScreen, { text, size }: Paste): string | undefined {
  if (text.length <= unaskedUnitsMax) return undefined;
  const where = activeRoom(screen)?.title ?? "everybody";
  return `send all of it (${size}) to ${where}? Enter again sends it, Esc drops it`;
}

/** The paste in the input line, to be changed; one that is too long for that waits as it is. */
export function withPasteEdited(screen: RoomScreen, { text, size }: Paste): RoomScreen {
  if (editedUnitsMax < screen.editor.text.length + text.length) {
    const hint = `${size} are too much for the input line: Enter sends, Esc drops`;
    return { ...screen, hint };
  }
  return { ...screen, editor: insertText(screen.editor, text), paste: undefined };
}

/** What was written elsewhere, in the place of what is in the input line; where it is too long it waits. */
export function withTextEdited(screen: RoomScreen, text: string): RoomScreen {
  return editedUnitsMax < text.length
    ? { ...screen, editor: replaceText(screen.editor, ""), paste: pasteOf(text) }
    : { ...screen, editor: replaceText(screen.editor, text) };
}

/** Without what was begun last: what is asked, selected, answered or pasted, at last what is written. */
export function withoutTypedText(screen: RoomScreen): RoomScreen {
  if (screen.password !== undefined) return { ...screen, password: undefined };
  if (screen.inputSearch !== undefined) return { ...screen, inputSearch: undefined };
  if (screen.selection !== undefined) return withoutSelection(screen);
  if (screen.paste !== undefined) return { ...screen, paste: undefined };
  if (screen.about !== undefined) return withoutAbout(screen);
  return { ...screen, editor: killAll(screen.editor) };
}

/** What has to be typed to post it again; empty for what is not typed as a text. */
export function textAgain(body: PostBody): string {
  switch (body.type) {
    case "message":
      if (body.isAction === true) return `/me ${body.text}`;
      if (body.isAnnouncement === true) return `/announce ${body.text}`;
      if (body.replyTo !== undefined) return `/reply ${body.replyTo} ${body.text}`;
      return body.text.startsWith("/") ? `/say ${body.text}` : body.text;
    case "edit":
      return `/edit ${body.target} ${body.text}`;
    case "topic":
      return `/topic ${body.text === "" ? "-" : body.text}`;
    default:
      return "";
  }
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
