import { commandUsage } from "./command.ts";
import { commands } from "./command-table.ts";
import { formatCount } from "./count-text.ts";
import type { KeyEvent } from "./key.ts";
import { type KeyBinding, type KeyContext, keyLabel, keyOf } from "./key-table.ts";
import {
  emptyList,
  filtered,
  type ListItem,
  movedList,
  selectedItem,
  typedList,
} from "./list-state.ts";
import { listRowCount } from "./list-view.ts";
import type { GoToOverlay, OverlayKey, OverlayStep } from "./overlay-state.ts";
import { shown } from "./room-change.ts";
import { type SettingDescription, settings } from "./setting-table.ts";
import { type RoomScreen, show, type ViewState, withOverlay } from "./view-state.ts";
import { writtenInput } from "./written-input.ts";

/** People that are listed: more than this one looks for by typing `/query`. */
export const goToPeopleMax = 2_000;

/** Somewhere to go, or something to do. */
export interface GoToItem extends ListItem {
  readonly section: string;
  readonly name: string;
  readonly detail: string;
  /** The key that does the same, as people write it; empty when none does. */
  readonly keyLabel: string;
  readonly use:
    | { readonly type: "room"; readonly room: string }
    | { readonly type: "press"; readonly key: KeyEvent }
    | { readonly type: "write"; readonly text: string };
}

/** Go-to as it opens. */
export const emptyGoTo: GoToOverlay = { type: "go-to", list: emptyList };

/** Everything that one can go to: rooms, people, what keys do, commands, settings. */
export function goToItems({ screen, settings: { keyBindings } }: ViewState): readonly GoToItem[] {
  if (screen.type !== "room") return [];
  return [
    ...roomItems(screen),
    ...personItems(screen),
    ...keyItems(keyBindings, "room"),
    ...keyItems(keyBindings, "everywhere"),
    ...commandItems(),
    ...settings.map(settingItem),
  ];
}

/** A key while somebody says where to go. */
export function reduceGoTo(
  state: ViewState,
  overlay: GoToOverlay,
  { key, action }: OverlayKey,
): OverlayStep {
  const { list } = overlay;
  if (action === "back") return withOverlay(state, undefined);
  const items = filtered(goToItems(state), list);
  if (action === "choose") return gone(state, selectedItem(items, list));
  const moved = movedList(list, items, action, listRowCount(state.size.rows));
  return withOverlay(state, { ...overlay, list: moved ?? typedList(list, key) });
}

function gone(state: ViewState, item: GoToItem | undefined): OverlayStep {
  const { screen } = state;
  if (item === undefined || screen.type !== "room") return { state, effects: [] };
  const closed = withOverlay(state, undefined);
  switch (item.use.type) {
    case "room":
      return show(closed.state, shown(screen, item.use.room));
    case "press":
      return { ...closed, press: item.use.key };
    case "write":
      return writtenInput(closed.state, item.use.text);
  }
}

function roomItems({ rooms }: RoomScreen): readonly GoToItem[] {
  return rooms.map(({ name, title, unreadCount, mentionCount }) => {
    const kind = name.startsWith("&") ? "private" : "room";
    const calls = mentionCount === 0 ? [] : [`@${formatCount(mentionCount)}`];
    const unread = unreadCount === 0 ? [] : [`${formatCount(unreadCount)} new`];
    return goToItem({
      section: "ROOMS",
      name: title,
      detail: [kind, ...calls, ...unread].join(", "),
      keyLabel: "",
      use: { type: "room", room: name },
    });
  });
}

function personItems({ rooms, nick: own }: RoomScreen): readonly GoToItem[] {
  const people = new Map<string, string>();
  for (const { title, members } of rooms) {
    for (const { nick, isAway } of members) {
      if (goToPeopleMax <= people.size) break;
      if (nick !== own && !people.has(nick)) {
        people.set(nick, `in ${title}${isAway ? ", away" : ""}`);
      }
    }
  }
  return [...people].map(([nick, detail]) =>
    goToItem({
      section: "PEOPLE",
      name: nick,
      detail,
      keyLabel: "",
      use: { type: "write", text: `/query ${nick} ` },
    }),
  );
}

function keyItems(keyBindings: readonly KeyBinding[], context: KeyContext): readonly GoToItem[] {
  return keyBindings.flatMap(({ context: other, keys: [name = ""], help, isForEmptyInput }) => {
    if (other !== context || help === undefined || isForEmptyInput || isEditing(name)) return [];
    const use = { type: "press", key: keyOf(name) } as const;
    const label = keyLabel(name);
    return [goToItem({ section: "KEYS", name: help, detail: "", keyLabel: label, use })];
  });
}

/** Enter, arrows and pages, which nobody looks for by name, and what takes two keys. */
function isEditing(name: string): boolean {
  return /^(enter|escape|up|down|end|page-.*|shift\+.*|.* .*)$/.test(name);
}

function commandItems(): readonly GoToItem[] {
  return commands.map((command) => {
    const { name, aliases, args, help } = command;
    const text = `/${name}${args === "" ? "" : " "}`;
    const use = { type: "write", text } as const;
    const item = { section: "COMMANDS", name: commandUsage(command), detail: help, keyLabel: "" };
    const found = goToItem({ ...item, use });
    return { ...found, searched: `${name} ${aliases.join(" ")}` };
  });
}

function settingItem({ name, help }: SettingDescription): GoToItem {
  const use = { type: "write", text: `/set ${name} ` } as const;
  return goToItem({ section: "SETTINGS", name, detail: help, keyLabel: "", use });
}

function goToItem(item: Omit<GoToItem, "key" | "searched">): GoToItem {
  const { name, detail } = item;
  return { ...item, key: keyOfItem(item), searched: name, explained: detail };
}

/** What is new in a room changes, the room does not. */
function keyOfItem({ section, name, use }: Omit<GoToItem, "key" | "searched">): string {
  return use.type === "room" ? `${section} ${use.room}` : `${section} ${name}`;
}
