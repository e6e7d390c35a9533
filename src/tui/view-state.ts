import type { EarshotError } from "../base/errors.ts";
import type { AccountAction } from "../room/account-action.ts";
import type { ClientEvent, HistoryRange, ServerInfo } from "../room/client-port.ts";
import type { Question } from "../room/client-question.ts";
import type { OwnPerson } from "../room/entry.ts";
import type { FileAction } from "../room/files/file-action.ts";
import type { PostBody } from "../room/message-log.ts";
import type { AskedOffer } from "../room/message-private.ts";
import type { RoomMember, RoomState as RoomMode } from "../room/message-room.ts";
import type { Position } from "../room/store-port.ts";
import type { NoticeMode } from "./bell.ts";
import type { HostedServer, HostWish, ListedServer, ServerTarget } from "./chat-options.ts";
import type { Rgb } from "./colour.ts";
import type { AskedChat } from "./command-action.ts";
import type { Completing } from "./completing.ts";
import type { Conversation } from "./conversation.ts";
import type { DeliveryProgress } from "./delivery-progress.ts";
import type { About, Draft } from "./draft.ts";
import type { FileNews } from "./file-news.ts";
import type { HostForm } from "./host-form.ts";
import type { InputHistory } from "./input-history.ts";
import type { InputSearch } from "./input-search.ts";
import type { KeyEvent, MouseEvent } from "./key.ts";
import type { KeyBinding } from "./key-table.ts";
import { type EditorState, emptyEditor } from "./line-editor.ts";
import type { HiddenLines } from "./line-filter.ts";
import type { LinkState } from "./link-state.ts";
import type { LogLine } from "./log.ts";
import type { NicknameScreen } from "./nickname-state.ts";
import type { Overlay } from "./overlay-state.ts";
import type { PaneChoice } from "./panes.ts";
import type { PasswordEntry } from "./password-entry.ts";
import type { Size } from "./picture.ts";
import type { PlannedStop } from "./planned-stop.ts";
import type { StartSettings } from "./preferences.ts";
import type { Selection } from "./selection.ts";
import type { SettingsContent } from "./settings-text.ts";
import type { Figures } from "./statistics-overlay.ts";
import type { SystemAnswer, SystemRequest } from "./system-request.ts";
import type { Theme } from "./theme.ts";
import type { TimeFormat } from "./time-format.ts";
import type { KeyChange } from "./trust.ts";

/** The two clocks at one moment; see Clock. */
export interface Moment {
  readonly now: number;
  readonly wallNow: number;
  /** Members of the server that runs in this process; absent when none does. */
  readonly hostedMemberCount?: number;
  /** Own lines that are not stored yet and that this computer keeps for the next visit. */
  readonly keptCount?: number;
}

/** What the program was started with, and what the person has set; see setting-table.ts. */
export interface Settings {
  readonly theme: Theme;
  readonly timeFormat: TimeFormat;
  readonly rooms: readonly string[];
  /** A nickname that was chosen before; otherwise the form asks, proposing `nickDefault`. */
  readonly nick: string | undefined;
  readonly nickDefault: string;
  /** The transport version we speak. */
  readonly version: number;
  readonly discoveryPort: number;
  /** Of whom we are told while we look elsewhere. */
  readonly notices: NoticeMode;
  /** Words that call us, besides our nickname. */
  readonly highlights: readonly string[];
  readonly hidden: HiddenLines;
  /** How it is told who comes and goes; whom we talk with is always told of. */
  readonly joins: "fold" | "show" | "hide";
  readonly isMouseOn: boolean;
  /** Whether it is asked before a line is deleted and before a long paste is sent. */
  readonly isConfirming: boolean;
  /** The key table with the person's own keys. */
  readonly keyBindings: readonly KeyBinding[];
  /** What all of this is made from. */
  readonly start: StartSettings;
  readonly content: SettingsContent;
}

/** The state of the connection as the client told it last. */
export type ConnectionState = Omit<Extract<ClientEvent, { type: "connection" }>, "type">;

/** Choosing a server, or typing its address. */
export interface PickerScreen {
  readonly type: "picker";
  readonly filter: EditorState;
  /** The marked server's id; the first one is marked while `undefined`. */
  readonly selectedId: string | undefined;
  readonly mode:
    | { readonly type: "list" }
    | { readonly type: "address"; readonly editor: EditorState }
    | { readonly type: "host-form"; readonly form: HostForm }
    /** `form`: what was wished for, to be corrected when it cannot be had. */
    | { readonly type: "hosting"; readonly form?: HostForm };
  /** What went wrong last. */
  readonly problem: string | undefined;
}

/** A server shows another key than the known one; it is not joined before its words are typed. */
export interface ChangedScreen {
  readonly type: "changed";
  readonly target: ServerTarget;
  readonly change: KeyChange;
  readonly editor: EditorState;
  /** What is wrong with what was typed, or why it could not be kept. */
  readonly problem: string | undefined;
}

/** One joined room. */
export interface RoomState {
  readonly name: string;
  /** What people call it: `#lobby`, or who is in a private chat. */
  readonly title: string;
  readonly state: RoomMode;
  /** In the order of their names. */
  readonly members: readonly RoomMember[];
  /** Nicknames of all to whom a private chat belongs, without ours; of another room nobody. */
  readonly persons: readonly string[];
  /** What is live, down to the newest line. */
  readonly conversation: Conversation;
  /** The part of the past that somebody went to; `undefined` while what is live is seen. */
  readonly window: Conversation | undefined;
  /** How often somebody went to a part of the past, so that pages for an earlier one are not taken. */
  readonly windowCount: number;
  /** Where somebody wants to go, while the page is not here. */
  readonly jump: Position | undefined;
  /** Where new lines begin; `undefined` when none came that were not seen. */
  readonly newLine: NewLine | undefined;
  /** Who spoke last and when (Clock.now()), the newest first; at most `speakersMax`. */
  readonly speakers: readonly { readonly nick: string; readonly at: number }[];
  /** Messages that came while another room was shown, or while we were away. */
  readonly unreadCount: number;
  /** How many of them call us. */
  readonly mentionCount: number;
  /** The newest sequence that the server was told to be read. */
  readonly readSequence: number;
  /** Who writes now, and until which Clock.now() that is believed; at most `typingMembersMax`. */
  readonly typing: readonly { readonly nick: string; readonly until: number }[];
  /** How many of the others have our newest line. */
  readonly progress: DeliveryProgress | undefined;
  /** What was being written here when another room was shown. */
  readonly draft: Draft;
  /** Up to this sequence all others have our lines; 0 when nothing is known. */
  readonly deliveredSequence: number;
}

/** The line between what was read and what is new. It moves only when a person does something. */
export interface NewLine {
  /** The first new sequence. */
  readonly from: number;
  /** Whether the line itself has been on the screen. */
  readonly isSeen: boolean;
}

/** What is too long for the input line; it waits to be sent as one message or dropped. */
export interface Paste {
  readonly text: string;
  /** `37 lines, 2.1 kB`: counted once, because it may be 16 MiB. */
  readonly size: string;
  /** It is so long that it goes only when Enter is pressed twice: it was pressed once. */
  readonly isConfirmed?: boolean;
}

/** A private chat that waits for our answer. */
export interface WaitingChat extends AskedChat {
  /** Clock.now() from which on it is too late to agree. */
  readonly until: number;
  /** The newest files that are offered there. */
  readonly offer?: AskedOffer;
}

/** Files that wait for our answer. */
export interface WaitingOffer {
  readonly id: string;
  /** Who offers what. */
  readonly text: string;
  /** Clock.now() from which on it is not shown any more. */
  readonly until: number;
}

/** Chatting. */
export interface RoomScreen {
  readonly type: "room";
  readonly server: ServerInfo;
  readonly nick: string;
  readonly own: OwnPerson;
  readonly connection: ConnectionState;
  /** At least one, but for the time before the first join is answered and after the last leave. */
  readonly rooms: readonly RoomState[];
  readonly activeRoom: string | undefined;
  /** Private chats that wait for our answer, the oldest first; at most `askedMax`. */
  readonly asked: readonly WaitingChat[];
  readonly files: FileNews;
  /** Files that were offered just now and wait for our answer, the oldest first; at most `offerBannersMax`. */
  readonly offered: readonly WaitingOffer[];
  /**
   * What is to be said in private chats that were asked for, by the `ref` of the question; at most
   * `requestsWaitingMax`, which the client keeps.
   */
  readonly queries: ReadonlyMap<string, string>;
  readonly queryCount: number;
  readonly editor: EditorState;
  readonly history: InputHistory;
  readonly paste: Paste | undefined;
  /** The line that is answered or changed by what is written. */
  readonly about: About | undefined;
  /** In the place of the input line while one of the lines before is looked for. */
  readonly inputSearch: InputSearch | undefined;
  /** A message that keys, or the next command, are about. */
  readonly selection: Selection | undefined;
  /** What may be meant where the cursor is, once somebody asks. */
  readonly completing: Completing | undefined;
  /** The first key of a sequence of two, by its name. */
  readonly prefix: string | undefined;
  /** In the place of the input line while one is asked for. */
  readonly password: PasswordEntry | undefined;
  /** Clock.now() when the server was told last what was read. */
  readonly readToldAt: number | undefined;
  readonly panes: PaneChoice;
  /** The room that was shown before this one. */
  readonly lastRoom: string | undefined;
  /** Where somebody was who now goes through the rooms in which something waits. */
  readonly cameFrom: string | undefined;
  /** When the server stops, Clock.now(), if it has said so. */
  readonly stop: PlannedStop | undefined;
  /** The answer to the last key or command, until the next one. */
  readonly hint: string | undefined;
  /** What to tell in the room that is entered first. */
  readonly greeting: string | undefined;
}

/** What the terminal shows. */
export type Screen = PickerScreen | NicknameScreen | ChangedScreen | RoomScreen;

/** Everything that the picture is made from. */
export interface ViewState {
  readonly settings: Settings;
  readonly size: Size;
  readonly screen: Screen;
  /** The servers that are heard now. */
  readonly servers: readonly ListedServer[];
  /** The adapters that were asked. */
  readonly adapters: readonly string[];
  /** Why no server answers, where that is known. */
  readonly cause: string | undefined;
  /** Clock.now() when the network was asked first, or again by hand. */
  readonly askedAt: number;
  /** How the way to the server is and was. */
  readonly link: LinkState;
  /** The oldest first; at most `logLinesMax`. */
  readonly log: readonly LogLine[];
  /** What lies over the screen. */
  readonly overlay: Overlay | undefined;
  /** Clock.now() of the last event, for what counts seconds. */
  readonly now: number;
  /** Clock.now() of the last Ctrl-C on an empty line, for a while. */
  readonly interruptedAt: number | undefined;
  /** The server that runs in this process because somebody asked for it in the picker. */
  readonly hosted: ServerInfo | undefined;
  /** What the last key would have done to those in it, shown until this Clock.now(). */
  readonly warning:
    | { readonly type: "quit" | "suspend"; readonly text: string; readonly until: number }
    | undefined;
  /** The colour behind the terminal's text; `undefined` while it has not told. */
  readonly background: Rgb | undefined;
  /** Whether our window is in front; `undefined` while the terminal has not told. */
  readonly isFocused: boolean | undefined;
  /** Clock.now() of the last notice. */
  readonly noticedAt: number | undefined;
  readonly isQuitting: boolean;
}

/** What happened. */
export type ViewEvent =
  | { readonly type: "key"; readonly key: KeyEvent }
  | { readonly type: "mouse"; readonly mouse: MouseEvent }
  /** The terminal's window came to the front or went from it. */
  | { readonly type: "focus"; readonly isFocused: boolean }
  /** The terminal has told what colour is behind its text. */
  | { readonly type: "background"; readonly rgb: Rgb }
  | { readonly type: "resized"; readonly size: Size }
  /** Only time has passed. */
  | { readonly type: "tick" }
  | {
      readonly type: "servers";
      readonly servers: readonly ListedServer[];
      readonly adapters: readonly string[];
      readonly cause?: string | undefined;
    }
  | { readonly type: "client"; readonly event: ClientEvent }
  /** The client could not even be started. */
  | { readonly type: "connect-failed"; readonly failure: EarshotError }
  /** The effect `trust` is done, or could not be. */
  | { readonly type: "trusted"; readonly change: KeyChange }
  | { readonly type: "trust-failed"; readonly change: KeyChange; readonly message: string }
  | { readonly type: "hosted"; readonly target: HostedServer["target"] }
  | { readonly type: "host-failed"; readonly message: string }
  /** Nobody can be looked for. */
  | { readonly type: "browse-failed"; readonly message: string }
  /** Somebody outside wants us to end, as with Ctrl-Q. */
  | { readonly type: "quit" }
  /** The answer to the effect `measure`. */
  | { readonly type: "measured"; readonly figures: Figures }
  /** The client did not take a line. */
  | { readonly type: "post-refused"; readonly body: PostBody }
  | SystemAnswer;

/** What is to be done outside of the view. */
export type Effect =
  | { readonly type: "connect"; readonly target: ServerTarget; readonly nick: string }
  | { readonly type: "change-nick"; readonly nick: string }
  | { readonly type: "disconnect" }
  /** Keep the key that a server shows now; answered by `trusted` or `trust-failed`. */
  | { readonly type: "trust"; readonly change: KeyChange }
  | { readonly type: "host"; readonly wish?: HostWish }
  | { readonly type: "rescan" }
  | {
      readonly type: "join";
      readonly room: string;
      readonly ref?: string;
      readonly invitation?: string;
    }
  | { readonly type: "leave"; readonly room: string; readonly ref?: string }
  | { readonly type: "post"; readonly room: string; readonly body: PostBody }
  | { readonly type: "ask"; readonly question: Question; readonly ref?: string }
  | { readonly type: "file"; readonly action: FileAction }
  | { readonly type: "account"; readonly action: AccountAction }
  | {
      readonly type: "history";
      readonly room: string;
      readonly range: HistoryRange;
      readonly ref: string;
    }
  | {
      readonly type: "typing";
      readonly room: string;
      readonly state: "active" | "paused" | "done";
    }
  | {
      readonly type: "read";
      readonly room: string;
      readonly sequence: number;
      readonly ordinal: number;
    }
  | SystemRequest
  /** Nothing of this server is to be kept on this computer. */
  | { readonly type: "forget" }
  | { readonly type: "suspend" }
  | { readonly type: "redraw" }
  /** Answered by `measured`. */
  | { readonly type: "measure" }
  /** Tells somebody who looks elsewhere, and rings; the texts are sanitised and cut where they are sent. */
  | { readonly type: "notify"; readonly title: string; readonly body: string }
  /** Puts the text into the clipboard, where the terminal allows it. */
  | { readonly type: "copy"; readonly text: string }
  /** Lets the terminal tell of wheel and clicks, or leaves the mouse to it. */
  | { readonly type: "mouse"; readonly isOn: boolean }
  /** Ends at once when asked for a second time. */
  | { readonly type: "quit" };

/** What an event leads to. */
export interface Step {
  readonly state: ViewState;
  readonly effects: readonly Effect[];
}

/** The state with another screen, and what is to be done. */
export function show(state: ViewState, screen: Screen, ...effects: Effect[]): Step {
  return { state: { ...state, screen }, effects };
}

/** The state with this over the screen, or with nothing over it. */
export function withOverlay(state: ViewState, overlay: Overlay | undefined): Step {
  return { state: { ...state, overlay }, effects: [] };
}

/** Back to the picker, which asks the network anew. */
export function showPicker(
  state: ViewState,
  problem: string | undefined,
  ...effects: Effect[]
): Step {
  const asking: ViewState = {
    ...state,
    servers: [],
    adapters: [],
    cause: undefined,
    askedAt: state.now,
  };
  return show(asking, { ...emptyPicker, problem }, ...effects);
}

/** Stops in front of a server whose key has changed. */
export function showChanged(
  state: ViewState,
  target: ServerTarget,
  change: KeyChange,
  ...effects: Effect[]
): Step {
  const editor = emptyEditor;
  return show(state, { type: "changed", target, change, editor, problem: undefined }, ...effects);
}

/** The picker as it starts. */
export const emptyPicker: PickerScreen = {
  type: "picker",
  filter: emptyEditor,
  selectedId: undefined,
  mode: { type: "list" },
  problem: undefined,
};
