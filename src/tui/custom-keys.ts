import { nearest } from "../base/nearest.ts";
import {
  type Action,
  type KeyBinding,
  type KeyContext,
  keyBindings,
  keyLabel,
  keyOf,
} from "./key-table.ts";
import { editorWith, handleEditorKey } from "./line-editor.ts";

/** Keys that people gave another meaning. */
export const customKeysMax = 100;

/** What a key that does nothing is bound to. */
export const noAction = "none";

/** Contexts whose keys can be changed: the others explain theirs on the screen. */
const openContexts: readonly KeyContext[] = ["room", "everywhere"];

const namedKeys = new Set([
  ...["enter", "tab", "backspace", "escape", "up", "down", "left", "right", "home", "end"],
  ...["page-up", "page-down", "insert", "delete"],
  ...Array.from({ length: 12 }, (_, index) => `f${index + 1}`),
]);

const otherNames: Readonly<Record<string, string>> = {
  pageup: "page-up",
  pagedown: "page-down",
  pgup: "page-up",
  pgdn: "page-down",
  esc: "escape",
  del: "delete",
  ins: "insert",
  return: "enter",
  space: " ",
};

/**
 * The key as the key table names it, from how people write it: `Ctrl+G`, `ctrl-g`, `C-g`, `^G`, `Alt+F4`,
 * two in a row with a blank between. `undefined` for what is no key.
 */
export function keyNameOf(typed: string): string | undefined {
  const parts = typed.trim().split(/\s+/).map(oneKeyName);
  return parts.length <= 2 && parts.every((part) => part !== undefined)
    ? parts.join(" ")
    : undefined;
}

/** What can be given to a key, each once, in the order of the table. */
export function openActions(): readonly Action[] {
  const open = keyBindings.filter(({ context }) => openContexts.includes(context));
  return [...new Set(open.map(({ action }) => action))];
}

/** The key table with these changes: a key that was given away does nothing else any more. */
export function withCustomKeys(custom: ReadonlyMap<string, string>): readonly KeyBinding[] {
  if (custom.size === 0) return keyBindings;
  const rest = keyBindings.map((binding) => {
    if (!openContexts.includes(binding.context)) return binding;
    return { ...binding, keys: binding.keys.filter((key) => !custom.has(key)) };
  });
  const own = [...custom].flatMap(([key, action]): KeyBinding[] => {
    const twin = keyBindings.find(
      (binding) => binding.action === action && openContexts.includes(binding.context),
    );
    if (twin === undefined) return [];
    const help = keyBindings.find(
      (other) => other.action === action && other.context === twin.context && other.help,
    )?.help;
    return [
      {
        context: twin.context,
        keys: [key],
        action: twin.action,
        ...(help !== undefined && { help }),
      },
    ];
  });
  return [...own, ...rest.filter(({ keys }) => 0 < keys.length)];
}

/** Why a key cannot be given that action, as a phrase; `undefined` when it can. */
export function bindingProblem(
  key: string | undefined,
  typedKey: string,
  action: string,
): string | undefined {
  if (key === undefined) {
    return `${typedKey} is no key: Ctrl+G, Alt+Shift+Left, F5 and the like are, also two in a row`;
  }
  if (/^(?:shift\+)?.$/u.test(key)) return `${keyLabel(key)} is typed: take Ctrl, Alt or F1 to F12`;
  if (key === "enter") return "Enter sends";
  const actions = [...openActions(), noAction];
  if (actions.includes(action)) return undefined;
  const meant = nearest(action, actions);
  return meant === undefined
    ? `no action ${action}: there are ${actions.join(", ")}`
    : `no action ${action}: did you mean ${meant}?`;
}

/** What the key does now, as a phrase; `undefined` when it does nothing. */
export function keyMeaning(key: string, bindings: readonly KeyBinding[]): string | undefined {
  const binding = bindings.find(
    ({ context, keys }) => openContexts.includes(context) && keys.includes(key),
  );
  if (binding !== undefined) return binding.action;
  const isEditing = handleEditorKey(editorWith("a b\nc"), keyOf(key)) !== undefined;
  return isEditing ? "a key of the line editor" : undefined;
}

function oneKeyName(typed: string): string | undefined {
  const [, modifiers = "", rest = ""] =
    /^((?:(?:ctrl|control|alt|meta|shift|c|m|s)[+-]|\^)*)(.+)$/i.exec(typed) ?? [];
  const has = (pattern: RegExp) => pattern.test(modifiers);
  const isCtrl = has(/ctrl|control|\^|(?:^|[+-])c[+-]/i);
  const isAlt = has(/alt|meta|(?:^|[+-])m[+-]/i);
  const isShift = has(/shift|(?:^|[+-])s[+-]/i);
  const lower = rest.toLowerCase();
  const name = otherNames[lower] ?? lower;
  if (!namedKeys.has(name) && [...name].length !== 1) return undefined;
  return `${isCtrl ? "ctrl+" : ""}${isAlt ? "alt+" : ""}${isShift ? "shift+" : ""}${name}`;
}
