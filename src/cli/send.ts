import { EarshotError } from "../base/errors.ts";
import { lobbyName, textBytesMax } from "../room/limits.ts";
import { parseLineText } from "../room/line.ts";
import { exitCodes } from "./exit-code.ts";
import type { SendCommand } from "./script-command.ts";
import { type Visit, visitServer } from "./visit.ts";

/** How often it is asked who has the line. */
const askAgainMs = 250;

/** Says one thing and ends when it is stored; gives the exit code. */
export async function send(command: SendCommand): Promise<number> {
  if (command.file !== undefined) {
    const { sendFile } = await import("./send-file.ts");
    return sendFile(command, command.file);
  }
  const text = parseLineText((command.text ?? (await readInput())).replace(/[\r\n]+$/, ""));
  return visitServer(command, exitCodes.refused, async (visit) => {
    const { to, room: wanted = lobbyName, timeoutMs, isWaitingForDelivery } = command;
    const { room } = to === undefined ? await visit.join(wanted) : await visit.query(to);
    const { sequence } = await visit.say(room, text, timeoutMs);
    return isWaitingForDelivery
      ? waitForDelivery(visit, { room, sequence, timeoutMs })
      : exitCodes.ok;
  });
}

interface SentLine {
  readonly room: string;
  readonly sequence: number;
  readonly timeoutMs: number;
}

async function waitForDelivery(visit: Visit, line: SentLine): Promise<number> {
  const { room, sequence, timeoutMs } = line;
  const deadline = AbortSignal.timeout(timeoutMs);
  for (;;) {
    const receipts = await visit.ask<"receipts">({ type: "receipts", room, sequence });
    const { memberCount, deliveredCount, waiting } = receipts;
    if (memberCount <= deliveredCount) return exitCodes.ok;
    if (deadline.aborted) {
      visit.warn(`${deliveredCount} of ${memberCount} have it; not yet: ${waiting.join(", ")}`);
      return exitCodes.notDelivered;
    }
    await new Promise((resolve) => setTimeout(resolve, askAgainMs));
  }
}

/** @throws {EarshotError} WHEN it is larger than any text `text-too-long`. */
async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
    bytes += chunk.length;
    // A line feed at its end is not part of it.
    if (textBytesMax + 2 < bytes) {
      throw new EarshotError("text-too-long", `text is longer than ${textBytesMax} bytes`);
    }
  }
  return Buffer.concat(chunks).toString("utf8");
}
