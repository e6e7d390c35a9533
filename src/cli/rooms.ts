import { lobbyName } from "../room/limits.ts";
import { memberName, roomText } from "../tui/answer-text.ts";
import { exitCodes } from "./exit-code.ts";
import type { RoomsCommand, WhoCommand } from "./script-command.ts";
import { visitServer } from "./visit.ts";

/** Prints the rooms of a server by name, one a line; gives the exit code. */
export async function rooms(command: RoomsCommand): Promise<number> {
  return visitServer(command, exitCodes.refused, async (visit) => {
    let after: string | undefined;
    for (;;) {
      const page = await visit.ask<"rooms">({ type: "rooms", ...(after && { after }) });
      for (const room of page.rooms) {
        visit.print(command.isJson ? JSON.stringify(room) : roomText(room));
      }
      await visit.printed();
      after = page.rooms.at(-1)?.room;
      if (!page.hasMore || after === undefined) return exitCodes.ok;
    }
  });
}

/** Prints who is in a room, one a line; gives the exit code. */
export async function who(command: WhoCommand): Promise<number> {
  return visitServer(command, exitCodes.refused, async (visit) => {
    const { room } = await visit.join(command.room ?? lobbyName);
    const { members } = await visit.members(room);
    for (const member of members) {
      visit.print(command.isJson ? JSON.stringify(member) : memberName(member));
    }
    return exitCodes.ok;
  });
}
