import { isLinkLike } from "../discovery/server-link.ts";
import type { ListedServer, ServerTarget } from "./chat-options.ts";
import { emptyHostForm, reduceHostForm } from "./host-form.ts";
import type { KeyEvent } from "./key.ts";
import { type Action, actionOf } from "./key-table.ts";
import { type EditorState, emptyEditor, handleEditorKey, oneLineEditor } from "./line-editor.ts";
import { joinScreen } from "./nickname.ts";
import { refusalOf } from "./server-refusal.ts";
import {
  type PickerScreen,
  type Step,
  show,
  showChanged,
  type ViewEvent,
  type ViewState,
} from "./view-state.ts";

/** Answers take milliseconds; after this long without one it is said that nobody answers. */
const silenceMs = 1_000;

/** The servers that match the filter, by name, whatever the case, or by address. */
export function matchingServers(
  servers: readonly ListedServer[],
  filter: string,
): readonly ListedServer[] {
  const wanted = filter.trim().toLowerCase();
  return servers.filter(
    ({ name, address }) => name.toLowerCase().includes(wanted) || address.host.includes(wanted),
  );
}

/**
 * The first server that is heard is marked and stays so, wherever others come in the list; of several
 * that are heard at once the one that was visited last.
 */
export function withMark(screen: PickerScreen, servers: readonly ListedServer[]): PickerScreen {
  const visitedAt = ({ remembered }: ListedServer) => remembered?.visitedAt ?? 0;
  const [first] = servers
    .filter(({ isSilent }) => !isSilent)
    .toSorted((a, b) => visitedAt(b) - visitedAt(a));
  return { ...screen, selectedId: screen.selectedId ?? first?.id };
}

/** The marked server, or `undefined` when the list is empty. */
export function selectedServer(
  servers: readonly ListedServer[],
  selectedId: string | undefined,
): ListedServer | undefined {
  return servers.find(({ id }) => id === selectedId) ?? servers[0];
}

/** Whether nobody has answered for so long that the picker offers something else. */
export function isSilent(state: ViewState): boolean {
  return state.servers.length === 0 && state.askedAt + silenceMs <= state.now;
}

/** Whether nobody has answered for so long, and what is listed is remembered only. */
export function areAllSilent(state: ViewState): boolean {
  return state.servers.every((server) => server.isSilent) && state.askedAt + silenceMs <= state.now;
}

/** What could not be done is told, and the list is there again. */
export function withFailure(
  screen: PickerScreen,
  event: Extract<ViewEvent, { type: "browse-failed" | "host-failed" }>,
): PickerScreen {
  if (event.type === "browse-failed") return { ...screen, problem: event.message };
  const form = screen.mode.type === "hosting" ? screen.mode.form : undefined;
  const mode =
    form === undefined ? ({ type: "list" } as const) : { type: "host-form" as const, form };
  return { ...screen, mode, problem: `cannot host: ${event.message}` };
}

/** A key in the picker. */
export function reducePicker(state: ViewState, screen: PickerScreen, key: KeyEvent): Step {
  switch (screen.mode.type) {
    case "hosting":
      return show(state, screen);
    case "host-form":
      return reduceHostForm(state, screen, screen.mode.form, key);
    case "address":
      return reduceAddress(state, screen, screen.mode.editor, key);
    case "list": {
      const isEmpty = screen.filter.text === "";
      // While there is nothing to filter, letters do what is left to do.
      const context = isEmpty && isSilent(state) ? "silence" : "picker";
      const action = actionOf(context, key, isEmpty);
      if (action !== undefined) return act(state, screen, action);
      const filter = oneLineEditor(handleEditorKey(screen.filter, key) ?? screen.filter);
      return show(state, { ...screen, filter, problem: undefined });
    }
  }
}

function act(state: ViewState, screen: PickerScreen, action: Action): Step {
  switch (action) {
    case "choose":
      return choose(state, screen);
    case "host":
      return show(
        state,
        { ...screen, mode: { type: "hosting" }, problem: undefined },
        { type: "host" },
      );
    case "host-form": {
      const mode = { type: "host-form", form: emptyHostForm(state) } as const;
      return show(state, { ...screen, mode, problem: undefined });
    }
    case "type-address": {
      const mode = { type: "address", editor: emptyEditor } as const;
      return show(state, { ...screen, mode, problem: undefined });
    }
    case "rescan":
      return {
        state: {
          ...state,
          cause: undefined,
          askedAt: state.now,
          screen: { ...screen, problem: undefined },
        },
        effects: [{ type: "rescan" }],
      };
    case "select-previous":
      return select(state, screen, -1);
    case "select-next":
      return select(state, screen, 1);
    default:
      return show(state, { ...screen, filter: emptyEditor, problem: undefined });
  }
}

function choose(state: ViewState, screen: PickerScreen): Step {
  // A link that was pasted into the list filters nothing; it says where to go.
  if (isLinkLike(screen.filter.text)) {
    return joinScreen(state, { type: "typed", text: screen.filter.text.trim() });
  }
  const servers = matchingServers(state.servers, screen.filter.text);
  const server = selectedServer(servers, screen.selectedId);
  if (server === undefined) return show(state, screen);
  const refusal = refusalOf(server, state.settings.version);
  if (refusal !== undefined) {
    const problem = `${server.name} cannot be joined: it is ${refusal}`;
    return show(state, { ...screen, problem });
  }
  const target: ServerTarget = { type: "discovered", server };
  const { trust } = server;
  return trust.type === "changed"
    ? showChanged(state, target, trust.change)
    : joinScreen(state, target);
}

function select(state: ViewState, screen: PickerScreen, by: number): Step {
  const servers = matchingServers(state.servers, screen.filter.text);
  const selected = selectedServer(servers, screen.selectedId);
  const index = selected === undefined ? -1 : servers.indexOf(selected);
  const next = servers[Math.min(servers.length - 1, Math.max(0, index + by))];
  return show(state, { ...screen, selectedId: next?.id, problem: undefined });
}

function reduceAddress(
  state: ViewState,
  screen: PickerScreen,
  editor: EditorState,
  key: KeyEvent,
): Step {
  const action = actionOf("address", key, editor.text === "");
  if (action === "back") return show(state, { ...screen, mode: { type: "list" } });
  if (action === "choose") {
    const text = editor.text.trim();
    if (text === "") return show(state, { ...screen, mode: { type: "list" } });
    const target: ServerTarget = { type: "typed", text };
    return joinScreen(state, target);
  }
  const edited = oneLineEditor(handleEditorKey(editor, key) ?? editor);
  return show(state, { ...screen, mode: { type: "address", editor: edited } });
}
