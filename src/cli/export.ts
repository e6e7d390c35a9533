import type { ExportCommand } from "./args.ts";
import { exitCodes } from "./exit-code.ts";
import { entriesOf } from "./log-walk.ts";
import { transcriptOf } from "./transcript.ts";
import { visitServer } from "./visit.ts";

/** Prints a room's log from its beginning to its end; gives the exit code. */
export async function exportLog(command: ExportCommand): Promise<number> {
  return visitServer(command, exitCodes.refused, async (visit) => {
    // What others say meanwhile is part of the log.
    const { room } = await visit.join(command.room);
    const everything = {
      room,
      from: 1,
      to: Number.MAX_SAFE_INTEGER,
      count: Number.MAX_SAFE_INTEGER,
    };
    for await (const entries of entriesOf(visit, everything)) {
      for (const entry of entries) {
        const text = transcriptOf(entry, command.format);
        if (text !== undefined) visit.print(text);
      }
      // No faster than it is read.
      await visit.printed();
    }
    return exitCodes.ok;
  });
}
