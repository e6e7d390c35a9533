import { withCustomKeys } from "./custom-keys.ts";
import { type SettingName, settings, settingWords } from "./setting-table.ts";
import { type SettingsContent, usualSettings } from "./settings-text.ts";
import { themeFor } from "./theme.ts";
import { type TimeFormat, twelveHours } from "./time-format.ts";
import type { Settings } from "./view-state.ts";

/** What the program was started with, which settings build on. */
export interface StartSettings
  extends Pick<Settings, "rooms" | "nick" | "nickDefault" | "version" | "discoveryPort"> {
  readonly isAscii: boolean;
  readonly hasBell: boolean;
  readonly timeFormat: TimeFormat;
}

/** Everything as it is usually. */
export function usualPreferences(start: StartSettings): Settings {
  return withContent(start, usualSettings);
}

/** The settings as the file has them. What was said on the command line goes before it. */
export function withContent(start: StartSettings, content: SettingsContent): Settings {
  const value = (name: SettingName) => settingText(content, name);
  const ascii = value("ascii");
  const { rooms, nick, nickDefault, version, discoveryPort } = start;
  return {
    rooms,
    nick,
    nickDefault,
    version,
    discoveryPort,
    start,
    content,
    theme: themeFor(ascii === "on" || (start.isAscii && ascii === "auto")),
    timeFormat: value("time") === "12h" ? twelveHours(start.timeFormat) : start.timeFormat,
    notices: start.hasBell ? noticeMode(value("notify")) : "off",
    highlights: settingWords(value("highlights")),
    hidden: { nicks: folded(value("ignored")), words: folded(value("filters")) },
    isMouseOn: value("mouse") === "on",
    isConfirming: value("confirm") === "on",
    keyBindings: withCustomKeys(content.keys),
  };
}

/** A setting as it is, usual or not. */
export function settingText({ values }: SettingsContent, name: SettingName): string {
  return values.get(name) ?? settings.find((setting) => setting.name === name)?.usual ?? "";
}

function noticeMode(value: string): Settings["notices"] {
  return value === "off" || value === "all" ? value : "mentions";
}

function folded(value: string): readonly string[] {
  return settingWords(value).map((word) => word.toLowerCase());
}
