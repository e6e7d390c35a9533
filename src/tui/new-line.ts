import { messagePane } from "./layout.ts";
import { lineSequence } from "./line.ts";
import { activeRoom, changedRoom } from "./room-change.ts";
import { visibleLines } from "./scroll.ts";
import type { NewLine, RoomScreen, RoomState, Step, ViewState } from "./view-state.ts";

/**
 * Where new lines begin after one that came: where they did, or here when nobody sees it. What is
 * seen coming is not new.
 */
export function newLineAfter(
  room: RoomState,
  sequence: number,
  isSeen: boolean,
): NewLine | undefined {
  return room.newLine ?? (isSeen ? undefined : { from: sequence, isSeen: false });
}

/** Remembers that the line has been on the screen. */
export function withNewLineSeen(step: Step): Step {
  const { screen, overlay, settings, size } = step.state;
  if (screen.type !== "room" || overlay !== undefined) return step;
  const room = activeRoom(screen);
  if (room?.newLine === undefined || room.newLine.isSeen) return step;
  const { from } = room.newLine;
  const lines = visibleLines(messagePane(size, screen, room, settings));
  const sequences = lines.map(lineSequence).filter((each) => each !== undefined);
  const [first] = sequences;
  // It stands between a line that was read and the first new one.
  const isSeen =
    first !== undefined && first <= from && sequences.some((sequence) => from <= sequence);
  if (!isSeen) return step;
  const newLine = { from, isSeen };
  const next = changedRoom(screen, room.name, (each) => ({ ...each, newLine }));
  return { ...step, state: { ...step.state, screen: next } };
}

/** What is below the lowest line that is seen is new from now on. */
export function withNewLineHere(state: ViewState, screen: RoomScreen): RoomScreen {
  const room = activeRoom(screen);
  if (room === undefined) return screen;
  const pane = messagePane(state.size, screen, room, state.settings);
  const last = visibleLines(pane).findLast((line) => lineSequence(line) !== undefined);
  const sequence = last === undefined ? 0 : (lineSequence(last) ?? 0);
  const newLine: NewLine = { from: sequence + 1, isSeen: true };
  const hint = "what comes below is new";
  return { ...changedRoom(screen, room.name, (each) => ({ ...each, newLine })), hint };
}
