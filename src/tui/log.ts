import type { ClientEvent } from "../room/client-port.ts";
import { askedText, invitedText, removedText, shutdownText } from "./social-events.ts";
import type { Moment, Screen, Step, ViewEvent, ViewState } from "./view-state.ts";

/** Things that happened which are kept: a bad evening of reconnecting each second has 3,600. */
export const logLinesMax = 4_000;

/** Something that happened, for who looks for the reason later. */
export interface LogLine {
  /** Counts from 1. */
  readonly number: number;
  /** Clock.wallNow(). */
  readonly at: number;
  readonly text: string;
}

/** The step with what it told people in the log, each once when it is told again and again. */
export function withLogged(moment: Moment, before: ViewState, event: ViewEvent, step: Step): Step {
  const { state } = step;
  const texts = [...eventTexts(state.screen, event), ...screenTexts(before.screen, state.screen)];
  const at = moment.wallNow;
  let log = state.log;
  for (const text of texts) {
    const last = log.at(-1);
    if (last?.text === text) continue;
    log = [...log.slice(1 - logLinesMax), { number: (last?.number ?? 0) + 1, at, text }];
  }
  return log === state.log ? step : { ...step, state: { ...state, log } };
}

function eventTexts(screen: Screen, event: ViewEvent): readonly string[] {
  if (event.type !== "client") return [];
  const text = clientText(screen, event.event);
  return text === undefined ? [] : [text];
}

function clientText(screen: Screen, event: ClientEvent): string | undefined {
  const server = screen.type === "room" ? screen.server.name : "the server";
  switch (event.type) {
    case "connection":
      return connectionText(event);
    case "ready":
      return `in ${event.server.name} as ${event.nick}`;
    case "notice":
      return event.text;
    case "shutdown":
      return shutdownText(server, event);
    case "asked":
      return screen.type === "room" ? askedText(event, screen.own.person) : undefined;
    case "invited":
      return invitedText(event);
    case "removed":
      return removedText(event, screen.type === "room" ? screen.nick : undefined);
    case "failed":
      return `a line was refused: ${event.message}`;
    case "delayed":
      return `lines are not stored yet: ${event.message}`;
    default:
      return undefined;
  }
}

function connectionText(event: Extract<ClientEvent, { type: "connection" }>): string {
  const { state, reason, attempt } = event;
  const why = reason === undefined ? "" : `: ${reason}`;
  if (state === "open") return "connected";
  return state === "closed" ? `closed${why}` : `${state}, try ${attempt}${why}`;
}

/** What a screen tells for a moment. */
function screenTexts(before: Screen, after: Screen): readonly string[] {
  const text = told(after);
  return text === undefined || text === told(before) ? [] : [text];
}

function told(screen: Screen): string | undefined {
  switch (screen.type) {
    case "picker":
    case "changed":
      return screen.problem;
    case "nickname":
      return screen.progress.type === "refused" ? screen.progress.message : undefined;
    case "room":
      return screen.hint;
  }
}
