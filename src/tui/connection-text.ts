import type { Theme } from "./theme.ts";
import type { ConnectionState } from "./view-state.ts";

/** The state of the connection in words; `now` counts down to the next attempt. */
export function connectionText(
  connection: ConnectionState | undefined,
  now: number,
  theme: Theme,
): string {
  if (connection === undefined) return `connecting${theme.glyphs.ellipsis}`;
  switch (connection.state) {
    case "open":
      return "open";
    case "closed":
      return withReason("closed", connection.reason);
    case "connecting":
      return connection.attempt <= 1
        ? `connecting${theme.glyphs.ellipsis}`
        : withReason(`connecting, ${attemptText(connection, now)}`, connection.reason);
    case "reconnecting":
      return withReason(`reconnecting, ${attemptText(connection, now)}`, connection.reason);
  }
}

function attemptText({ attempt, retryAt }: ConnectionState, now: number): string {
  if (retryAt === undefined) return `try ${attempt}`;
  return `try ${attempt} in ${Math.max(0, Math.ceil((retryAt - now) / 1000))} s`;
}

function withReason(text: string, reason: string | undefined): string {
  return reason === undefined ? text : `${text} (${reason})`;
}
