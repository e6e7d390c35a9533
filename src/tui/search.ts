import type { ClientEvent } from "../room/client-port.ts";
import { editorWith } from "./line-editor.ts";
import { emptyList, movedList, selectedItem, typedList } from "./list-state.ts";
import { listRowCount } from "./list-view.ts";
import { searchHere } from "./local-search.ts";
import type { Hit, OverlayKey, OverlayStep, SearchOverlay } from "./overlay-state.ts";
import { shownAt } from "./room-jump.ts";
import { parseSearch, type SearchQuestion } from "./search-request.ts";
import { type RoomScreen, type Step, type ViewState, withOverlay } from "./view-state.ts";

/** Somebody who types pauses no longer than this between two letters. */
export const pauseMs = 250;

/** Hits that are shown; more are for who narrows the search. */
export const hitsMax = 500;

/** Hits that are asked for at a time: what the largest usual terminal shows. */
const pageHits = 50;

/** Of a search that takes longer it is said that it goes on. */
export const slowMs = 1_000;

/** A hit in the list. */
export interface HitItem {
  readonly key: string;
  readonly searched: string;
  readonly hit: Hit;
}

/** Search as it opens; with words it begins at once, and so does the list of mentions. */
export function openSearch(
  state: ViewState,
  options: { readonly isMention: boolean; readonly text?: string },
): Step {
  const { isMention, text = "" } = options;
  const overlay: SearchOverlay = {
    type: "search",
    list: { ...emptyList, filter: editorWith(text) },
    isMention,
    isEverywhere: isMention || text !== "",
    dueAt: undefined,
    progress: { type: "typing" },
    hits: [],
  };
  const isBeginning = isMention || text.trim() !== "";
  return isBeginning ? asked(state, overlay) : withOverlay(state, overlay);
}

/** The hits as they are listed. */
export function hitItems({ hits }: SearchOverlay): readonly HitItem[] {
  return hits.map((hit) => ({ key: `${hit.room} ${hit.entry.sequence}`, searched: "", hit }));
}

/** A key while lines are looked for. */
export function reduceSearch(
  state: ViewState,
  overlay: SearchOverlay,
  { moment, key, action }: OverlayKey,
): OverlayStep {
  const { list } = overlay;
  const items = hitItems(overlay);
  switch (action) {
    case "back":
      return withOverlay(state, undefined);
    case "switch-scope":
      return asked(state, { ...overlay, isEverywhere: !overlay.isEverywhere });
    case "choose":
      // What was typed last is what is meant.
      if (overlay.dueAt !== undefined) return asked(state, overlay);
      return jumped(state, selectedItem(items, list)?.hit);
    default: {
      const moved = movedList(list, items, action, listRowCount(state.size.rows));
      if (moved !== undefined) return withMore(state, { ...overlay, list: moved }, items);
      const next = typedList(list, key);
      if (next.filter.text === list.filter.text) {
        return withOverlay(state, { ...overlay, list: next });
      }
      return withOverlay(state, { ...overlay, list: next, dueAt: moment.now + pauseMs });
    }
  }
}

/** Asks for what was typed when the pause is long enough. */
export function withSearchDue(step: Step): Step {
  const { overlay, now } = step.state;
  if (overlay?.type !== "search" || overlay.dueAt === undefined || now < overlay.dueAt) return step;
  const next = asked(step.state, overlay);
  return { state: next.state, effects: [...step.effects, ...next.effects] };
}

/**
 * The answer to a search, or why there is none; `undefined` for other events. Answers to what is not
 * looked for any more are for nobody.
 */
export function reduceFound(state: ViewState, event: ClientEvent): Step | undefined {
  if (event.type !== "answer" && event.type !== "error") return undefined;
  if (!event.ref?.startsWith(searchRefPrefix)) return undefined;
  const { overlay } = state;
  if (overlay?.type !== "search" || overlay.progress.type !== "asking") {
    return { state, effects: [] };
  }
  if (overlay.progress.ref !== event.ref) return { state, effects: [] };
  if (event.type === "error") {
    const progress = { type: "refused", message: event.message } as const;
    return withOverlay(state, { ...overlay, progress });
  }
  const { question, answer } = event;
  if (question.type !== "search" || answer.type !== "found") return { state, effects: [] };
  const before = question.cursor === undefined ? [] : overlay.hits;
  const hits = [...before, ...answer.hits].slice(0, hitsMax);
  const cursor = hits.length < hitsMax ? answer.cursor : undefined;
  return withOverlay(state, { ...overlay, hits, progress: { type: "found", cursor } });
}

const searchRefPrefix = "search ";

/** `ref` of a search, another one each time; the time tells them apart. */
function searchRef({ progress }: SearchOverlay, now: number): string {
  const last = progress.type === "asking" ? progress.ref : "";
  const ref = `${searchRefPrefix}${now}`;
  return ref === last ? `${ref}+` : ref;
}

function asked(state: ViewState, overlay: SearchOverlay, cursor?: string): Step {
  const { screen, now } = state;
  if (screen.type !== "room") return { state, effects: [] };
  const calm: SearchOverlay = { ...overlay, dueAt: undefined };
  const question = questionOf(screen, overlay);
  if (typeof question === "string") {
    const isEmpty = overlay.list.filter.text.trim() === "";
    const progress = isEmpty
      ? ({ type: "typing" } as const)
      : ({ type: "refused", message: question } as const);
    return withOverlay(state, { ...calm, progress, hits: [] });
  }
  if (screen.connection.state !== "open") {
    const hits = searchHere(screen, question, hitsMax);
    return withOverlay(state, { ...calm, progress: { type: "offline" }, hits });
  }
  const ref = searchRef(overlay, now);
  const more = cursor === undefined ? question : { ...question, cursor };
  const asking: SearchOverlay = { ...calm, progress: { type: "asking", ref, askedAt: now } };
  return {
    state: { ...state, overlay: asking },
    effects: [{ type: "ask", question: more, ref }],
  };
}

/** What is asked, or why that makes no sense. */
function questionOf(screen: RoomScreen, overlay: SearchOverlay): SearchQuestion | string {
  const { isMention, isEverywhere, list } = overlay;
  const text = list.filter.text;
  const parsed: SearchQuestion | string =
    isMention && text.trim() === ""
      ? { type: "search", words: [], limit: pageHits }
      : parseSearch(text, pageHits);
  if (typeof parsed === "string") return parsed;
  const here = isEverywhere ? undefined : screen.activeRoom;
  return {
    ...(here !== undefined && { room: here }),
    ...parsed,
    ...(isMention && { isMention: true }),
  };
}

/** At the end of the list the next page is asked for. */
function withMore(state: ViewState, overlay: SearchOverlay, items: readonly HitItem[]): Step {
  const { progress, list } = overlay;
  const isEnd = items.at(-1)?.key === list.selectedKey;
  const cursor = progress.type === "found" ? progress.cursor : undefined;
  return isEnd && cursor !== undefined
    ? asked(state, overlay, cursor)
    : withOverlay(state, overlay);
}

function jumped(state: ViewState, hit: Hit | undefined): Step {
  const { screen } = state;
  if (hit === undefined || screen.type !== "room") return { state, effects: [] };
  return shownAt({ ...state, overlay: undefined }, screen, hit);
}
