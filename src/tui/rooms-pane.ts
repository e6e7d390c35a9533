import type { Transfer } from "../room/files/file-port.ts";
import { isOver } from "./file-news.ts";
import { percentOf } from "./file-text.ts";
import { headingRow, type PaneRow, seenRows } from "./pane-rows.ts";
import type { Row } from "./picture.ts";
import { isPrivate, roomOrder } from "./room-order.ts";
import { span } from "./row.ts";
import { clip, padEnd, textWidth } from "./text.ts";
import type { Theme } from "./theme.ts";
import type { RoomScreen, RoomState } from "./view-state.ts";

/** Higher numbers are only known to be higher. */
const countMax = 99;

/** A row of the pane: a heading, a room with its number, or a file that moves. */
type Entry =
  | { readonly type: "heading"; readonly text: string }
  | { readonly type: "room"; readonly room: RoomState; readonly number: number }
  | { readonly type: "file"; readonly transfer: Transfer };

/** Files that move and are shown; `/transfers` has all. */
export const filesShownMax = 5;

/** The rooms, the private chats and the files that move, of which so many rows are seen. */
export function roomsPane(
  screen: RoomScreen,
  theme: Theme,
  { cells, rows }: { readonly cells: number; readonly rows: number },
): readonly PaneRow[] {
  const all = entriesOf(screen);
  const numberCells = String(screen.rooms.length).length;
  const kept = all.findIndex(
    (entry) => entry.type === "room" && entry.room.name === screen.activeRoom,
  );
  const rowAt = (index: number): PaneRow => {
    const entry = all[index] ?? { type: "heading", text: "" };
    switch (entry.type) {
      case "heading":
        return headingRow(entry.text, theme);
      case "file":
        return { row: fileRow(entry.transfer, theme, cells), target: undefined };
      case "room": {
        const { room, number } = entry;
        const isActive = room.name === screen.activeRoom;
        const mark = isActive ? theme.glyphs.marker : " ";
        const lead = `${mark}${String(number).padStart(numberCells)} `;
        return { row: roomRow(room, { lead, isActive, theme, cells }), target: room.name };
      }
    }
  };
  return seenRows(all.length, rowAt, { top: screen.panes.roomsTop, rows, kept }, theme);
}

/** How many rows the pane would have with room for all. */
export function roomsPaneHeight(screen: RoomScreen): number {
  return entriesOf(screen).length;
}

function entriesOf(screen: RoomScreen): readonly Entry[] {
  const numbered = roomOrder(screen).map(
    (room, index): Entry => ({ type: "room", room, number: index + 1 }),
  );
  const chatCount = screen.rooms.filter(isPrivate).length;
  const shared = numbered.slice(0, numbered.length - chatCount);
  const files = screen.files.transfers
    .filter((transfer) => !isOver(transfer))
    .slice(-filesShownMax)
    .map((transfer): Entry => ({ type: "file", transfer }));
  return [
    { type: "heading", text: "ROOMS" },
    ...shared,
    ...section("PRIVATE", numbered.slice(shared.length)),
    ...section("FILES", files),
  ];
}

/** Entries below a heading and a blank row, if there are any. */
function section(text: string, entries: readonly Entry[]): readonly Entry[] {
  if (entries.length === 0) return [];
  return [{ type: "heading", text: "" }, { type: "heading", text }, ...entries];
}

/** `↓ notes.pdf 43%`; of what is sent it is not known how much each taker has. */
function fileRow(transfer: Transfer, theme: Theme, cells: number): Row {
  const { offer, direction, state } = transfer;
  const { receive, send, ellipsis } = theme.glyphs;
  const isReceiving = direction === "receive";
  const share = isReceiving ? ` ${percentOf(transfer)}%` : "";
  const note = state.type === "running" ? share : ` ${state.type}`;
  const lead = ` ${isReceiving ? receive : send} `;
  const nameCells = Math.max(1, cells - textWidth(lead) - textWidth(note) - 1);
  const name = padEnd(clip(offer.name, nameCells, ellipsis), nameCells);
  return [span(`${lead}${name}${note}`, state.type === "running" ? theme.plain : theme.dim)];
}

function roomRow(
  room: RoomState,
  look: {
    readonly lead: string;
    readonly isActive: boolean;
    readonly theme: Theme;
    readonly cells: number;
  },
): Row {
  const { lead, isActive, theme, cells } = look;
  const news = newsOf(room);
  const nameCells = cells - textWidth(lead) - (news === "" ? 0 : 2 + textWidth(news));
  const name = isPrivate(room) ? room.title.replaceAll("@", "") : room.name;
  const shown = padEnd(clip(name, Math.max(1, nameCells), theme.glyphs.ellipsis), nameCells);
  const style = isActive || news !== "" ? theme.strong : theme.plain;
  if (news === "") return [span(lead + shown, style)];
  const newsStyle = 0 < room.mentionCount || isPrivate(room) ? theme.alert : theme.strong;
  return [span(`${lead}${shown} `, style), span(news, newsStyle)];
}

/** `4`, or `@1 4` where one of them calls us; in a private chat all do. */
function newsOf(room: RoomState): string {
  const { unreadCount, mentionCount } = room;
  if (unreadCount === 0) return "";
  if (mentionCount === 0 || isPrivate(room)) return countText(unreadCount);
  const calls = `@${countText(mentionCount)}`;
  return mentionCount === unreadCount ? calls : `${calls} ${countText(unreadCount)}`;
}

function countText(count: number): string {
  return countMax < count ? `${countMax}+` : String(count);
}
