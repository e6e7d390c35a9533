import type { KeyEvent } from "./key.ts";
import type { Action } from "./key-table.ts";
import type { ListState } from "./list-state.ts";
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
}

/**
 * What lies over a screen and has its keys until Escape closes it. The screen stays as it is below, with
 * what was typed there.
 */
export type Overlay = HelpOverlay | ReaderOverlay;

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
