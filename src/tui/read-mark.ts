import { activeRoom, changedRoom, isEndSeen } from "./room-change.ts";
import type { Effect, RoomState, Step, ViewState } from "./view-state.ts";

/** The server is told at most so often what was read, milliseconds: nobody waits for it. */
export const readMs = 1_000;

/**
 * Tells the server what was read: the end of the shown room, while it is seen. Before another room is
 * shown, or we quit, it is told at once.
 */
export function withReadTold(before: ViewState, step: Step): Step {
  const { screen, now, isQuitting } = step.state;
  if (screen.type !== "room") return step;
  const left = readRoom(before);
  if (left !== undefined && left.name !== screen.activeRoom) return told(step, left);
  const room = readRoom(step.state);
  const isSoon = screen.readToldAt !== undefined && now < screen.readToldAt + readMs;
  return room === undefined || (isSoon && !isQuitting) ? step : told(step, room);
}

/** The shown room, when more of it was read than the server knows. */
export function readRoom({ screen, overlay }: ViewState): RoomState | undefined {
  if (screen.type !== "room" || overlay !== undefined) return undefined;
  const room = activeRoom(screen);
  if (room === undefined || screen.connection.state !== "open" || !isEndSeen(room)) {
    return undefined;
  }
  const { newest } = room.conversation;
  return newest !== undefined && room.readSequence < newest.sequence ? room : undefined;
}

function told(step: Step, { name, conversation }: RoomState): Step {
  const { state, effects } = step;
  const { newest } = conversation;
  if (state.screen.type !== "room" || newest === undefined) return step;
  const { sequence } = newest;
  const effect: Effect = { type: "read", room: name, ...newest };
  const screen = changedRoom(state.screen, name, (room) => ({ ...room, readSequence: sequence }));
  return {
    state: { ...state, screen: { ...screen, readToldAt: state.now } },
    effects: [...effects, effect],
  };
}
