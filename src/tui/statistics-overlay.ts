import { bytesText } from "../room/bytes-text.ts";
import type { Traffic } from "../room/client-port.ts";
import { countOf, formatDuration } from "./count-text.ts";
import { qualityText } from "./link-state.ts";
import { emptyList, filtered, type ListItem, movedList, typedList } from "./list-state.ts";
import { listRowCount } from "./list-view.ts";
import type { OverlayKey, OverlayStep, StatisticsOverlay } from "./overlay-state.ts";
import { type Effect, type Step, type ViewState, withOverlay } from "./view-state.ts";

/** What is measured outside of the view. */
export interface Figures {
  /** Of the client; `undefined` while there is none. */
  readonly traffic: Traffic | undefined;
  /** How long the last pictures took to be made and written, in ms. */
  readonly frameMs: { readonly last: number; readonly slowest: number };
  /** What the process has of the machine's memory. */
  readonly memoryBytes: number;
  /** How long the program runs. */
  readonly runningMs: number;
}

/** One figure in the list. */
export interface StatisticsItem extends ListItem {
  readonly name: string;
  readonly value: string;
}

/** The figures as they open, and the wish for them. */
export function openStatistics(state: ViewState): Step {
  const overlay = { type: "statistics", list: emptyList, figures: undefined } as const;
  return { ...withOverlay(state, overlay), effects: [measure] };
}

/** What is to be measured again, while somebody looks at it. */
export function figuresWanted({ overlay }: ViewState): readonly Effect[] {
  return overlay?.type === "statistics" ? [measure] : [];
}

/** The state with the figures, if they are still looked at. */
export function withFigures(state: ViewState, figures: Figures): ViewState {
  const { overlay } = state;
  return overlay?.type === "statistics" ? { ...state, overlay: { ...overlay, figures } } : state;
}

/** Every figure that is known. */
export function statisticsItems(
  { link, screen }: ViewState,
  { figures }: StatisticsOverlay,
): readonly StatisticsItem[] {
  const { quality, lossCount } = link;
  const connection = screen.type === "room" ? screen.connection.state : "none";
  const items = [
    ["connection", quality ? `${connection}, ${qualityText(quality)}` : connection],
    ["lost since you came", countOf(lossCount, "time")],
    ...figureItems(figures),
  ] as const;
  return items.map(([name, value]) => ({ key: name, searched: name, name, value }));
}

/** A key while figures are looked at. */
export function reduceStatistics(
  state: ViewState,
  overlay: StatisticsOverlay,
  { key, action }: OverlayKey,
): OverlayStep {
  if (action === "back") return withOverlay(state, undefined);
  const { list } = overlay;
  const shown = filtered(statisticsItems(state, overlay), list);
  const moved = movedList(list, shown, action, listRowCount(state.size.rows));
  return withOverlay(state, { ...overlay, list: moved ?? typedList(list, key) });
}

const measure: Effect = { type: "measure" };

function figureItems(figures: Figures | undefined): readonly (readonly [string, string])[] {
  if (figures === undefined) return [];
  const { traffic, frameMs, memoryBytes, runningMs } = figures;
  const { bytesSent = 0, bytesReceived = 0 } = traffic ?? {};
  return [
    ["received", bytesText(bytesReceived)],
    ["sent", bytesText(bytesSent)],
    ["last picture", `${frameMs.last.toFixed(1)} ms`],
    ["slowest of the last pictures", `${frameMs.slowest.toFixed(1)} ms`],
    ["memory", bytesText(memoryBytes)],
    ["running for", formatDuration(runningMs)],
  ];
}
