import { bytesText } from "../room/bytes-text.ts";
import type { Transfer } from "../room/files/file-port.ts";
import { durationText, pathText, percentOf, stateText } from "./file-text.ts";
import { filtered, selectedItem } from "./list-state.ts";
import { listPicture } from "./list-view.ts";
import type { TransfersOverlay } from "./overlay-state.ts";
import type { Picture, Row } from "./picture.ts";
import { span } from "./row.ts";
import { clip, padEnd, padStart, wrap } from "./text.ts";
import type { Theme } from "./theme.ts";
import { enterOf, transferItems } from "./transfers-overlay.ts";
import type { ViewState } from "./view-state.ts";

/** Cells of a bar; where it is narrow, the percents alone tell it. */
const barCells = 16;
const barFromCells = 60;

/** ` 43%  ` */
const percentCells = 6;

/** The picture of the transfers. */
export function transfersPicture(state: ViewState, overlay: TransfersOverlay): Picture {
  const { theme } = state.settings;
  const { list } = overlay;
  const shown = filtered(transferItems(state), list);
  const transfer = selectedItem(shown, list)?.transfer;
  return listPicture(state, {
    title: "Transfers",
    prompt: " look for: ",
    list,
    shown,
    rowOf: (item, cells) => transferRow(item.transfer, cells, theme),
    empty: wrap(
      "No files are under way. /send NICK|#ROOM PATH offers some.",
      state.size.columns - 6,
    ).map((line): Row => [span(`   ${line}`, theme.dim)]),
    keys: [...keysOf(transfer), "Up Down move"],
  });
}

function keysOf(transfer: Transfer | undefined): readonly string[] {
  const use = transfer && enterOf(transfer);
  if (use === undefined) return [];
  if (use === "copy") return ["Enter copies where it is"];
  return [use === "pause" ? "Enter pauses" : "Enter goes on", "Alt+X cancels"];
}

/** Which way, what, how much of it, and how it goes. */
function transferRow(transfer: Transfer, cells: number, theme: Theme): Row {
  const { ellipsis } = theme.glyphs;
  const { offer, direction } = transfer;
  const hasBar = barFromCells <= cells;
  const way = direction === "send" ? "up  " : "down";
  const percent = percentOf(transfer);
  const nameCells = Math.floor(cells / (hasBar ? 3 : 2)) - way.length - 1;
  const rest = cells - way.length - 1 - nameCells - 1 - (hasBar ? barCells : 0) - percentCells;
  return [
    span(`${way} `, theme.dim),
    span(`${padEnd(clip(offer.name, nameCells, ellipsis), nameCells)} `),
    ...(hasBar ? barOf(percent, theme) : []),
    span(`${padStart(String(percent), percentCells - 3)}%  `),
    span(clip(factsOf(transfer), rest, ellipsis), theme.dim),
  ];
}

function barOf(percent: number, theme: Theme): Row {
  const full = Math.floor((percent * barCells) / 100);
  const [done, left] = theme.isAscii ? ["#", "-"] : ["█", "░"];
  return [span(done.repeat(full), theme.code), span(left.repeat(barCells - full), theme.dim)];
}

function factsOf({ offer, state, bytes, bytesPerSecond, leftMs }: Transfer): string {
  if (state.type !== "running") return stateText(state);
  const left = leftMs === undefined ? [] : [`${durationText(leftMs)} left`];
  return [
    `${bytesText(bytes)} of ${bytesText(offer.bytes)}`,
    `${bytesText(Math.round(bytesPerSecond))}/s`,
    ...left,
    pathText(state.path),
  ].join("  ");
}
