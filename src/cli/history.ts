import { lobbyName } from "../room/limits.ts";
import type { LogEntry } from "../room/log-entry.ts";
import { entryEvent } from "./bot-event.ts";
import { exitCodes } from "./exit-code.ts";
import { entriesOf, type LogStretch, startBefore } from "./log-walk.ts";
import type { HistoryCommand } from "./script-command.ts";
import { transcriptOf } from "./transcript.ts";
import { parsePosition } from "./typed-position.ts";
import { type Visit, visitServer } from "./visit.ts";

/** Prints what was said in a room, the oldest first; gives the exit code. */
export async function history(command: HistoryCommand): Promise<number> {
  const { isJson } = command;
  const range = rangeOf(command, Date.now());
  if (command.isOffline) {
    const { offlineHistory } = await import("./offline.ts");
    const { room = lobbyName } = command;
    const entries = await offlineHistory(command, { room, range, count: command.count });
    printLines(entries.map((entry) => lineOf(entry, room, isJson)));
    return exitCodes.ok;
  }
  return visitServer(command, exitCodes.refused, async (visit) => {
    const { room, lastSequence } = await visit.join(command.room ?? lobbyName);
    const stretch = await stretchOf(visit, { room, lastSequence, count: command.count }, range);
    for await (const entries of entriesOf(visit, stretch)) {
      for (const entry of entries) {
        const line = lineOf(entry, room, isJson);
        if (line !== undefined) visit.print(line);
      }
      await visit.printed();
    }
    return exitCodes.ok;
  });
}

/** Prints what does not come from a server. */
export function printLines(lines: readonly (string | undefined)[]): void {
  for (const line of lines) if (line !== undefined) process.stdout.write(`${line}\n`);
}

function lineOf(entry: LogEntry, room: string, isJson: boolean): string | undefined {
  return isJson ? loggedJson(entry, room) : transcriptOf(entry, "txt");
}

/** An entry as bots see it, with its room. */
export function loggedJson(entry: LogEntry, room: string): string {
  return JSON.stringify({ ...entryEvent(entry), room });
}

type Place = Parameters<Visit["page"]>[1];

function rangeOf({ before, after, around }: HistoryCommand, wallNow: number): Place {
  return {
    ...(before !== undefined && { before: parsePosition(before, wallNow) }),
    ...(after !== undefined && { after: parsePosition(after, wallNow) }),
    ...(around !== undefined && { around: parsePosition(around, wallNow) }),
  };
}

/** Finds the wanted part of the log: a place by itself is one entry. */
async function stretchOf(
  visit: Visit,
  log: { readonly room: string; readonly lastSequence: number; readonly count: number },
  place: Place,
): Promise<LogStretch> {
  const { room, lastSequence, count } = log;
  const all = { room, from: 1, to: lastSequence, count };
  const isLast = Object.keys(place).length === 0;
  const at = isLast
    ? lastSequence
    : (await visit.page(room, { ...place, limit: 1 })).entries[0]?.sequence;
  if (at === undefined) return { ...all, to: 0 };
  if (place.after !== undefined) return { ...all, from: at };
  if (place.around !== undefined) {
    return { ...all, from: await startBefore(visit, room, { end: at, count: count >> 1 }) };
  }
  return { ...all, from: await startBefore(visit, room, { end: at + 1, count }), to: at };
}
