import type { Secret } from "../base/secret.ts";
import type { ClientEvent } from "../room/client-port.ts";
import type { ServerTarget } from "./chat-options.ts";
import type { EditorState } from "./line-editor.ts";
import type { ConnectionState } from "./view-state.ts";

/** Choosing a nickname, with a password where it is somebody's, and waiting to be accepted. */
export interface NicknameScreen {
  readonly type: "nickname";
  readonly target: ServerTarget;
  readonly editor: EditorState;
  /** The nickname was put there by us: what is typed stands in its place, while an editing key keeps it. */
  readonly isProposal: boolean;
  /** In which line one writes. */
  readonly field: "nick" | "password" | "again";
  /** Empty for who comes as a guest. */
  readonly password: Secret;
  readonly again: Secret;
  readonly isPasswordShown: boolean;
  readonly progress: NicknameProgress;
}

/** How far one is on the way into a server. */
export type NicknameProgress =
  | { readonly type: "asking" }
  /** A client is there and waits for another nickname. */
  | {
      readonly type: "refused";
      readonly message: string;
      /** Where the nickname is somebody's: under which other one that can be proven. */
      readonly registered?: RegisteredNick;
    }
  | {
      readonly type: "joining";
      readonly connection: ConnectionState | undefined;
      /** As a guest of another name, to log in as this one. */
      readonly login?: string;
    }
  /** The server has accepted us as a guest, and is asked whether the password is that of `nick`. */
  | { readonly type: "proving"; readonly nick: string; readonly ready: ReadyEvent }
  /** The nickname is free and there is a password: once more, and it is registered. */
  | { readonly type: "registering"; readonly ready: ReadyEvent; readonly problem?: string };

/** A nickname that is somebody's, and the name under which it can be proven that we are they. */
export interface RegisteredNick {
  readonly nick: string;
  readonly guestNick: string;
  /** We are in under that other name, because a first password was wrong. */
  readonly ready?: ReadyEvent;
}

/** The server has accepted us. */
export type ReadyEvent = Extract<ClientEvent, { type: "ready" }>;
