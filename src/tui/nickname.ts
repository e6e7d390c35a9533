import type { EarshotError } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";
import { passwordLengthMin } from "../room/account-client.ts";
import type { ClientEvent } from "../room/client-port.ts";
import type { ServerTarget } from "./chat-options.ts";
import { enterServer } from "./entering.ts";
import type { KeyEvent } from "./key.ts";
import { type Action, actionOf } from "./key-table.ts";
import { editorWith, handleEditorKey, oneLineEditor, replaceText } from "./line-editor.ts";
import type {
  NicknameProgress,
  NicknameScreen,
  ReadyEvent,
  RegisteredNick,
} from "./nickname-state.ts";
import { typedSecret } from "./password-entry.ts";
import { ServerChangedError } from "./trust.ts";
import { type Step, show, showChanged, showPicker, type ViewState } from "./view-state.ts";

/** The way into a server: asks for a nickname first, unless one was chosen before. */
export function joinScreen(state: ViewState, target: ServerTarget): Step {
  const { nick, nickDefault } = state.settings;
  const remembered = target.type === "discovered" ? target.server.remembered?.nick : undefined;
  const screen: NicknameScreen = {
    type: "nickname",
    target,
    editor: editorWith(nick ?? remembered ?? nickDefault),
    isProposal: true,
    field: "nick",
    password: new Secret(""),
    again: new Secret(""),
    isPasswordShown: false,
    progress: { type: "asking" },
  };
  return nick === undefined ? show(state, screen) : join(state, screen, nick);
}

/** A key in the nickname form. While joining, only the way back works. */
export function reduceNickname(state: ViewState, screen: NicknameScreen, key: KeyEvent): Step {
  const action = actionOf("nickname", key, false);
  if (action === "back") {
    const effects = screen.progress.type === "asking" ? [] : [{ type: "disconnect" } as const];
    return showPicker(state, undefined, ...effects);
  }
  if (isWaiting(screen)) return show(state, screen);
  return action === undefined ? show(state, withTyped(screen, key)) : act(state, screen, action);
}

/** Whether the server has to say something first. */
export function isWaiting({ progress }: NicknameScreen): boolean {
  return progress.type === "joining" || progress.type === "proving";
}

/** The lines of the form: the password a second time only where it is about to be set. */
export function nicknameFields({ progress }: NicknameScreen): readonly NicknameScreen["field"][] {
  return progress.type === "registering" ? ["password", "again"] : ["nick", "password"];
}

/** The form without what was typed of a password, back at the nickname. */
export function withoutPassword(screen: NicknameScreen): NicknameScreen {
  const field = screen.progress.type === "registering" ? "password" : "nick";
  return { ...screen, field, password: new Secret(""), again: new Secret("") };
}

function act(state: ViewState, screen: NicknameScreen, action: Action): Step {
  switch (action) {
    case "choose":
      return choose(state, screen);
    case "select-next":
      return show(state, movedField(screen, 1));
    case "select-previous":
      return show(state, movedField(screen, -1));
    case "show-password":
      return show(state, { ...screen, isPasswordShown: !screen.isPasswordShown });
    default:
      return show(state, screen);
  }
}

function movedField(screen: NicknameScreen, by: 1 | -1): NicknameScreen {
  const fields = nicknameFields(screen);
  const index = fields.indexOf(screen.field) + by;
  return { ...screen, field: fields[(index + fields.length) % fields.length] ?? "password" };
}

function withTyped(screen: NicknameScreen, key: KeyEvent): NicknameScreen {
  switch (screen.field) {
    case "nick":
      return withTypedNick(screen, key);
    case "password":
      return { ...screen, password: typedSecret(screen.password, key) ?? screen.password };
    case "again":
      return { ...screen, again: typedSecret(screen.again, key) ?? screen.again };
  }
}

function withTypedNick(screen: NicknameScreen, key: KeyEvent): NicknameScreen {
  const isReplaced = screen.isProposal && key.type !== "key";
  const before = isReplaced ? replaceText(screen.editor, "") : screen.editor;
  const edited = handleEditorKey(before, key);
  return edited === undefined
    ? screen
    : { ...screen, editor: oneLineEditor(edited), isProposal: false };
}

function choose(state: ViewState, screen: NicknameScreen): Step {
  const { progress, password } = screen;
  if (progress.type === "registering") return register(state, screen, progress.ready);
  const nick = screen.editor.text.trim();
  if (nick === "") return show(state, { ...screen, field: "nick" });
  const { registered } = progress.type === "refused" ? progress : {};
  if (registered?.nick !== nick) {
    return registered?.ready === undefined
      ? join(state, screen, nick)
      : enterAs(state, registered.ready, nick);
  }
  if (password.reveal() === "") return show(state, { ...screen, field: "password" });
  return logIn(state, screen, registered);
}

/** Whose nickname it is comes in under another name, and becomes that person then. */
function logIn(
  state: ViewState,
  screen: NicknameScreen,
  { nick, guestNick, ready }: RegisteredNick,
): Step {
  if (ready !== undefined) return prove(state, screen, { nick, ready });
  const progress = { type: "joining", connection: undefined, login: nick } as const;
  return show(state, { ...screen, progress }, { type: "change-nick", nick: guestNick });
}

/** The server is asked whether we are who we say, before anybody sees us. */
function prove(
  state: ViewState,
  screen: NicknameScreen,
  { nick, ready }: { readonly nick: string; readonly ready: ReadyEvent },
): Step {
  const action = { type: "login", nick, password: screen.password } as const;
  const progress = { type: "proving", nick, ready } as const;
  return show(state, { ...screen, progress }, { type: "account", action });
}

/** Who could not prove it takes another name, of which the server says whether it is free. */
function enterAs(state: ViewState, ready: ReadyEvent, nick: string): Step {
  if (nick === ready.nick) return enterServer(state, ready);
  return entered(state, ready, { type: "ask", question: { type: "rename", nick } });
}

/** With the password twice the same the nickname is registered; without one we come as a guest. */
function register(state: ViewState, screen: NicknameScreen, ready: ReadyEvent): Step {
  const { password, again } = screen;
  const refused = (problem: string, field: NicknameScreen["field"]): Step =>
    show(state, { ...screen, field, progress: { type: "registering", ready, problem } });
  const text = password.reveal();
  if (text === "") return enterServer(state, ready);
  if ([...text].length < passwordLengthMin) {
    return refused(`a password has at least ${passwordLengthMin} characters`, "password");
  }
  if (again.reveal() === "") return show(state, { ...screen, field: "again" });
  if (again.reveal() !== text) return refused("the two are not the same", "again");
  return entered(state, ready, { type: "account", action: { type: "register", password } });
}

function entered(state: ViewState, ready: ReadyEvent, effect: Step["effects"][number]): Step {
  const step = enterServer(state, ready);
  return { ...step, effects: [...step.effects, effect] };
}

/** News of the client before it is accepted, and that it is. */
export function reduceJoining(state: ViewState, screen: NicknameScreen, event: ClientEvent): Step {
  const { progress } = screen;
  if (progress.type === "proving") {
    const step = reduceProving(state, screen, progress, event);
    if (step !== undefined) return step;
  }
  switch (event.type) {
    case "connection":
      if (event.state === "closed") {
        return failedJoin(state, event.reason ?? "it was closed", event.failure);
      }
      if (progress.type !== "joining") return show(state, screen);
      return show(state, { ...screen, progress: { ...progress, connection: event } });
    case "ready":
      return accepted(state, screen, event);
    case "nick-refused":
      return refused(state, screen, event);
    case "error":
      return failedJoin(state, event.message);
    default:
      return show(state, screen);
  }
}

/** What becomes of the login; `undefined` for what is news at any time. */
function reduceProving(
  state: ViewState,
  screen: NicknameScreen,
  progress: Extract<NicknameProgress, { type: "proving" }>,
  event: ClientEvent,
): Step | undefined {
  const { nick, ready } = progress;
  const known = (change: Partial<ReadyEvent>): Step =>
    show(state, { ...screen, progress: { ...progress, ready: { ...ready, ...change } } });
  switch (event.type) {
    case "identified":
      return known({ own: event.own });
    case "renamed":
      return known({ nick: event.nick });
    case "ready":
      return known(event);
    case "account":
      return enterServer(state, ready);
    case "error": {
      const guestNick = ready.nick;
      const message = `${event.message}: try again, or take another name, like ${guestNick}`;
      const registered = { nick, guestNick, ready };
      const refusedNow: NicknameProgress = { type: "refused", message, registered };
      const password = new Secret("");
      return show(state, { ...screen, field: "password", password, progress: refusedNow });
    }
    default:
      return undefined;
  }
}

function accepted(state: ViewState, screen: NicknameScreen, ready: ReadyEvent): Step {
  const { progress, password } = screen;
  if (progress.type === "joining" && progress.login !== undefined) {
    return prove(state, screen, { nick: progress.login, ready });
  }
  // The connection was lost and is back while somebody thinks about their password.
  if (progress.type === "refused" && progress.registered?.ready !== undefined) {
    const registered = { ...progress.registered, guestNick: ready.nick, ready };
    return show(state, { ...screen, progress: { ...progress, registered } });
  }
  // Whom the server knows by this device needs no password.
  if (!ready.own.isGuest || password.reveal() === "") return enterServer(state, ready);
  const next: NicknameProgress = { type: "registering", ready };
  return show(state, { ...screen, editor: editorWith(ready.nick), field: "again", progress: next });
}

function refused(
  state: ViewState,
  screen: NicknameScreen,
  event: Extract<ClientEvent, { type: "nick-refused" }>,
): Step {
  const { code, message, suggestion } = event;
  const nick = screen.editor.text.trim();
  if (code !== "nickname-registered" || suggestion === undefined) {
    const editor = editorWith(suggestion ?? screen.editor.text);
    return show(state, {
      ...screen,
      editor,
      isProposal: suggestion !== undefined,
      field: "nick",
      progress: { type: "refused", message },
    });
  }
  const registered = { nick, guestNick: suggestion };
  const { progress, password } = screen;
  // The other name may be refused as well; that is not tried for ever.
  const isFirst = progress.type === "joining" && progress.login === undefined;
  if (isFirst && password.reveal() !== "") return logIn(state, screen, registered);
  const advice = `${message}: if that is you, give the password; else take another, like ${suggestion}`;
  const next: NicknameProgress = { type: "refused", message: advice, registered };
  return show(state, { ...screen, field: "password", progress: next });
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
