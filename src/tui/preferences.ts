import type { Rgb } from "./colour.ts";
import { withCustomKeys } from "./custom-keys.ts";
import { type ThemeName, themeNames } from "./palette.ts";
import { type SettingName, settings, settingWords } from "./setting-table.ts";
import type { SettingsContent } from "./settings-text.ts";
import { themeFor } from "./theme.ts";
import { type TimeFormat, twelveHours } from "./time-format.ts";
import type { Settings } from "./view-state.ts";

/** What the program was started with, which settings build on. */
export interface StartSettings
  extends Pick<Settings, "rooms" | "nick" | "nickDefault" | "version" | "discoveryPort"> {
  readonly isAscii: boolean;
  /** `mono` where there are no colours, whatever is set. */
  readonly themeName: ThemeName;
  readonly hasBell: boolean;
  readonly timeFormat: TimeFormat;
}

/**
 * The settings as the file has them. What was said on the command line goes before it. `background` is the
 * terminal's, where it is known.
 */
export function withContent(
  start: StartSettings,
  content: SettingsContent,
  background?: Rgb,
): Settings {
  const value = (name: SettingName) => settingText(content, name);
  const isAscii = value("ascii") === "on" || (start.isAscii && value("ascii") === "auto");
  const { rooms, nick, nickDefault, version, discoveryPort } = start;
  return {
    rooms,
    nick,
    nickDefault,
    version,
    discoveryPort,
    start,
    content,
    theme: themeFor(isAscii, chosenTheme(start, value("theme")), background),
    timeFormat: value("time") === "12h" ? twelveHours(start.timeFormat) : start.timeFormat,
    notices: start.hasBell ? noticeMode(value("notify")) : "off",
    highlights: settingWords(value("highlights")),
    hidden: { nicks: folded(value("ignored")), words: folded(value("filters")) },
    joins: joinsMode(value("joins")),
    isMouseOn: value("mouse") === "on",
    isConfirming: value("confirm") === "on",
    keyBindings: withCustomKeys(content.keys),
  };
}

/** A setting as it is, usual or not. */
export function settingText({ values }: SettingsContent, name: SettingName): string {
  return values.get(name) ?? settings.find((setting) => setting.name === name)?.usual ?? "";
}

function chosenTheme(start: StartSettings, value: string): ThemeName {
  const chosen = themeNames.find((name) => name === value);
  return start.themeName === "mono" || chosen === undefined ? start.themeName : chosen;
}

function joinsMode(value: string): Settings["joins"] {
  return value === "show" || value === "hide" ? value : "fold";
}

function noticeMode(value: string): Settings["notices"] {
  return value === "off" || value === "all" ? value : "mentions";
}

function folded(value: string): readonly string[] {
  return settingWords(value).map((word) => word.toLowerCase());
}
