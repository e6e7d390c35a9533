import { describe, expect, test } from "vitest";
import {
  capabilitiesOf,
  isOtherCharset,
  type TerminalEnvironment,
} from "../../src/tui/capabilities.ts";

describe("what a terminal can do", () => {
  test.each<readonly [TerminalEnvironment, number]>([
    [{ TERM: "xterm" }, 256],
    [{ TERM: "xterm-256color", COLORTERM: "truecolor" }, 16_777_216],
    [{ TERM: "xterm-256color", COLORTERM: "24bit" }, 16_777_216],
    [{ TERM: "xterm-256color", COLORTERM: "yes" }, 256],
    [{ TERM: "xterm-direct" }, 16_777_216],
    [{ TERM: "xterm-kitty" }, 16_777_216],
    [{ TERM: "xterm-16color" }, 16],
    [{ TERM: "linux" }, 8],
    [{ TERM: "vt220" }, 0],
    [{ TERM: "xterm-kitty", NO_COLOR: "1" }, 0],
    [{ TERM: "xterm", NO_COLOR: "" }, 256],
    [{}, 256],
  ])("%j has %i colours", (env, colourCount) => {
    expect(capabilitiesOf(env).colourCount).toBe(colourCount);
  });

  test("does not include commands on consoles that would print them", () => {
    for (const TERM of ["linux", "vt100", "ansi", "cons25"]) {
      const { hasCommands, hasItalic, noticeWay } = capabilitiesOf({ TERM });
      expect({ hasCommands, hasItalic, noticeWay }, TERM).toEqual({
        hasCommands: false,
        hasItalic: false,
        noticeWay: "bell",
      });
    }
    expect(capabilitiesOf({ TERM: "foot" }).hasCommands).toBe(true);
  });

  test("is also what stands between it and us", () => {
    expect(capabilitiesOf({ TERM: "xterm" }).multiplexer).toBeUndefined();
    expect(capabilitiesOf({ TERM: "screen-256color", TMUX: "/x,1,0" }).multiplexer).toBe("tmux");
    expect(capabilitiesOf({ TERM: "tmux-256color" }).multiplexer).toBe("tmux");
    expect(capabilitiesOf({ TERM: "screen-256color" }).multiplexer).toBe("screen");
    expect(capabilitiesOf({ TERM: "xterm", STY: "1.pts-0" }).multiplexer).toBe("screen");
    expect(capabilitiesOf({ TERM: "screen" }).hasItalic).toBe(false);
  });

  test.each<readonly [TerminalEnvironment, string]>([
    [{ TERM: "xterm-kitty" }, "osc99"],
    [{ TERM: "tmux-256color", KITTY_WINDOW_ID: "1" }, "osc99"],
    [{ TERM: "xterm-256color", TERM_PROGRAM: "iTerm.app" }, "osc9"],
    [{ TERM: "xterm-256color", WT_SESSION: "a" }, "osc9"],
    [{ TERM: "foot" }, "osc777"],
    [{ TERM: "xterm-256color", TERM_PROGRAM: "ghostty" }, "osc777"],
    [{ TERM: "xterm-256color", VTE_VERSION: "7600" }, "osc777"],
    [{ TERM: "xterm-256color", KONSOLE_VERSION: "240800" }, "osc777"],
    [{ TERM: "xterm-256color" }, "bell"],
  ])("%j tells people by %s", (env, noticeWay) => {
    expect(capabilitiesOf(env).noticeWay).toBe(noticeWay);
  });
});

test.each<readonly [TerminalEnvironment, boolean]>([
  [{}, false],
  [{ LANG: "" }, false],
  [{ LANG: "C" }, true],
  [{ LANG: "POSIX" }, true],
  [{ LANG: "de_DE.ISO-8859-1" }, true],
  [{ LANG: "de_DE.UTF-8" }, false],
  [{ LANG: "C.utf8" }, false],
  [{ LANG: "C", LC_CTYPE: "en_US.UTF-8" }, false],
  [{ LANG: "en_US.UTF-8", LC_ALL: "C" }, true],
  [{ LANG: "C", LC_ALL: "" }, true],
])("the locale of %j is of another character set: %s", (env, expected) => {
  expect(isOtherCharset(env)).toBe(expected);
});
