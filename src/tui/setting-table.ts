import type { NoticeMode } from "./bell.ts";
import { themeNames } from "./palette.ts";

/** Words in one setting. */
export const settingWordsMax = 100;

/** UTF-16 units of one word of them. */
export const settingWordUnitsMax = 100;

/** The settings by name, as the file and `/set` write them. */
export type SettingName =
  | "ascii"
  | "confirm"
  | "filters"
  | "highlights"
  | "ignored"
  | "joins"
  | "mouse"
  | "notify"
  | "theme"
  | "time";

/** What a setting may be. */
export type SettingKind =
  | { readonly type: "choice"; readonly values: readonly string[] }
  /** Words with commas between. */
  | { readonly type: "words" };

/** What is known of a setting; help, completion and docs/SETTINGS.md are made from it. */
export interface SettingDescription {
  readonly name: SettingName;
  readonly kind: SettingKind;
  /** As the file writes it. */
  readonly usual: string;
  readonly help: string;
}

const onOrOff: SettingKind = { type: "choice", values: ["on", "off"] };
const words: SettingKind = { type: "words" };

/** Every setting, in the order of help. */
export const settings: readonly SettingDescription[] = [
  setting(
    "theme",
    { type: "choice", values: themeNames },
    "auto",
    "how things look; auto follows the terminal's background",
  ),
  setting(
    "ascii",
    { type: "choice", values: ["auto", "on", "off"] },
    "auto",
    "draw with ASCII only; auto looks at the locale",
  ),
  setting("time", { type: "choice", values: ["24h", "12h"] }, "24h", "how times are written"),
  setting(
    "joins",
    { type: "choice", values: ["fold", "show", "hide"] },
    "fold",
    "who comes and goes: in one line, each in its own, or only whom you talk with",
  ),
  setting("mouse", onOrOff, "on", "wheel and clicks; off leaves the mouse to the terminal"),
  setting(
    "notify",
    { type: "choice", values: ["off", "mentions", "all"] satisfies readonly NoticeMode[] },
    "mentions",
    "of which lines you are told while you look elsewhere",
  ),
  setting("highlights", words, "", "words that call you, besides your nickname"),
  setting("ignored", words, "", "nicknames whose lines are hidden"),
  setting("filters", words, "", "words that hide the lines they stand in"),
  setting("confirm", onOrOff, "on", "ask before a line is deleted and before a long paste is sent"),
];

/** The setting of that name, or the start of exactly one; `undefined` when there is none. */
export function findSetting(typed: string): SettingDescription | undefined {
  const word = typed.toLowerCase();
  const exact = settings.find(({ name }) => name === word);
  const candidates = settings.filter(({ name }) => word !== "" && name.startsWith(word));
  return exact ?? (candidates.length === 1 ? candidates[0] : undefined);
}

/** The value as it is kept, or why there is no such value, as a phrase. */
export function settingValue(
  { name, kind }: SettingDescription,
  typed: string,
): { readonly value: string } | { readonly reason: string } {
  if (kind.type === "choice") {
    const value = typed.trim().toLowerCase();
    return kind.values.includes(value)
      ? { value }
      : { reason: `${name} is ${kind.values.join(", ").replace(/, ([^,]*)$/, " or $1")}` };
  }
  const all = settingWords(typed);
  if (settingWordsMax < all.length) {
    return { reason: `${name} has ${all.length} words, at most ${settingWordsMax}` };
  }
  const long = all.find((word) => settingWordUnitsMax < word.length);
  if (long === undefined) return { value: all.join(", ") };
  return {
    reason: `a word of ${name} is ${long.length} characters long, at most ${settingWordUnitsMax}`,
  };
}

/** The words of a value, each once. */
export function settingWords(value: string): readonly string[] {
  const all = value.split(",").map((word) => word.trim());
  return [...new Set(all)].filter((word) => word !== "");
}

/** How a value is typed: `on|off`, or words. */
export function settingUsage({ kind }: SettingDescription): string {
  return kind.type === "choice" ? kind.values.join("|") : "WORD[, WORD]";
}

function setting(
  name: SettingName,
  kind: SettingKind,
  usual: string,
  help: string,
): SettingDescription {
  return { name, kind, usual, help };
}
