import type { IBufferCell } from "@xterm/headless";
import { type Cell, paint, plainStyle } from "../../src/tui/cells.ts";
import { reduceColour } from "../../src/tui/colour.ts";
import type { Colour, Picture, Size, Style } from "../../src/tui/picture.ts";
import type { Emulator } from "./emulator.ts";

/** `old` is a terminal to which nothing is wide that is wide only since Unicode 9. */
export type Widths = "modern" | "old";

/** What the cells have to be, by the painter alone, without any frame before. */
export function cellsOf(picture: Picture, size: Size): Cell[][] {
  const lines = Array.from({ length: size.rows }, () =>
    Array.from({ length: size.columns }, (): Cell => [plainStyle, " "]),
  );
  paint(picture, lines, size);
  return lines;
}

/** Where an emulator of 256 colours and the cells differ, or nothing. */
export function difference(emulator: Emulator, lines: readonly Cell[][], widths: Widths): string {
  for (const [y, line] of lines.entries()) {
    for (const [x, cell] of line.entries()) {
      const width = line[x + 1]?.[1] === "" ? 2 : 1;
      const found = cell[1] === "" ? "" : cellDifference(emulator.cell(x, y)!, cell, width, widths);
      if (found !== "") return `column ${x}, row ${y}: ${found}`;
    }
  }
  return "";
}

/** Of a cluster the first character counts, and on an old terminal nothing that is wide today. */
function cellDifference(seen: IBufferCell, cell: Cell, width: number, widths: Widths): string {
  const [style, text] = cell;
  const [seenLook, wantedLook] = [lookOfSeen(seen), lookOf(style)];
  if (seenLook !== wantedLook) return `${seenLook} in place of ${wantedLook}`;
  const shown = seen.getChars() === "" ? " " : seen.getChars();
  const [first = "", ...others] = text;
  if (widths === "old" && (0 < others.length || "\u2000" < first)) return "";
  if (0 < others.length) return shown.startsWith(first) ? "" : `${shown} in place of ${text}`;
  if (shown !== text) return `${shown} in place of ${text}`;
  return seen.getWidth() === width ? "" : `width ${seen.getWidth()}`;
}

function lookOf(style: Style): string {
  const { isBold, isDim, isItalic, isUnderlined, isInverse, foreground, background } = style;
  const flags = [isBold, isDim, isItalic, isUnderlined, isInverse].map((flag) => flag === true);
  return describeLook(flags, reduceColour(foreground, 256), reduceColour(background, 256));
}

function lookOfSeen(seen: IBufferCell): string {
  const flags = [
    seen.isBold(),
    seen.isDim(),
    seen.isItalic(),
    seen.isUnderline(),
    seen.isInverse(),
  ].map((flag) => flag !== 0);
  const foreground = seen.isFgDefault() ? undefined : seen.getFgColor();
  return describeLook(flags, foreground, seen.isBgDefault() ? undefined : seen.getBgColor());
}

function describeLook(flags: readonly boolean[], foreground: Colour, background: Colour): string {
  const letters = flags.map((isSet, index) => (isSet ? "bdiur"[index] : ""));
  return `${letters.join("")} ${foreground ?? "-"} on ${background ?? "-"}`;
}
