import { countOf } from "./count-text.ts";
import type { Moment, Step, ViewState } from "./view-state.ts";

/** Within this time a second wish to quit ends the server that others are in. */
export const warningMs = 5_000;

/** A second Ctrl-C within this time quits. */
export const interruptMs = 2_000;

/** Somebody wants to quit. While others are in a server that runs here they have to say so twice. */
export function quit(moment: Moment, state: ViewState): Step {
  const { hosted, isQuitting } = state;
  const others = otherCount(moment, state);
  const isMeant = isQuitting || state.warning?.type === "quit";
  if (hosted === undefined || others === 0 || isMeant) return quitAtOnce(state);
  const text = `you host ${hosted.name} for ${countOf(others, "other")}: quit again to end it for them`;
  return warn(moment, state, { type: "quit", text });
}

/** The program is to end, whoever is in a server that runs here. */
export function quitAtOnce(state: ViewState): Step {
  const ending: ViewState = { ...state, isQuitting: true, warning: undefined };
  return { state: ending, effects: [{ type: "quit" }] };
}

/** A stopped process would hold up everybody in a server that runs in it. */
export function suspend(moment: Moment, state: ViewState): Step {
  const { hosted } = state;
  if (hosted === undefined) return { state, effects: [{ type: "suspend" }] };
  const text = `you host ${hosted.name}: Ctrl+Z would stop it for everybody; Ctrl+Q quits`;
  return warn(moment, state, { type: "suspend", text });
}

/** The state without what was meant to be read for a moment, when that is over. */
export function withoutStale(state: ViewState): ViewState {
  const { now, warning, interruptedAt } = state;
  const isWarned = warning !== undefined && now <= warning.until;
  const isInterrupted = interruptedAt !== undefined && now - interruptedAt <= interruptMs;
  const isSame =
    isWarned === (warning !== undefined) && isInterrupted === (interruptedAt !== undefined);
  if (isSame) return state;
  return {
    ...state,
    warning: isWarned ? warning : undefined,
    interruptedAt: isInterrupted ? interruptedAt : undefined,
  };
}

/** The state after another key: what was said of the last one is read, but a wish to quit stays. */
export function withoutRead(state: ViewState): ViewState {
  const warning = state.warning?.type === "quit" ? state.warning : undefined;
  return { ...state, interruptedAt: undefined, warning };
}

/** What the last key would have ended and did not, or `undefined`. */
export function warningText({ warning, interruptedAt }: ViewState): string | undefined {
  return warning?.text ?? (interruptedAt === undefined ? undefined : "Ctrl+C again quits");
}

/** Members of the server that runs here, without ourselves. */
function otherCount({ hostedMemberCount = 0 }: Moment, { hosted, screen }: ViewState): number {
  const isInside = screen.type === "room" && screen.server.id === hosted?.id;
  return Math.max(0, hostedMemberCount - (isInside ? 1 : 0));
}

function warn(
  moment: Moment,
  state: ViewState,
  warning: { readonly type: "quit" | "suspend"; readonly text: string },
): Step {
  const until = moment.now + warningMs;
  return { state: { ...state, warning: { ...warning, until } }, effects: [] };
}
