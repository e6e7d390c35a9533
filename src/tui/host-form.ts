import type { HostWish } from "./chat-options.ts";
import type { KeyEvent } from "./key.ts";
import { actionOf } from "./key-table.ts";
import { type EditorState, emptyEditor, handleEditorKey, oneLineEditor } from "./line-editor.ts";
import { type PickerScreen, type Step, show, type ViewState } from "./view-state.ts";

/** How a server is to be hosted here; what is empty is as usual. */
export interface HostForm {
  readonly name: EditorState;
  readonly port: EditorState;
  readonly adapters: readonly { readonly name: string; readonly isOn: boolean }[];
  /** The line that is written in: 0 the name, 1 the port, then the adapters. */
  readonly field: number;
}

/** Lines before the adapters. */
const writtenFields = 2;

/** The form as it opens: on all adapters. */
export function emptyHostForm({ adapters }: ViewState): HostForm {
  const all = adapters.map((name) => ({ name, isOn: true }));
  return { name: emptyEditor, port: emptyEditor, adapters: all, field: 0 };
}

/** A key in the form. */
export function reduceHostForm(
  state: ViewState,
  screen: PickerScreen,
  form: HostForm,
  key: KeyEvent,
): Step {
  const filled = (next: HostForm): Step =>
    show(state, { ...screen, mode: { type: "host-form", form: next }, problem: undefined });
  const count = writtenFields + form.adapters.length;
  switch (actionOf("host-form", key, false)) {
    case "back":
      return show(state, { ...screen, mode: { type: "list" }, problem: undefined });
    case "choose":
      return host(state, screen, form);
    case "select-next":
      return filled({ ...form, field: (form.field + 1) % count });
    case "select-previous":
      return filled({ ...form, field: (form.field + count - 1) % count });
    default:
      return filled(withTyped(form, key));
  }
}

function withTyped(form: HostForm, key: KeyEvent): HostForm {
  const typed = (editor: EditorState) => oneLineEditor(handleEditorKey(editor, key) ?? editor);
  if (form.field === 0) return { ...form, name: typed(form.name) };
  if (form.field === 1) return { ...form, port: typed(form.port) };
  if (key.type !== "text" || key.text !== " ") return form;
  const adapters = form.adapters.map((adapter, index) =>
    index === form.field - writtenFields ? { ...adapter, isOn: !adapter.isOn } : adapter,
  );
  return { ...form, adapters };
}

function host(state: ViewState, screen: PickerScreen, form: HostForm): Step {
  const wish = wishOf(form);
  if (typeof wish === "string") return show(state, { ...screen, problem: wish });
  const mode = { type: "hosting", form } as const;
  return show(state, { ...screen, mode, problem: undefined }, { type: "host", wish });
}

/** What is wished for, or why it cannot be. */
function wishOf({ name, port, adapters }: HostForm): HostWish | string {
  const text = port.text.trim();
  const number = Number(text);
  if (text !== "" && (!/^\d{1,5}$/.test(text) || number < 1 || 65_535 < number)) {
    return "a port is a number from 1 to 65535";
  }
  const chosen = adapters.filter(({ isOn }) => isOn).map((adapter) => adapter.name);
  if (0 < adapters.length && chosen.length === 0) return "no adapter is chosen";
  return {
    ...(name.text.trim() !== "" && { name: name.text.trim() }),
    ...(text !== "" && { port: number }),
    ...(chosen.length < adapters.length && { interfaces: chosen }),
  };
}
