import type { CommandName } from "./command-table.ts";
import {
  bindingProblem,
  customKeysMax,
  keyMeaning,
  keyNameOf,
  noAction,
  openActions,
} from "./custom-keys.ts";
import { keyLabel } from "./key-table.ts";
import { settingText, withContent } from "./preferences.ts";
import { answered } from "./room-change.ts";
import {
  findSetting,
  type SettingDescription,
  type SettingName,
  settingUsage,
  settingValue,
  settingWords,
} from "./setting-table.ts";
import { type SettingsContent, unknownSetting } from "./settings-text.ts";
import { type Moment, type RoomScreen, type Step, show, type ViewState } from "./view-state.ts";

/** Commands that change settings. */
export type SettingCommand = Extract<
  CommandName,
  | "bind"
  | "dehilight"
  | "filter"
  | "hilight"
  | "mouse"
  | "notify"
  | "set"
  | "theme"
  | "unfilter"
  | "unset"
>;

/** Where a command was typed. */
interface Place {
  readonly moment: Moment;
  readonly state: ViewState;
  readonly screen: RoomScreen;
}

/** Does a command about settings. What it changes is changed at once, and kept. */
export function runSettingCommand(place: Place, name: SettingCommand, arg: string): Step {
  switch (name) {
    case "set":
      return set(place, arg);
    case "unset":
      return unset(place, arg);
    case "bind":
      return bind(place, arg);
    case "mouse":
    case "notify":
    case "theme":
      return set(place, `${name} ${arg}`);
    case "hilight":
      return withWord(place, "highlights", arg);
    case "dehilight":
      return withoutWord(place, "highlights", arg);
    case "filter":
      return withWord(place, "filters", arg);
    case "unfilter":
      return withoutWord(place, "filters", arg);
  }
}

/** The lines of a nickname are hidden from now on, or seen again. */
export function withIgnored(place: Place, nick: string, isOn: boolean): Step {
  return isOn ? withWord(place, "ignored", nick) : withoutWord(place, "ignored", nick);
}

/** The state with what the settings file says now. */
export function withSettings(state: ViewState, content: SettingsContent): Step {
  const settings = withContent(state.settings.start, content, state.background);
  const isOn = settings.isMouseOn;
  const effects = isOn === state.settings.isMouseOn ? [] : [{ type: "mouse", isOn } as const];
  return { state: { ...state, settings }, effects };
}

function set(place: Place, arg: string): Step {
  const { content } = place.state.settings;
  const [, typed = "", rest = ""] = /^(\S+)(?:\s*=\s*|\s+|$)(.*)$/s.exec(arg) ?? [];
  const setting = findSetting(typed);
  if (setting === undefined) return refused(place, unknownSetting(typed));
  if (rest.trim() === "") return answer(place, [settingLine(setting, content), setting.help]);
  const read = settingValue(setting, rest);
  return "reason" in read ? refused(place, read.reason) : change(place, setting.name, read.value);
}

function unset(place: Place, arg: string): Step {
  if (arg.startsWith("key.")) return bind(place, `${arg.slice("key.".length)} usual`);
  const setting = findSetting(arg);
  if (setting === undefined) return refused(place, unknownSetting(arg));
  return change(place, setting.name, undefined);
}

function settingLine(setting: SettingDescription, content: SettingsContent): string {
  const { name, usual } = setting;
  const text = settingText(content, name);
  const other = text === usual ? "" : `; usually ${usual === "" ? "nothing" : usual}`;
  return `${name} = ${text === "" ? "nothing" : text}  (${settingUsage(setting)}${other})`;
}

function withWord(place: Place, name: SettingName, typed: string): Step {
  const { content } = place.state.settings;
  const text = settingText(content, name);
  if (typed === "") return answer(place, [`${name} = ${text}`]);
  const setting = findSetting(name);
  const read = setting && settingValue(setting, `${text}, ${typed}`);
  if (read === undefined || "reason" in read) return refused(place, read?.reason ?? name);
  return change(place, name, read.value);
}

function withoutWord(place: Place, name: SettingName, typed: string): Step {
  const all = settingWords(settingText(place.state.settings.content, name));
  const kept = all.filter((word) => word.toLowerCase() !== typed.trim().toLowerCase());
  if (kept.length === all.length) return refused(place, `${typed} is not among ${name}`);
  return change(place, name, kept.length === 0 ? undefined : kept.join(", "));
}

function change(place: Place, name: SettingName, value: string | undefined): Step {
  const { content } = place.state.settings;
  const values = new Map(content.values);
  if (value === undefined) values.delete(name);
  else values.set(name, value);
  const next = { ...content, values };
  return changed(place, next, { name, value, said: `${name} = ${settingText(next, name)}` });
}

/** `/bind KEY ACTION`; without an action it tells what the key does. */
function bind(place: Place, arg: string): Step {
  const { content, keyBindings } = place.state.settings;
  if (arg === "") {
    const lines = [...content.keys].map(([key, action]) => `${keyLabel(key)} = ${action}`);
    return answer(place, lines.length === 0 ? ["every key does what is usual"] : lines);
  }
  if (arg === "actions") return answer(place, [openActions().join(", ")]);
  const known = keyNameOf(arg);
  if (known !== undefined) {
    return answer(place, [`${keyLabel(known)} = ${keyMeaning(known, keyBindings) ?? noAction}`]);
  }
  const [, typed = arg, action = noAction] = /^(.*\S)\s+(\S+)$/s.exec(arg) ?? [];
  const key = keyNameOf(typed);
  const problem = bindingProblem(key, typed, action === "usual" ? noAction : action);
  return problem !== undefined || key === undefined
    ? refused(place, problem ?? `${typed} is no key`)
    : bindKey(place, key, action);
}

/** `usual` takes a change back. */
function bindKey(place: Place, key: string, action: string): Step {
  const { content, keyBindings } = place.state.settings;
  const isUsual = action === "usual";
  const keys = new Map(content.keys);
  if (isUsual) keys.delete(key);
  else keys.set(key, action);
  if (customKeysMax < keys.size) {
    return refused(place, `at most ${customKeysMax} keys can be changed`);
  }
  const before = keyMeaning(key, keyBindings);
  const was = before === undefined || before === action ? "" : `; it was ${before}`;
  const said = `${keyLabel(key)} = ${isUsual ? "as usual" : action}${was}`;
  const value = isUsual ? undefined : action;
  return changed(place, { ...content, keys }, { name: `key.${key}`, value, said });
}

function changed(
  { state, screen }: Place,
  content: SettingsContent,
  kept: { readonly name: string; readonly value: string | undefined; readonly said: string },
): Step {
  const { name, value, said } = kept;
  const step = withSettings({ ...state, screen: { ...screen, hint: said } }, content);
  return { ...step, effects: [...step.effects, { type: "change-setting", name, value }] };
}

function answer({ moment, state, screen }: Place, lines: readonly string[]): Step {
  return show(state, answered(moment, screen, lines));
}

function refused({ state, screen }: Place, hint: string): Step {
  return show(state, { ...screen, hint });
}
