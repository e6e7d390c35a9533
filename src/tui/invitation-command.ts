import { invitationMsMax, invitationUsesMax } from "../room/limits.ts";
import { parseDuration, words } from "./typed-words.ts";

/** How often and how long an invitation may be used. */
export interface TypedInvitation {
  readonly uses: number;
  readonly durationMs: number;
}

/** `[USES] [TIME]`, once and for a day where nothing is said; a phrase when it makes no sense. */
export function typedInvitation(arg: string): TypedInvitation | string {
  const [usesText = "1", timeText = "1d"] = words(arg);
  const uses = /^\d{1,5}$/.test(usesText) ? Number(usesText) : 0;
  const durationMs = parseDuration(timeText);
  if (uses < 1 || invitationUsesMax < uses) return `1 to ${invitationUsesMax} uses`;
  if (durationMs === undefined || durationMs < 1 || invitationMsMax < durationMs) {
    return "a time like `2h` or `1d`, a week at most";
  }
  return { uses, durationMs };
}
