import {
  type Candidate,
  type Completion,
  type CompletionNames,
  type CompletionPlace,
  commonStart,
  completed,
  completionPlace,
  type FileName,
  fileCandidates,
} from "./completion.ts";
import type { KeyEvent } from "./key.ts";
import { actionOf } from "./key-table.ts";
import { type EditorState, replaceRange } from "./line-editor.ts";
import { activeRoom } from "./room-change.ts";
import { type RoomScreen, type Step, show, type ViewState } from "./view-state.ts";

/** Of the lines of a room so many are looked through for who spoke last. */
export const speakersLinesMax = 200;

/** The menu of the input line, or the files that it waits for. */
export type Completing =
  | ({ readonly type: "menu" } & Completion)
  | {
      readonly type: "files";
      readonly before: EditorState;
      readonly place: Extract<CompletionPlace, { type: "files" }>;
    };

/** Tab: what may be meant at the cursor. What alone is meant is written at once. */
export function complete(state: ViewState, screen: RoomScreen): Step {
  const { editor } = screen;
  const place = completionPlace(editor, namesOf(screen));
  if (place.type === "candidates") {
    return show(state, withCandidates(screen, editor, place, place.candidates));
  }
  const completing = { type: "files", before: editor, place } as const;
  return show(state, { ...screen, completing }, { type: "list-files", directory: place.directory });
}

/** The files that were asked for; they come too late when something else was typed. */
export function withFiles(
  screen: RoomScreen,
  event: { readonly directory: string; readonly files: readonly FileName[] },
): RoomScreen {
  const { completing, editor } = screen;
  if (completing?.type !== "files" || completing.before !== editor) return screen;
  if (completing.place.directory !== event.directory) return screen;
  const candidates = fileCandidates(completing.place, event.files);
  return withCandidates(screen, editor, completing.place, candidates);
}

/** A key while there is a menu; `undefined` when it is for the input line, and the menu is gone then. */
export function reduceCompleting(
  state: ViewState,
  screen: RoomScreen,
  completing: Completing,
  key: KeyEvent,
): Step | undefined {
  if (completing.type === "files") return undefined;
  const { chosen, candidates } = completing;
  const count = candidates.length;
  const choose = (index: number): Step => {
    const next = { ...completing, chosen: index };
    return show(state, { ...screen, completing: next, editor: completed(completing, index) });
  };
  switch (actionOf("completion", key, false)) {
    case "select-next":
      return choose(chosen === undefined ? 0 : (chosen + 1) % count);
    case "select-previous":
      return choose(chosen === undefined ? count - 1 : (chosen + count - 1) % count);
    case "choose":
      return chosen === undefined ? undefined : show(state, { ...screen, completing: undefined });
    case "back":
      return show(state, { ...screen, completing: undefined, editor: completing.before });
    default:
      return undefined;
  }
}

function withCandidates(
  screen: RoomScreen,
  before: EditorState,
  place: CompletionPlace,
  candidates: readonly Candidate[],
): RoomScreen {
  const { range } = place;
  const closed: RoomScreen = { ...screen, completing: undefined };
  const [only] = candidates;
  if (only === undefined) return { ...closed, hint: nothingText(place) };
  if (candidates.length === 1) {
    return { ...closed, editor: replaceRange(before, range, only.text) };
  }
  const menu = { type: "menu", before, range, candidates, chosen: undefined } as const;
  const common = place.type === "files" ? commonStart(candidates) : "";
  if (range.end - range.start < common.length) {
    const editor = replaceRange(before, range, common);
    const further = { start: range.start, end: range.start + common.length };
    return { ...closed, editor, completing: { ...menu, before: editor, range: further } };
  }
  // Files are looked at first; of names the likeliest is written at once.
  if (place.type === "files") return { ...closed, completing: menu };
  return { ...closed, editor: completed(menu, 0), completing: { ...menu, chosen: 0 } };
}

function nothingText({ type }: CompletionPlace): string {
  return type === "files" ? "no file there begins like that" : "nothing begins like that";
}

function namesOf(screen: RoomScreen): CompletionNames {
  const room = activeRoom(screen);
  const members = room?.members.map(({ nick }) => nick) ?? [];
  const lines = room?.conversation.lines.slice(-speakersLinesMax) ?? [];
  const speakers = lines.flatMap((line) => (line.type === "said" ? [line.entry.author.nick] : []));
  const present = new Set(members);
  const recent = speakers.toReversed().filter((nick) => present.has(nick));
  const nicks = [...new Set([...recent, ...members])].filter((nick) => nick !== screen.nick);
  const rooms = screen.rooms.map(({ title }) => title).filter((title) => title.startsWith("#"));
  return { nicks, rooms };
}
