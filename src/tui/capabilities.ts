import type { ColourCount } from "./colour.ts";
import type { ThemeName } from "./palette.ts";

/** The variables that say what the terminal can do, as in `process.env`. */
export interface TerminalEnvironment {
  readonly TERM?: string | undefined;
  readonly TERM_PROGRAM?: string | undefined;
  readonly COLORTERM?: string | undefined;
  readonly NO_COLOR?: string | undefined;
  readonly TMUX?: string | undefined;
  readonly STY?: string | undefined;
  readonly KITTY_WINDOW_ID?: string | undefined;
  readonly VTE_VERSION?: string | undefined;
  readonly WT_SESSION?: string | undefined;
  readonly KONSOLE_VERSION?: string | undefined;
  readonly LC_ALL?: string | undefined;
  readonly LC_CTYPE?: string | undefined;
  readonly LANG?: string | undefined;
}

/** How a terminal is asked to tell people something: by an OSC of that number, or only by its bell. */
export type NoticeWay = "osc9" | "osc99" | "osc777" | "bell";

/** What a terminal can do, as far as its name and the environment tell. */
export interface Capabilities {
  /** 0 also when none are wanted (https://no-color.org). */
  readonly colourCount: ColourCount;
  readonly hasItalic: boolean;
  /** Whether it takes operating system commands (OSC) for what they are: links, notices, questions. */
  readonly hasCommands: boolean;
  readonly noticeWay: NoticeWay;
  /** The program between us and the terminal, which passes on only what it is asked to. */
  readonly multiplexer: "tmux" | "screen" | undefined;
}

/** Consoles and old terminals that would print what they do not know. */
const isSimple = (name: string): boolean => /^(?:linux|ansi|vt\d|cons|dumb)/.test(name);

/** What the environment tells of the terminal. */
export function capabilitiesOf(env: TerminalEnvironment): Capabilities {
  const name = env.TERM ?? "";
  const multiplexer = multiplexerOf(name, env);
  const hasCommands = !isSimple(name);
  return {
    colourCount: colourCountOf(name, env),
    // GNU screen draws italics as inverse.
    hasItalic: hasCommands && multiplexer !== "screen",
    hasCommands,
    noticeWay: hasCommands ? noticeWayOf(name, env) : "bell",
    multiplexer,
  };
}

/** The theme for who has chosen none: without colours where none are wanted or there are none. */
export function themeNameOf(env: TerminalEnvironment): ThemeName {
  return colourCountOf(env.TERM ?? "", env) === 0 ? "mono" : "auto";
}

/**
 * Whether the locale names another character set than UTF-8, so that lines and marks are drawn in ASCII.
 * Where none is named, as often in containers and on Windows, the terminal is taken to know UTF-8.
 */
export function isOtherCharset({ LC_ALL, LC_CTYPE, LANG }: TerminalEnvironment): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || "";
  return locale !== "" && !/utf-?8/i.test(locale);
}

function multiplexerOf(name: string, env: TerminalEnvironment): Capabilities["multiplexer"] {
  if ((env.TMUX ?? "") !== "" || name.startsWith("tmux")) return "tmux";
  // By ssh only the name arrives.
  return (env.STY ?? "") !== "" || name.startsWith("screen") ? "screen" : undefined;
}

function colourCountOf(name: string, env: TerminalEnvironment): ColourCount {
  if ((env.NO_COLOR ?? "") !== "" || /^(?:vt\d|dumb)/.test(name)) return 0;
  if (/^(?:linux|ansi|cons)/.test(name) || /-(?:8|16)color$/.test(name)) {
    return name.endsWith("-16color") ? 16 : 8;
  }
  const isTrue =
    /^(?:truecolor|24bit)$/i.test(env.COLORTERM ?? "") ||
    /-direct$|^(?:xterm-kitty|xterm-ghostty|alacritty|wezterm|foot)/.test(name) ||
    (env.WT_SESSION ?? "") !== "";
  return isTrue ? 16_777_216 : 256;
}

function noticeWayOf(name: string, env: TerminalEnvironment): NoticeWay {
  const program = env.TERM_PROGRAM ?? "";
  if (name === "xterm-kitty" || (env.KITTY_WINDOW_ID ?? "") !== "") return "osc99";
  if (/^(?:iTerm\.app|WarpTerminal)$/.test(program) || (env.WT_SESSION ?? "") !== "") return "osc9";
  const isKnown =
    /^(?:ghostty|WezTerm)$/.test(program) ||
    /^(?:xterm-ghostty|wezterm|foot|rxvt)/.test(name) ||
    (env.VTE_VERSION ?? "") !== "" ||
    (env.KONSOLE_VERSION ?? "") !== "";
  return isKnown ? "osc777" : "bell";
}
