import type { EarshotError } from "../base/errors.ts";
import type { ClientEvent } from "../room/client-port.ts";
import { registeredHint } from "./account-text.ts";
import type { ServerTarget } from "./chat-options.ts";
import type { KeyEvent } from "./key.ts";
import { actionOf } from "./key-table.ts";
import { editorWith, handleEditorKey } from "./line-editor.ts";
import { ServerChangedError } from "./trust.ts";
import {
  type NicknameScreen,
  oneLineEditor,
  type Step,
  show,
  showChanged,
  showPicker,
  type ViewState,
} from "./view-state.ts";

/** The way into a server: asks for a nickname first, unless one was chosen before. */
export function joinScreen(state: ViewState, target: ServerTarget): Step {
  const { nick, nickDefault } = state.settings;
  const remembered = target.type === "discovered" ? target.server.remembered?.nick : undefined;
  const screen: NicknameScreen = {
    type: "nickname",
    target,
    editor: editorWith(nick ?? remembered ?? nickDefault),
    progress: { type: "asking" },
  };
  return nick === undefined ? show(state, screen) : join(state, screen, nick);
}

/** A key in the nickname form. While joining, only the way back works. */
export function reduceNickname(state: ViewState, screen: NicknameScreen, key: KeyEvent): Step {
  const action = actionOf("nickname", key, screen.editor.text === "");
  if (action === "back") {
    const effects = screen.progress.type === "asking" ? [] : [{ type: "disconnect" } as const];
    return showPicker(state, undefined, ...effects);
  }
  if (screen.progress.type === "joining") return show(state, screen);
  const nick = screen.editor.text.trim();
  if (action === "choose") return nick === "" ? show(state, screen) : join(state, screen, nick);
  const editor = oneLineEditor(handleEditorKey(screen.editor, key) ?? screen.editor);
  return show(state, { ...screen, editor });
}

/** News of the client before it is accepted; `ready` is for the room screen. */
export function reduceJoining(state: ViewState, screen: NicknameScreen, event: ClientEvent): Step {
  switch (event.type) {
    case "connection":
      if (event.state === "closed") {
        return failedJoin(state, event.reason ?? "it was closed", event.failure);
      }
      if (screen.progress.type !== "joining") return show(state, screen);
      return show(state, { ...screen, progress: { type: "joining", connection: event } });
    case "nick-refused": {
      const suggestion = event.suggestion ?? screen.editor.text;
      const message = event.message + registeredHint(event.code);
      const progress = { type: "refused", message } as const;
      return show(state, { ...screen, editor: editorWith(suggestion), progress });
    }
    case "error":
      return failedJoin(state, event.message);
    default:
      return show(state, screen);
  }
}

/**
 * Back to the picker with the reason, or to the question what to do about a key that has changed; the
 * client, if there is one, is closed.
 */
export function failedJoin(state: ViewState, reason: string, failure?: EarshotError): Step {
  const { screen } = state;
  if (screen.type === "nickname" && failure instanceof ServerChangedError) {
    return showChanged(state, screen.target, failure.change, { type: "disconnect" });
  }
  return showPicker(state, `cannot join: ${reason}`, { type: "disconnect" });
}

function join(state: ViewState, screen: NicknameScreen, nick: string): Step {
  const joining: NicknameScreen = {
    ...screen,
    progress: { type: "joining", connection: undefined },
  };
  return screen.progress.type === "refused"
    ? show(state, joining, { type: "change-nick", nick })
    : show(state, joining, { type: "connect", target: screen.target, nick });
}
