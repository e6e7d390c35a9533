import type { ClientEvent } from "../room/client-port.ts";
import type { Position } from "../room/store-port.ts";
import { isNamed } from "./bell.ts";
import type { Conversation } from "./conversation.ts";
import { messagePane } from "./layout.ts";
import { type Line, lastSequence, lineSequence } from "./line.ts";
import { pageRef, pastLimit } from "./page-ref.ts";
import { activeRoom, changedRoom, shown, shownConversation } from "./room-change.ts";
import { pointedAt, visibleLines } from "./scroll.ts";
import { type RoomScreen, type RoomState, type Step, show, type ViewState } from "./view-state.ts";
import { windowOf } from "./window.ts";

/**
 * Goes to a place in a room: the line with that number, or the first one of that time or later. What is
 * not here is asked for, and shown when it comes.
 */
export function jumpTo(state: ViewState, screen: RoomScreen, name: string, place: Position): Step {
  const next = screen.activeRoom === name ? screen : shown(screen, name);
  const room = next.rooms.find((each) => each.name === name);
  if (room === undefined) return show(state, { ...screen, hint: `you are not in #${name}` });
  const here = [room.conversation, ...(room.window === undefined ? [] : [room.window])];
  for (const conversation of here) {
    const index = indexOf(conversation, place);
    if (index === undefined) continue;
    const window = conversation === room.conversation ? undefined : conversation;
    return show(state, withPointed(state, next, { ...room, window }, index));
  }
  const windowCount = room.windowCount + 1;
  const range = { around: place, limit: pastLimit };
  const asked: RoomState = { ...room, windowCount, jump: place };
  const hint = typeof place === "number" ? `looking for line #${place}` : "looking for that day";
  return show(
    state,
    { ...changedRoom(next, name, () => asked), hint },
    {
      type: "history",
      room: name,
      range,
      ref: pageRef({ part: "jump", window: windowCount, room: name }),
    },
  );
}

/** Goes to where the new lines of the shown room begin. */
export function toNewLine(state: ViewState, screen: RoomScreen): Step {
  const room = activeRoom(screen);
  if (room?.newLine === undefined) return show(state, { ...screen, hint: "nothing here is new" });
  return jumpTo(state, screen, room.name, room.newLine.from);
}

/** Goes to the line that calls us before, or after, the one that is pointed at or else seen last. */
export function besideMention(state: ViewState, screen: RoomScreen, by: 1 | -1): Step {
  const room = activeRoom(screen);
  if (room === undefined) return show(state, screen);
  const conversation = shownConversation(room);
  const { lines, marked } = conversation;
  const isCalling = (line: Line | undefined): boolean =>
    line?.type === "said" && !line.isOwn && isNamed(screen, line.entry, state.settings.highlights);
  const pane = messagePane(state.size, screen, room, state.settings);
  const last = visibleLines(pane).findLast(({ type }) => type !== "pending");
  const from = lines.findLastIndex(({ key }) => key === (marked ?? last?.key));
  // What is seen last may call us, too; what is pointed at was found before.
  let index = marked === undefined && by === -1 ? from : from + by;
  while (0 <= index && index < lines.length && !isCalling(lines.at(index))) index += by;
  if (lines.at(index) === undefined || index < 0) {
    const hint =
      by === 1 ? "nobody calls you below" : "nobody calls you above: /mentions looks further";
    return show(state, { ...screen, hint });
  }
  return show(state, withPointed(state, screen, room, index));
}

/** The page around the place that was gone to has come. */
export function goneTo(
  state: ViewState,
  screen: RoomScreen,
  page: Extract<ClientEvent, { type: "page" }>,
  window: number,
): Step {
  const room = screen.rooms.find(({ name }) => name === page.room);
  // Somebody may have gone elsewhere meanwhile.
  if (room?.jump === undefined || room.windowCount !== window) return show(state, screen);
  const seen = windowOf(page, screen.own.person);
  const index = firstAt(seen, room.jump) ?? seen.lines.length - 1;
  const there: RoomState = { ...room, window: seen, jump: undefined };
  if (index < 0) {
    const same = changedRoom(screen, room.name, () => ({ ...room, jump: undefined }));
    return show(state, { ...same, hint: "there is nothing" });
  }
  return show(state, withPointed(state, { ...screen, hint: undefined }, there, index));
}

function withPointed(
  state: ViewState,
  screen: RoomScreen,
  room: RoomState,
  index: number,
): RoomScreen {
  const pane = messagePane(state.size, screen, room, state.settings);
  const seen = pointedAt(pane, index);
  return changedRoom(screen, room.name, () =>
    room.window === undefined ? { ...room, conversation: seen } : { ...room, window: seen },
  );
}

/** Where the place is in a conversation that has it for sure, or `undefined`. */
function indexOf(conversation: Conversation, place: Position): number | undefined {
  const index = firstAt(conversation, place);
  if (index === undefined) return undefined;
  // The first line of all is only then the first of that place when nothing is above it.
  const isFirst = !conversation.lines.slice(0, index).some((line) => lineSequence(line));
  const line = conversation.lines.at(index);
  const isThere = typeof place === "number" && line !== undefined && lineSequence(line) === place;
  return isFirst && !isThere && conversation.past !== "complete" ? undefined : index;
}

/** The first line that is at the place or behind it. */
function firstAt({ lines }: Conversation, place: Position): number | undefined {
  const isBefore = (line: Line): boolean => {
    if (typeof place === "number") return (lastSequence(line) ?? 0) < place;
    return line.type !== "said" || line.entry.sentAt < place.time;
  };
  let index = 0;
  for (const line of lines) {
    if (!isBefore(line)) return index;
    index += 1;
  }
  return undefined;
}
