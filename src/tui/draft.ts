import { emptyHistory, type InputHistory } from "./input-history.ts";
import { type EditorState, emptyEditor } from "./line-editor.ts";
import type { Paste, RoomScreen } from "./view-state.ts";

/** What a person writes in one room, and has written there. */
export interface Draft {
  readonly editor: EditorState;
  readonly history: InputHistory;
  readonly paste: Paste | undefined;
  /** The line that it is about; `undefined` for a message of its own. */
  readonly about: About | undefined;
}

/** What the input line does to a line that was said. */
export interface About {
  readonly type: "reply" | "edit" | "react";
  /** Its sequence. */
  readonly target: number;
  /** Whose it is and how it begins. */
  readonly label: string;
  /** What was being written before; it comes back. Absent where that goes on, as in a reply. */
  readonly kept?: EditorState;
}

/** Nothing is written. */
export const emptyDraft: Draft = {
  editor: emptyEditor,
  history: emptyHistory,
  paste: undefined,
  about: undefined,
};

/** What is written in the room that is shown. */
export function shownDraft({ editor, history, paste, about }: RoomScreen): Draft {
  return { editor, history, paste, about };
}

/** What a room's draft says, to be kept when the program ends; empty when there is none. */
export function draftText(screen: RoomScreen, room: string): string {
  const draft =
    room === screen.activeRoom
      ? shownDraft(screen)
      : screen.rooms.find(({ name }) => name === room)?.draft;
  return (draft?.about?.kept ?? draft?.editor)?.text ?? "";
}
