import { lobbyName, searchHitsMax } from "../room/limits.ts";
import type { SearchHit } from "../room/store-port.ts";
import { parseSearch, type SearchQuestion } from "../tui/search-request.ts";
import { exitCodes } from "./exit-code.ts";
import { loggedJson, printLines } from "./history.ts";
import { invalid } from "./option-values.ts";
import type { SearchCommand } from "./script-command.ts";
import { plainTextOf, roomLabel } from "./transcript.ts";
import { type Visit, visitServer } from "./visit.ts";

/** Prints the lines in which something stands, the newest first; gives the exit code. */
export async function searchLog(command: SearchCommand): Promise<number> {
  const typed = parseSearch(command.query, searchHitsMax);
  if (typeof typed === "string") throw invalid(typed);
  if (command.isOffline) {
    const { offlineSearch } = await import("./offline.ts");
    const { room = typed.room, count, isJson } = command;
    const search = { ...typed, limit: count, ...(room !== undefined && { room }) };
    const hits = await offlineSearch(command, search);
    printLines(hits.map((hit) => hitLine(hit, isJson)));
    return exitCodes.ok;
  }
  return visitServer(command, exitCodes.refused, async (visit) => {
    const room = command.room ?? typed.room;
    for (const name of room === undefined ? ownRooms(visit) : [room]) await visit.join(name);
    const question = room === undefined ? typed : { ...typed, room };
    await printHits(visit, question, command);
    return exitCodes.ok;
  });
}

async function printHits(
  visit: Visit,
  question: SearchQuestion,
  { count, isJson }: SearchCommand,
): Promise<void> {
  let asked = question;
  for (let missing = count; 0 < missing; ) {
    const limit = Math.min(missing, searchHitsMax);
    const { hits, cursor } = await visit.ask<"found">({ ...asked, limit });
    for (const hit of hits) visit.print(hitLine(hit, isJson));
    await visit.printed();
    missing -= hits.length;
    if (cursor === undefined) return;
    asked = { ...question, cursor };
  }
}

function hitLine({ room, entry }: SearchHit, isJson: boolean): string {
  return isJson ? loggedJson(entry, room) : `${roomLabel(room)} ${plainTextOf(entry)}`;
}

/** Where this user belongs; who is here for the first time is in the lobby. */
function ownRooms(visit: Visit): readonly string[] {
  const names = visit.ready.rooms.map(({ room }) => room);
  return names.length === 0 ? [lobbyName] : names;
}
