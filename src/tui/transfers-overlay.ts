import type { FileAction } from "../room/files/file-action.ts";
import type { Transfer } from "../room/files/file-port.ts";
import { isOver } from "./file-news.ts";
import {
  emptyList,
  filtered,
  type ListItem,
  movedList,
  selectedItem,
  typedList,
} from "./list-state.ts";
import { listRowCount } from "./list-view.ts";
import type { OverlayKey, OverlayStep, TransfersOverlay } from "./overlay-state.ts";
import { show, type ViewState, withOverlay } from "./view-state.ts";

/** A transfer in the list. */
export interface TransferItem extends ListItem {
  readonly transfer: Transfer;
}

/** The transfers as they open. */
export const emptyTransfers: TransfersOverlay = { type: "transfers", list: emptyList };

/** What is under way first, the newest first. */
export function transferItems({ screen }: ViewState): readonly TransferItem[] {
  if (screen.type !== "room") return [];
  const newest = screen.files.transfers.toReversed();
  return [...newest.filter((each) => !isOver(each)), ...newest.filter(isOver)].map((transfer) => {
    const { offer, direction } = transfer;
    return { key: `${direction} ${offer.id}`, searched: offer.name, transfer };
  });
}

/** What Enter does with a transfer; nothing with one that is over and left nothing. */
export function enterOf({ state }: Transfer): "pause" | "resume" | "copy" | undefined {
  switch (state.type) {
    case "waiting":
    case "checking":
    case "running":
      return "pause";
    case "paused":
      return "resume";
    case "received":
      return "copy";
    case "failed":
    case "cancelled":
      return undefined;
  }
}

/** A key while transfers are looked at. */
export function reduceTransfers(
  state: ViewState,
  overlay: TransfersOverlay,
  { key, action }: OverlayKey,
): OverlayStep {
  const { list } = overlay;
  if (action === "back") return withOverlay(state, undefined);
  const shown = filtered(transferItems(state), list);
  const transfer = selectedItem(shown, list)?.transfer;
  if (action === "choose") return entered(state, transfer);
  if (action === "decline") {
    const isGoing = transfer !== undefined && !isOver(transfer);
    return isGoing ? asked(state, transfer, "cancel") : { state, effects: [] };
  }
  const moved = movedList(list, shown, action, listRowCount(state.size.rows));
  return withOverlay(state, { ...overlay, list: moved ?? typedList(list, key) });
}

function entered(state: ViewState, transfer: Transfer | undefined): OverlayStep {
  const { screen } = state;
  const use = transfer && enterOf(transfer);
  if (transfer === undefined || use === undefined || screen.type !== "room") {
    return { state, effects: [] };
  }
  if (use !== "copy") return asked(state, transfer, use);
  const text = transfer.state.type === "received" ? transfer.state.path : "";
  const hint = "where it is saved is in the clipboard, where the terminal allows it";
  return show(state, { ...screen, hint }, { type: "copy", text });
}

function asked(
  state: ViewState,
  { offer }: Transfer,
  type: Extract<FileAction["type"], "cancel" | "pause" | "resume">,
): OverlayStep {
  return { state, effects: [{ type: "file", action: { type, offer: offer.id } }] };
}
