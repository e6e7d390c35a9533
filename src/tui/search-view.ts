import { entryText } from "../room/entry.ts";
import { countOf, formatCount } from "./count-text.ts";
import { listPicture } from "./list-view.ts";
import type { SearchOverlay } from "./overlay-state.ts";
import type { Picture, Row, Span } from "./picture.ts";
import { activeRoom } from "./room-change.ts";
import { span } from "./row.ts";
import { type HitItem, hitItems, slowMs } from "./search.ts";
import { clip, padEnd, textWidth, wrap } from "./text.ts";
import { nickStyle } from "./theme.ts";
import type { RoomScreen, ViewState } from "./view-state.ts";

/** The picture of looking for lines. */
export function searchPicture(state: ViewState, overlay: SearchOverlay): Picture {
  const { screen, settings } = state;
  const { theme, timeFormat } = settings;
  const room = screen.type === "room" ? activeRoom(screen)?.title : undefined;
  const where = overlay.isEverywhere || room === undefined ? "all rooms" : room;
  const other = overlay.isEverywhere ? (room ?? "this room") : "all rooms";
  const words = overlay.list.filter.text.split(/\s+/).filter((word) => /^[^:]+$/.test(word));
  return listPicture(state, {
    title: `${overlay.isMention ? "Mentions" : "Search"} in ${where}`,
    note: noteOf(state, overlay),
    prompt: " look for: ",
    list: overlay.list,
    shown: hitItems(overlay),
    rowOf: (item, cells) => hitRow(state, item, { cells, words }),
    sectionOf: ({ hit }: HitItem) => timeFormat.date(hit.entry.sentAt),
    empty: emptyText(state, overlay).flatMap((text) =>
      wrap(text, state.size.columns - 6).map((line): Row => [span(`   ${line}`, theme.dim)]),
    ),
    keys: ["Enter jumps there", `Tab ${other}`, "Up Down move"],
  });
}

function noteOf({ now }: ViewState, { progress, hits }: SearchOverlay): string {
  switch (progress.type) {
    case "typing":
      return "";
    case "asking":
      return progress.askedAt + slowMs <= now
        ? `the server still looks, ${Math.floor((now - progress.askedAt) / 1_000)} s`
        : "looking";
    case "found":
      return `${formatCount(hits.length)}${progress.cursor === undefined ? "" : "+"} found`;
    case "offline":
      return `offline, ${formatCount(hits.length)} found here`;
    case "refused":
      return "";
  }
}

function emptyText({ screen }: ViewState, { progress, isMention }: SearchOverlay): string[] {
  switch (progress.type) {
    case "typing":
      return [
        "Type words: lines that have all of them are found.",
        "Narrow it with from:NICK in:ROOM before:2026-11-20 after:2026-11-01 has:link has:file has:code",
      ];
    case "asking":
      return ["The server looks for it."];
    case "found":
      return [isMention ? "Nobody has mentioned you there." : "No line has all of that."];
    case "offline":
      return [
        `Without a connection only the ${countOf(lineCountOf(screen), "line")} that are here can be looked through: nothing was found in them.`,
      ];
    case "refused":
      return [`That cannot be looked for: ${progress.message}.`];
  }
}

function lineCountOf(screen: ViewState["screen"]): number {
  if (screen.type !== "room") return 0;
  return screen.rooms.reduce((sum, { conversation }) => sum + conversation.lines.length, 0);
}

/** When, who, where and what: around the first word that is looked for. */
function hitRow(
  { screen, settings }: ViewState,
  { hit }: HitItem,
  { cells, words }: { readonly cells: number; readonly words: readonly string[] },
): Row {
  const { theme, timeFormat } = settings;
  const { ellipsis } = theme.glyphs;
  const nickCells = cells < 60 ? 8 : 12;
  const { author, sentAt } = hit.entry;
  const title = screen.type === "room" ? titleOf(screen, hit.room) : hit.room;
  const head: Span[] = [
    span(`${timeFormat.time(sentAt)} `, theme.dim),
    span(padEnd(clip(author.nick, nickCells, ellipsis), nickCells), nickStyle(theme, author.nick)),
    span(` ${padEnd(clip(title, nickCells, ellipsis), nickCells)} `, theme.dim),
  ];
  const headCells = timeFormat.time(sentAt).length + 1 + 2 * nickCells + 2;
  return [...head, ...excerpt(entryText(hit.entry), words, cells - headCells, theme)];
}

function titleOf({ rooms }: RoomScreen, room: string): string {
  const own = rooms.find(({ name }) => name === room)?.title;
  return own ?? (room.startsWith("&") ? "private" : `#${room}`);
}

/** Of a long line this much is looked through for a place to show. */
const excerptUnits = 4_096;

function excerpt(
  text: string,
  words: readonly string[],
  cells: number,
  theme: ViewState["settings"]["theme"],
): Span[] {
  const { ellipsis } = theme.glyphs;
  const line = text.slice(0, excerptUnits).toWellFormed().replace(/\s+/g, " ");
  const small = line.toLowerCase();
  // Letters that change their length with their case would move what is found.
  const found =
    small.length === line.length
      ? words
          .map((word) => ({ at: small.indexOf(word.toLowerCase()), length: word.length }))
          .filter(({ at }) => 0 <= at)
          .sort((a, b) => a.at - b.at)[0]
      : undefined;
  if (found === undefined) return [span(clip(line, cells, ellipsis))];
  const { at, length } = found;
  // Where the word would be cut off, the line begins a few words before it.
  const isFar = cells - 4 < at + length;
  const from = isFar ? line.lastIndexOf(" ", Math.max(0, at - Math.floor(cells / 3))) + 1 : 0;
  const before = `${0 < from ? ellipsis : ""}${line.slice(from, at)}`;
  const word = line.slice(at, at + length);
  const after = line.slice(at + length);
  const spans = [span(before), span(word, { ...theme.strong, isUnderlined: true }), span(after)];
  return clippedSpans(spans, cells, ellipsis);
}

function clippedSpans(spans: readonly Span[], cells: number, ellipsis: string): Span[] {
  const shown: Span[] = [];
  let left = cells;
  for (const { text, style } of spans) {
    const cut = clip(text, left, ellipsis);
    shown.push(span(cut, style));
    left -= textWidth(cut);
    if (cut !== text) break;
  }
  return shown;
}
