import { commandUsage } from "./command.ts";
import { commands } from "./command-table.ts";
import type { KeyEvent } from "./key.ts";
import { editingKeys, type KeyBinding, type KeyContext, keyLabel, keyOf } from "./key-table.ts";
import {
  emptyList,
  filtered,
  type ListItem,
  movedList,
  selectedItem,
  typedList,
} from "./list-state.ts";
import { listRowCount } from "./list-view.ts";
import type { HelpOverlay, Overlay, OverlayKey, OverlayStep } from "./overlay-state.ts";
import { type Screen, type ViewState, withOverlay } from "./view-state.ts";
import { writtenInput } from "./written-input.ts";

/** What help explains: a key or a command. */
export interface HelpItem extends ListItem {
  readonly section: string;
  /** The keys, or how the command is typed. */
  readonly usage: string;
  readonly help: string;
  /** What Enter does with it; nothing where that key means nothing now. */
  readonly use:
    | { readonly type: "press"; readonly key: KeyEvent }
    | { readonly type: "write"; readonly text: string }
    | undefined;
}

/** Help as it opens. */
export function emptyHelp(over: Overlay | undefined): HelpOverlay {
  return { type: "help", list: emptyList, over };
}

/** Everything that help explains: first what counts in this place, last what counts in others. */
export function helpItems(
  { screen, settings }: ViewState,
  { over }: HelpOverlay,
): readonly HelpItem[] {
  const contexts = contextsOf(screen, over);
  const keyItems = (context: HelpContext) => keyItemsOf(context, settings.keyBindings);
  return [
    ...contexts.filter(({ isHere }) => isHere).flatMap(keyItems),
    ...(screen.type === "room" ? commandItems() : []),
    ...keyItems({ context: "everywhere", section: "EVERYWHERE", isHere: true }),
    ...editingKeys.map(([usage, help]) =>
      helpItem({ section: "WRITING", usage, help, use: undefined }),
    ),
    ...contexts.filter(({ isHere }) => !isHere).flatMap(keyItems),
  ];
}

/** A key while help is read. */
export function reduceHelp(
  state: ViewState,
  overlay: HelpOverlay,
  { key, action }: OverlayKey,
): OverlayStep {
  const { list, over } = overlay;
  if (action === "back" || action === "help") return withOverlay(state, over);
  const shown = filtered(helpItems(state, overlay), list);
  if (action === "choose") return used(state, overlay, selectedItem(shown, list));
  const moved = movedList(list, shown, action, listRowCount(state.size.rows));
  return withOverlay(state, { ...overlay, list: moved ?? typedList(list, key) });
}

function used(state: ViewState, overlay: HelpOverlay, item: HelpItem | undefined): OverlayStep {
  if (item?.use === undefined) return { state, effects: [] };
  const closed = withOverlay(state, overlay.over);
  if (item.use.type === "press") return { ...closed, press: item.use.key };
  return writtenInput(withOverlay(state, undefined).state, item.use.text);
}

function commandItems(): readonly HelpItem[] {
  const section = "COMMANDS";
  return [
    ...commands.map((command) => {
      const { name, aliases, args, help } = command;
      const text = `/${name}${args === "" ? "" : " "}`;
      const usage = commandUsage(command);
      const item = helpItem({ section, usage, help, use: { type: "write", text } });
      return { ...item, searched: `/${name} ${aliases.join(" ")}` };
    }),
    helpItem({
      section,
      usage: "//text",
      help: "say something that starts with a slash",
      use: { type: "write", text: "//" },
    }),
  ];
}

function helpItem(item: Omit<HelpItem, "key" | "searched">): HelpItem {
  const { section, usage, help } = item;
  return { ...item, key: `${section} ${usage} ${help}`, searched: usage, explained: help };
}

/** Keys of one context; `isHere`: they mean something where help was asked for. */
interface HelpContext {
  readonly context: KeyContext;
  readonly section: string;
  readonly isHere: boolean;
}

function keyItemsOf(
  { context, section, isHere }: HelpContext,
  bindings: readonly KeyBinding[],
): readonly HelpItem[] {
  return bindings.flatMap(({ context: other, keys: [name = ""], help }) => {
    if (other !== context || help === undefined) return [];
    // Of a sequence one key alone does nothing.
    const isPressable = isHere && !name.includes(" ");
    const use = isPressable ? ({ type: "press", key: keyOf(name) } as const) : undefined;
    return [helpItem({ section, usage: keyLabel(name), help, use })];
  });
}

function contextsOf(screen: Screen, over: Overlay | undefined): readonly HelpContext[] {
  if (over === undefined) return screenContexts(screen);
  const below = screenContexts(screen).map((context) => ({ ...context, isHere: false }));
  const own = overlayHelp(over);
  return [own, ...below.filter(({ context }) => context !== own.context)];
}

function overlayHelp({ type }: Overlay): HelpContext {
  return type === "reader"
    ? { context: "reader", section: "READING A MESSAGE", isHere: true }
    : { context: "list", section: "CHOOSING FROM A LIST", isHere: true };
}

function screenContexts(screen: Screen): readonly HelpContext[] {
  switch (screen.type) {
    case "picker": {
      const { type } = screen.mode;
      return [
        { context: "picker", section: "SERVERS", isHere: type === "list" },
        { context: "address", section: "AN ADDRESS", isHere: type === "address" },
        { context: "host-form", section: "HOSTING A SERVER", isHere: type === "host-form" },
        { context: "silence", section: "WHILE NO SERVER ANSWERS", isHere: false },
      ];
    }
    case "nickname":
      return [{ context: "nickname", section: "NICKNAME", isHere: true }];
    case "changed":
      return [{ context: "changed", section: "A SERVER THAT HAS CHANGED", isHere: true }];
    case "room": {
      const hasPaste = screen.paste !== undefined;
      return [
        ...(hasPaste ? [{ ...pasteContext, isHere: true }] : []),
        { context: "room", section: "ROOM", isHere: true },
        { context: "reader", section: "READING A MESSAGE", isHere: false },
        { context: "list", section: "CHOOSING FROM A LIST", isHere: false },
        ...(hasPaste ? [] : [pasteContext]),
        { context: "message", section: "A SELECTED MESSAGE", isHere: false },
        { context: "completion", section: "COMPLETING", isHere: false },
        { context: "input-search", section: "LOOKING FOR WHAT YOU SAID", isHere: false },
      ];
    }
  }
}

const pasteContext: HelpContext = { context: "paste", section: "A LONG PASTE", isHere: false };
