import type { TuiOptions } from "./app.ts";
import { isOtherCharset, themeNameOf } from "./capabilities.ts";
import { withContent } from "./preferences.ts";
import { usualSettings } from "./settings-text.ts";
import { localTimeFormat } from "./time-format.ts";
import type { Settings } from "./view-state.ts";

/** The settings with which the full-screen chat begins. */
export function settingsOf(options: TuiOptions): Settings {
  const { rooms, nick, nickDefault, version, discoveryPort, hasBell, env } = options;
  const timeFormat = options.timeFormat ?? localTimeFormat;
  const isAscii = options.isAscii || isOtherCharset(env);
  const themeName = themeNameOf(env);
  return withContent(
    { rooms, nick, nickDefault, version, discoveryPort, isAscii, hasBell, themeName, timeFormat },
    options.settings?.content ?? usualSettings,
  );
}
