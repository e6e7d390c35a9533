import { nearest } from "../base/nearest.ts";
import { customKeysMax, keyNameOf } from "./custom-keys.ts";
import { findSetting, type SettingName, settings, settingValue } from "./setting-table.ts";

/** UTF-16 units of a settings file: every setting at its longest, and room for comments. */
export const settingsUnitsMax: number = 256 * 2 ** 10;

/** What a settings file says. */
export interface SettingsContent {
  /** Settings that are not at their usual value. */
  readonly values: ReadonlyMap<SettingName, string>;
  /** What keys do, by the names that the key table gives both. */
  readonly keys: ReadonlyMap<string, string>;
  /** Lines that say nothing, each as a phrase; what they meant is as usual. */
  readonly problems: readonly string[];
}

/** Every setting as usual. */
export const usualSettings: SettingsContent = { values: new Map(), keys: new Map(), problems: [] };

/** How a new file begins. */
const fileHead =
  "# Settings of earshot: one `name = value` a line; /set writes them, too.\n# docs/SETTINGS.md lists them. What begins with # is a comment.\n";

/**
 * Reads the file: a setting a line, `name = value`; `key.KEY = ACTION` for a key. Blank lines and such as
 * begin with `#` say nothing. The last of two lines about the same counts. Nothing throws.
 */
export function readSettings(text: string): SettingsContent {
  const values = new Map<SettingName, string>();
  const keys = new Map<string, string>();
  const problems: string[] = [];
  text.split("\n").forEach((line, index) => {
    const entry = entryOf(line);
    if (entry === undefined) return;
    const reason = entry === "damaged" ? "is no `name = value`" : addEntry(entry, values, keys);
    if (reason !== undefined) problems.push(`settings, line ${index + 1}: ${reason}`);
  });
  return { values, keys, problems };
}

/**
 * The file with another value, or without the setting when `undefined`; comments and all other lines stay
 * as they are. A key is named `key.ctrl+g`.
 */
export function changedSettings(text: string, name: string, value: string | undefined): string {
  const lines = (text === "" ? fileHead : text).replace(/\n$/, "").split("\n");
  const isMeant = (line: string) => {
    const entry = entryOf(line);
    return entry !== undefined && entry !== "damaged" && entry.name === name;
  };
  const last = lines.findLastIndex(isMeant);
  const changed = lines.flatMap((line, index) => {
    if (!isMeant(line)) return [line];
    return index === last && value !== undefined ? [`${name} = ${value}`] : [];
  });
  if (last === -1 && value !== undefined) changed.push(`${name} = ${value}`);
  return `${changed.join("\n")}\n`;
}

interface Entry {
  readonly name: string;
  readonly value: string;
}

function entryOf(line: string): Entry | "damaged" | undefined {
  const trimmed = line.trim();
  if (trimmed === "" || trimmed.startsWith("#")) return undefined;
  // `=` may be a key.
  const pattern = trimmed.startsWith("key.")
    ? /^(key\..+?)\s*=\s*([a-z-]+)$/i
    : /^([^=\s]+)\s*=(.*)$/;
  const [, name, value] = pattern.exec(trimmed) ?? [];
  return name === undefined || value === undefined ? "damaged" : { name, value: value.trim() };
}

function addEntry(
  { name, value }: Entry,
  values: Map<SettingName, string>,
  keys: Map<string, string>,
): string | undefined {
  if (name.startsWith("key.")) {
    const key = keyNameOf(name.slice("key.".length));
    if (key === undefined) return `${name.slice("key.".length)} is no key`;
    if (customKeysMax <= keys.size) return `at most ${customKeysMax} keys can be changed`;
    keys.set(key, value);
    return undefined;
  }
  const found = findSetting(name);
  if (found?.name !== name) return unknownSetting(name);
  const read = settingValue(found, value);
  if ("reason" in read) return read.reason;
  values.set(found.name, read.value);
  return undefined;
}

/** What is said of a setting that there is none of. */
export function unknownSetting(typed: string): string {
  const names = settings.map(({ name }) => name);
  const meant = nearest(typed.toLowerCase(), names);
  const offer = meant === undefined ? `there are ${names.join(", ")}` : `did you mean ${meant}?`;
  return `no setting ${typed}: ${offer}`;
}
