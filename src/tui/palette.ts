import { contrast, luminance, type Rgb, rgbOf } from "./colour.ts";
import type { Colour, Style } from "./picture.ts";

/** The themes that people can choose; `auto` follows the terminal's background. */
export const themeNames = ["auto", "dark", "light", "mono", "contrast", "night", "paper"] as const;

/** The name of a theme. */
export type ThemeName = (typeof themeNames)[number];

/** How things look, but for their glyphs. Colour only repeats what words and letters say. */
export interface Palette {
  /** What is drawn with where a style names no colour; the terminal's own colours when empty. */
  readonly base: Style;
  readonly plain: Style;
  readonly dim: Style;
  readonly strong: Style;
  readonly code: Style;
  readonly bar: Style;
  readonly alert: Style;
  readonly link: Style;
  readonly ownNick: Style;
  /** Styles for other people's nicknames, at least one. */
  readonly nicks: readonly Style[];
}

/** Nicknames are large and short: the least contrast for such text (WCAG 2.2, section 1.4.3). */
export const nickContrastMin = 3;

/** Fewer colours than this do not tell people apart, so that those that come next are kept. */
export const nickColoursMin = 4;

/** Backgrounds below this let white text have the larger contrast. */
const darkLuminanceMax = 0.18;

/** Of the terminal's own 16 colours those that people can read on light and on dark backgrounds. */
const anywhere: Palette = {
  base: {},
  plain: {},
  dim: { isDim: true },
  strong: { isBold: true },
  code: { foreground: 6 },
  bar: { isInverse: true },
  alert: { foreground: 1, isBold: true },
  link: { isUnderlined: true },
  ownNick: { isBold: true },
  nicks: coloured([1, 2, 4, 5, 6]),
};

const dark: Palette = {
  ...anywhere,
  code: { foreground: 14 },
  alert: { foreground: 9, isBold: true },
  link: { foreground: 14, isUnderlined: true },
  nicks: coloured([2, 3, 5, 6, 9, 10, 11, 12, 13, 14]),
};

const light: Palette = {
  ...anywhere,
  code: { foreground: 4 },
  link: { foreground: 4, isUnderlined: true },
  nicks: coloured([1, 2, 4, 5, 6, 8]),
};

/** No colours; what they would say is said by weight and lines. */
const mono: Palette = {
  ...anywhere,
  code: { isUnderlined: true },
  alert: { isBold: true, isInverse: true },
  nicks: [{}],
};

/** Nothing is dim, and nothing is told by a colour alone. */
const strongContrast: Palette = {
  ...anywhere,
  base: { foreground: "#ffffff", background: "#000000" },
  dim: {},
  code: { foreground: "#ffff00" },
  bar: { foreground: "#000000", background: "#ffffff", isBold: true },
  alert: { foreground: "#ffffff", background: "#b00000", isBold: true },
  link: { foreground: "#80ffff", isUnderlined: true },
  ownNick: { foreground: "#ffff00", isBold: true },
  nicks: coloured(["#ffffff", "#80ffff", "#a0ffa0", "#ffc0ff"]),
};

const night: Palette = {
  ...anywhere,
  base: { foreground: "#c8d0e0", background: "#1a1d26" },
  dim: { foreground: "#8088a0" },
  strong: { foreground: "#f0f4ff", isBold: true },
  code: { foreground: "#e8c07d" },
  bar: { foreground: "#dde4f4", background: "#30364a" },
  alert: { foreground: "#ff7b85", isBold: true },
  link: { foreground: "#7cc5ff", isUnderlined: true },
  ownNick: { foreground: "#f0f4ff", isBold: true },
  nicks: coloured([
    "#7cc5ff",
    "#9ede8f",
    "#e8c07d",
    "#f29bb8",
    "#c3a6ff",
    "#6fdccb",
    "#ffab7a",
    "#d5de7a",
  ]),
};

const paper: Palette = {
  ...anywhere,
  base: { foreground: "#33302a", background: "#faf6ec" },
  dim: { foreground: "#756f62" },
  strong: { foreground: "#000000", isBold: true },
  code: { foreground: "#8a4b00" },
  bar: { foreground: "#33302a", background: "#e4dcc8" },
  alert: { foreground: "#b3001b", isBold: true },
  link: { foreground: "#005a9e", isUnderlined: true },
  ownNick: { foreground: "#000000", isBold: true },
  nicks: coloured([
    "#005a9e",
    "#1f6f2b",
    "#8a4b00",
    "#a0246b",
    "#5b3fb5",
    "#00696b",
    "#a83200",
    "#5f6300",
  ]),
};

/**
 * The palette of that name. Nicknames have only colours that can be read on the background, if that
 * is known or the palette brings its own.
 */
export function paletteFor(name: ThemeName, background: Rgb | undefined): Palette {
  const palette = paletteNamed(name, background);
  const behind = rgbOf(palette.base.background) ?? background;
  return behind === undefined ? palette : { ...palette, nicks: readable(palette.nicks, behind) };
}

function paletteNamed(name: ThemeName, background: Rgb | undefined): Palette {
  switch (name) {
    case "auto":
      if (background === undefined) return anywhere;
      return luminance(background) < darkLuminanceMax ? dark : light;
    case "dark":
      return dark;
    case "light":
      return light;
    case "mono":
      return mono;
    case "contrast":
      return strongContrast;
    case "night":
      return night;
    case "paper":
      return paper;
  }
}

/** The styles that stand out from the background, or the few that do so best. */
function readable(nicks: readonly Style[], background: Rgb): readonly Style[] {
  const contrastOf = ({ foreground }: Style) => {
    const rgb = rgbOf(foreground);
    return rgb === undefined ? Number.POSITIVE_INFINITY : contrast(rgb, background);
  };
  const best = nicks.toSorted((one, other) => contrastOf(other) - contrastOf(one));
  return best.filter(
    (nick, index) => index < nickColoursMin || nickContrastMin <= contrastOf(nick),
  );
}

function coloured(colours: readonly Colour[]): readonly Style[] {
  return colours.map((foreground) => ({ foreground }));
}
