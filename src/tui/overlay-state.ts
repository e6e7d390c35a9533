import type { LogEntry } from "../room/log-entry.ts";
import type { KeyEvent } from "./key.ts";
import type { Action } from "./key-table.ts";
import type { ListState } from "./list-state.ts";
import type { Figures } from "./statistics-overlay.ts";
import type { Moment, Step } from "./view-state.ts";

/** The help of a place; `over` is what comes back when it is closed. */
export interface HelpOverlay {
  readonly type: "help";
  readonly list: ListState;
  readonly over: Overlay | undefined;
}

/** A folded message that is read on the whole screen. */
export interface ReaderOverlay {
  readonly type: "reader";
  /** Who said it and when. */
  readonly from: string;
  readonly text: string;
  /** `25,847 lines, 1.2 MB`: counted once, as with a paste. */
  readonly size: string;
  /** Offset in the text that is in the first row seen. */
  readonly top: number;
  /** What comes back when it is closed. */
  readonly over: Overlay | undefined;
}

/** Rooms, people, keys and commands in one list. */
export interface GoToOverlay {
  readonly type: "go-to";
  readonly list: ListState;
}

/** What can be set, and how it is. */
export interface SettingsOverlay {
  readonly type: "settings";
  readonly list: ListState;
}

/** Files that are under way, and those that came. */
export interface TransfersOverlay {
  readonly type: "transfers";
  readonly list: ListState;
}

/** What happened lately. */
export interface LogOverlay {
  readonly type: "log";
  readonly list: ListState;
}

/** What was measured. */
export interface StatisticsOverlay {
  readonly type: "statistics";
  readonly list: ListState;
  /** `undefined` until they are here. */
  readonly figures: Figures | undefined;
}

/** The links of a room. */
export interface LinksOverlay {
  readonly type: "links";
  readonly list: ListState;
}

/** Looking for lines, as it is typed; what is looked for is the filter of its list. */
export interface SearchOverlay {
  readonly type: "search";
  readonly list: ListState;
  /** Only lines that mention us. */
  readonly isMention: boolean;
  readonly isEverywhere: boolean;
  /** Clock.now() when the server is asked, after a pause in typing; `undefined` when it was. */
  readonly dueAt: number | undefined;
  readonly progress: SearchProgress;
  /** The newest first; at most `hitsMax`. */
  readonly hits: readonly Hit[];
}

/** How far a search has come. */
export type SearchProgress =
  | { readonly type: "typing" }
  | { readonly type: "asking"; readonly ref: string; readonly askedAt: number }
  /** `cursor`: there is more, and how to ask for it. */
  | { readonly type: "found"; readonly cursor: string | undefined }
  /** Only the lines that are here were looked through. */
  | { readonly type: "offline" }
  | { readonly type: "refused"; readonly message: string };

/** A line that was found. */
export interface Hit {
  readonly room: string;
  readonly entry: LogEntry;
}

/**
 * What lies over a screen and has its keys until Escape closes it. The screen stays as it is below, with
 * what was typed there.
 */
export type Overlay =
  | HelpOverlay
  | ReaderOverlay
  | GoToOverlay
  | LogOverlay
  | LinksOverlay
  | SettingsOverlay
  | StatisticsOverlay
  | TransfersOverlay
  | SearchOverlay;

/** A key for an overlay, with what the key table says that it does there. */
export interface OverlayKey {
  readonly moment: Moment;
  readonly key: KeyEvent;
  readonly action: Action | undefined;
}

/** What a key in an overlay leads to. */
export interface OverlayStep extends Step {
  /** A key that is pressed next, in the place that is there then: so help does what it explains. */
  readonly press?: KeyEvent;
}
