import { sanitizeLine } from "../base/text.ts";
import type { Position } from "../room/store-port.ts";
import { invalid } from "./option-values.ts";

const unitsMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A place in a log as it was typed: the number of a line (`123`, `#123`), a date, a date and time
 * (RFC 3339; without an offset in this machine's time zone), or how long ago (`2h`, in s, m, h or d).
 *
 * @throws {EarshotError} WHEN it is none of them `argument-invalid`.
 */
export function parsePosition(typed: string, wallNow: number): Position {
  const [, digits] = /^#?(\d{1,15})$/.exec(typed) ?? [];
  if (digits !== undefined) return Number(digits);
  const [, count, unit = "s"] = /^(\d{1,6})([smhd])$/.exec(typed) ?? [];
  if (count !== undefined) {
    return { time: Math.max(0, wallNow - Number(count) * unitsMs[unit as keyof typeof unitsMs]) };
  }
  const time = parseTime(typed);
  if (time !== undefined) return { time };
  const examples = "a line's number, 2026-11-20, 2026-11-20T09:30 or 2h";
  throw invalid(`${sanitizeLine(typed)} is no place in a log: it is ${examples}`);
}

function parseTime(typed: string): number | undefined {
  const form =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?))?$/;
  const [, date, time = "00:00"] = form.exec(typed) ?? [];
  const at = date === undefined ? Number.NaN : Date.parse(`${date}T${time}`);
  return 0 <= at ? at : undefined;
}
