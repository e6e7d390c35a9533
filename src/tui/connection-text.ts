import type { Theme } from "./theme.ts";
import type { ConnectionState } from "./view-state.ts";

/** The state of the connection in words; `now` counts down to the next attempt. */
export function connectionText(
  connection: ConnectionState | undefined,
  now: number,
  theme: Theme,
): string {
  const { state = "connecting", attempt = 1, retryAt } = connection ?? {};
  if (state === "open" || state === "closed") return state;
  if (state === "connecting" && attempt <= 1) return `connecting${theme.glyphs.ellipsis}`;
  if (retryAt === undefined) return `${state}, try ${attempt}`;
  return `${state}, try ${attempt} in ${Math.max(0, Math.ceil((retryAt - now) / 1000))} s`;
}

/** The same with the reason why it is not open, if one is known. */
export function connectionReport(
  connection: ConnectionState | undefined,
  now: number,
  theme: Theme,
): string {
  const text = connectionText(connection, now, theme);
  return connection?.reason === undefined ? text : `${text} (${connection.reason})`;
}
