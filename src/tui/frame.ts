import { type Cell, plainAttribute } from "./cells.ts";
import type { Picture } from "./picture.ts";
import { graphemeWidth } from "./text.ts";

/** Longer frames are sent as one piece for terminals that know how (mode 2026); others ignore it. */
const synchronisedUnitsMin = 512;

/** The two pictures between which a frame makes the difference. */
export interface FrameOptions {
  /** What is to be seen. */
  readonly lines: readonly Cell[][];
  /** What the terminal shows now; it is made equal to `lines`. */
  readonly shownLines: readonly Cell[][];
  readonly cursor: Picture["cursor"];
  /** The escape sequence for an attribute; asked once for each run of cells. */
  readonly sequenceOf: (attribute: number) => string;
}

/**
 * The bytes that turn what the terminal shows into what is to be seen. The terminal must not wrap at
 * the margin (DECAWM off). Afterwards it draws plain, and its cursor is where the picture says.
 */
export function composeFrame(options: FrameOptions): string {
  const pen = new Pen(options.sequenceOf);
  for (const [y, line] of options.lines.entries()) {
    const shownLine = options.shownLines[y];
    if (shownLine !== undefined) drawLine(pen, y, line, shownLine);
  }
  const drawn = pen.finish();
  const { cursor } = options;
  const placed =
    cursor === undefined ? "\x1b[?25l" : `${position(cursor.column, cursor.row)}\x1b[?25h`;
  if (drawn === "") return placed;
  const frame = `\x1b[?25l${drawn}${placed}`;
  return frame.length < synchronisedUnitsMin ? frame : `\x1b[?2026h${frame}\x1b[?2026l`;
}

/** Where the terminal draws next and how, so that nothing is said twice. */
class Pen {
  readonly #sequenceOf: (attribute: number) => string;
  #output = "";
  #attribute = plainAttribute;
  /** Unknown after a character whose width is the terminal's secret. */
  #at: { readonly x: number; readonly y: number } | undefined;

  constructor(sequenceOf: (attribute: number) => string) {
    this.#sequenceOf = sequenceOf;
  }

  draw(x: number, y: number, [attribute, text]: Cell, width: number): void {
    if (this.#at?.x !== x || this.#at.y !== y) this.#output += position(x, y);
    if (attribute !== this.#attribute) this.#output += this.#sequenceOf(attribute);
    this.#attribute = attribute;
    if (isWidthCertain(text)) {
      this.#output += text;
      this.#at = { x: x + width, y };
      return;
    }
    // A terminal that gives it one cell of two would let what was there before shine through.
    this.#output += width === 2 ? `  ${position(x, y)}${text}` : text;
    this.#at = undefined;
  }

  finish(): string {
    if (this.#attribute !== plainAttribute) this.#output += this.#sequenceOf(plainAttribute);
    return this.#output;
  }
}

function drawLine(pen: Pen, y: number, line: readonly Cell[], shownLine: readonly Cell[]): void {
  // Up to here a terminal may have drawn over what follows a character that it takes for wider.
  let spoiltEnd = 0;
  for (const [x, cell] of line.entries()) {
    const shown = shownLine[x];
    if (shown === undefined) return;
    const [attribute, text] = cell;
    const isSame = shown[0] === attribute && shown[1] === text;
    shown[0] = attribute;
    shown[1] = text;
    if (text === "" || (isSame && spoiltEnd <= x)) continue;
    const width = line[x + 1]?.[1] === "" ? 2 : 1;
    pen.draw(x, y, cell, width);
    if (!isWidthCertain(text)) spoiltEnd = Math.max(spoiltEnd, x + widthMax(text));
  }
}

/** The cells that a terminal takes which knows nothing of clusters and draws everything wide. */
function widthMax(text: string): number {
  let width = 0;
  for (const character of text) width += Math.max(1, 2 * graphemeWidth(character));
  return width;
}

/**
 * Whether terminals agree on the width: Latin, Greek, Cyrillic, punctuation, box drawing, kana,
 * ideographs and Hangul, each alone. Symbols, other scripts, emoji and clusters are doubtful.
 */
const certain =
  /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u037a-\u0482\u048a-\u052f\u2010-\u2027\u2500-\u259f\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]$/;

function isWidthCertain(text: string): boolean {
  return text.length === 1 && certain.test(text);
}

function position(x: number, y: number): string {
  return `\x1b[${y + 1};${x + 1}H`;
}
