import { withoutFailed } from "./conversation.ts";
import { countOf } from "./count-text.ts";
import { emptiedEditor } from "./line-editor.ts";
import { activeRoom, changedRoom } from "./room-change.ts";
import { type Effect, type RoomScreen, type Step, show, type ViewState } from "./view-state.ts";

/** What was refused in the shown room is said again, in its order, and does not stand there any more. */
export function retried(state: ViewState, screen: RoomScreen): Step {
  const room = activeRoom(screen);
  const failed = [...(room?.conversation.lines ?? [])].flatMap((line) =>
    line.type === "failed" ? [line] : [],
  );
  if (room === undefined || failed.length === 0) {
    return show(state, { ...screen, hint: "nothing that you said here was refused" });
  }
  const without = changedRoom(screen, room.name, (before) => ({
    ...before,
    conversation: withoutFailed(before.conversation),
  }));
  // What was given back to be corrected would be said twice.
  const isBack = (text: string | undefined) => failed.some((line) => line.text === text);
  const again: RoomScreen = {
    ...without,
    editor: isBack(screen.editor.text) ? emptiedEditor(screen.editor) : screen.editor,
    paste: isBack(screen.paste?.text) ? undefined : screen.paste,
    hint: `saying ${countOf(failed.length, "line")} again`,
  };
  const posts = failed.map(({ body }): Effect => ({ type: "post", room: room.name, body }));
  return show(state, again, ...posts);
}
