import type { Rgb } from "./colour.ts";
import type { MarkupColour, MarkupStyle } from "./markup.ts";
import { type Palette, paletteFor, type ThemeName } from "./palette.ts";
import type { Style } from "./picture.ts";

/** The few characters beyond ASCII that the views draw, or what stands for them. */
export interface Glyphs {
  readonly vertical: string;
  readonly horizontal: string;
  readonly marker: string;
  readonly stored: string;
  readonly pending: string;
  readonly failed: string;
  readonly ellipsis: string;
  readonly down: string;
  readonly hiddenLeft: string;
  readonly hiddenRight: string;
  readonly separator: string;
  readonly reply: string;
  readonly online: string;
  readonly away: string;
  readonly offline: string;
  readonly receive: string;
  readonly send: string;
}

/** How everything looks; it knows what it was made from, so that a like one can be made. */
export interface Theme extends Palette {
  readonly name: ThemeName;
  readonly isAscii: boolean;
  readonly glyphs: Glyphs;
}

const unicodeGlyphs: Glyphs = {
  vertical: "│",
  horizontal: "─",
  marker: "▌",
  stored: "✓",
  pending: "…",
  failed: "!",
  ellipsis: "…",
  down: "▼",
  hiddenLeft: "‹",
  hiddenRight: "›",
  separator: "·",
  reply: "↳",
  online: "●",
  away: "◐",
  offline: "○",
  receive: "↓",
  send: "↑",
};

const asciiGlyphs: Glyphs = {
  vertical: "|",
  horizontal: "-",
  marker: "*",
  stored: "+",
  pending: ".",
  failed: "!",
  ellipsis: "~",
  down: "v",
  hiddenLeft: "<",
  hiddenRight: ">",
  separator: "-",
  reply: ">",
  online: "+",
  away: "-",
  offline: ".",
  receive: "v",
  send: "^",
};

/** The theme; `isAscii` for terminals whose locale is not UTF-8, `background` where it is known. */
export function themeFor(isAscii: boolean, name: ThemeName = "auto", background?: Rgb): Theme {
  const glyphs = isAscii ? asciiGlyphs : unicodeGlyphs;
  return { name, isAscii, glyphs, ...paletteFor(name, background) };
}

const markupColours: Readonly<Record<MarkupColour, number>> = {
  red: 1,
  green: 2,
  yellow: 3,
  blue: 4,
  magenta: 5,
  cyan: 6,
};

/** How what people mark in a text is drawn. */
export function markupStyle(theme: Theme, markup: MarkupStyle): Style {
  const { isBold, isItalic, isCode, isCall, colour, link } = markup;
  return {
    ...(isBold && theme.strong),
    ...(isItalic && { isItalic: true }),
    ...(isCode && theme.code),
    ...(colour !== undefined && { foreground: markupColours[colour] }),
    ...(link !== undefined && { isUnderlined: true }),
    ...(isCall && theme.alert),
  };
}

/** The same nickname always looks the same. */
export function nickStyle(theme: Theme, nick: string): Style {
  let hash = 0;
  for (let index = 0; index < nick.length; index += 1) {
    hash = (Math.imul(hash, 31) + nick.charCodeAt(index)) >>> 0;
  }
  return theme.nicks[hash % theme.nicks.length] ?? theme.plain;
}
