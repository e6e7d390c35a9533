/**
 * A colour of the terminal: 0..15 its own palette, 16..255 the xterm cube; `#rrggbb` exactly that one,
 * or the nearest that the terminal has; `undefined` its default.
 */
export type Colour = number | `#${string}` | undefined;

export interface Style {
  readonly foreground?: Colour;
  readonly background?: Colour;
  readonly isBold?: boolean;
  readonly isDim?: boolean;
  /** Underlined where the terminal has no italics. */
  readonly isItalic?: boolean;
  readonly isUnderlined?: boolean;
  readonly isInverse?: boolean;
}

/** Text of one style. It holds no control character; whoever makes a span has sanitised it. */
export interface Span {
  readonly text: string;
  readonly style: Style;
  /** Where a click on it leads; only what `safeLink` lets through becomes a link (OSC 8). */
  readonly link?: string | undefined;
}

export type Row = readonly Span[];

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What the whole terminal shows: the views are pure functions that give one of these. */
export interface Picture {
  /** At most `Size.rows`; missing rows and the rest of a short row are blank. Longer rows are cut. */
  readonly rows: readonly Row[];
  /** The colours of what names none, and of what is blank; the terminal's own when absent. */
  readonly base?: Style;
  /** Where the terminal's cursor is, from 0; hidden when `undefined`. */
  readonly cursor?: { readonly column: number; readonly row: number };
}
