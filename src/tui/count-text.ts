import { utf8Bytes } from "../base/text.ts";
import { bytesText } from "../room/bytes-text.ts";

const lineFeed = 10;

/** A number as people write it: 8313 is `8,313`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** The number with its noun in the singular or plural: `1 line`, `8,313 lines`. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** How many lines the text has; one that is empty has one. */
export function lineCount(text: string): number {
  let count = 1;
  // Neither `split` nor `indexOf`: 16 MiB of nothing but line feeds took them half a second.
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) === lineFeed) count += 1;
  return count;
}

/** How large a text is: `37 lines, 2.1 kB`. */
export function textSize(text: string): string {
  return `${countOf(lineCount(text), "line")}, ${bytesText(utf8Bytes(text))}`;
}

/** Milliseconds in the largest unit of which there are two, or one exactly: `30 days`, `90 minutes`. */
export function formatDuration(ms: number): string {
  const units = [
    [86_400_000, "day"],
    [3_600_000, "hour"],
    [60_000, "minute"],
  ] as const;
  const fitting = units.find(([unitMs]) => 2 * unitMs <= ms || unitMs === ms);
  const [unitMs, noun] = fitting ?? [1_000, "second"];
  return countOf(Math.floor(ms / unitMs), noun);
}

/** How long something still lasts, rounded up: `55 s`, `12 min`, `5 h`, `6 d`. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.ceil(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.ceil(hours / 24)} d`;
}
