import { EarshotError } from "../base/errors.ts";
import type { ClientEvent } from "../room/client-port.ts";
import { lobbyName } from "../room/limits.ts";
import type { LogEntry } from "../room/log-entry.ts";
import { exitCodes } from "./exit-code.ts";
import { loggedJson } from "./history.ts";
import { entriesOf, startBefore } from "./log-walk.ts";
import type { TailCommand } from "./script-command.ts";
import { plainTextOf, roomLabel, transcriptOf } from "./transcript.ts";
import { type EventOf, type Visit, visitServer } from "./visit.ts";

/** What may be said while the past is printed: ten seconds of a very busy room. */
const heldMax = 10_000;

/** Prints what is said in rooms, as it is said, until it is stopped; gives the exit code. */
export async function tail(command: TailCommand): Promise<number> {
  return visitServer(command, exitCodes.ok, (visit) => new Tail(visit, command).follow());
}

class Tail {
  readonly #visit: Visit;
  readonly #command: TailCommand;
  readonly #rooms = new Set<string>();
  /** What was said while the past is printed. */
  #held: EventOf<"said">[] | undefined = [];
  #end: (outcome: EarshotError) => void = () => undefined;

  constructor(visit: Visit, command: TailCommand) {
    this.#visit = visit;
    this.#command = command;
  }

  /** Ends only when there is nothing to follow any more. */
  async follow(): Promise<number> {
    const ended = new Promise<never>((_, reject) => {
      this.#end = reject;
    });
    this.#visit.onNews = (event) => this.#handleNews(event);
    const { rooms } = this.#command;
    const begin = async () => {
      for (const room of rooms.length === 0 ? [lobbyName] : rooms) await this.#begin(room);
      for (const event of this.#held ?? []) this.#tell(event);
      this.#held = undefined;
      return await ended;
    };
    return await Promise.race([ended, begin()]);
  }

  async #begin(wanted: string): Promise<void> {
    const { room, lastSequence: to } = await this.#visit.join(wanted);
    this.#rooms.add(room);
    const { count, isJson } = this.#command;
    const from = await startBefore(this.#visit, room, { end: to + 1, count });
    for await (const entries of entriesOf(this.#visit, { room, from, to, count })) {
      for (const entry of entries) {
        // Lines of the past come as they are now.
        const text = isJson ? plainTextOf(entry) : transcriptOf(entry, "txt");
        if (text !== undefined) this.#print(room, entry, text);
      }
      await this.#visit.printed();
    }
  }

  #handleNews(event: ClientEvent): void {
    switch (event.type) {
      case "said":
        if (this.#held === undefined) this.#tell(event);
        else if (this.#held.length < heldMax) this.#held.push(event);
        else this.#end(new EarshotError("limit-reached", "more is said than can be printed"));
        break;
      case "damaged":
        this.#visit.warn(
          `lines ${event.range.from} to ${event.range.to} of ${event.room} are lost`,
        );
        break;
      case "reset":
        this.#visit.warn(`the history of ${event.room} begins anew`);
        break;
      case "shutdown":
        this.#visit.warn(`the server stops: ${event.reason}`);
        break;
      case "notice":
        this.#visit.warn(event.text);
        break;
      case "removed":
        this.#visit.warn(`${event.by} put you out of ${event.room}`);
        this.#leave(event.room);
        break;
      case "exited":
        this.#leave(event.room);
        break;
      default:
        break;
    }
  }

  #leave(room: string): void {
    this.#rooms.delete(room);
    if (0 < this.#rooms.size) return;
    this.#end(new EarshotError("not-joined", "there is no room left to follow"));
  }

  #tell({ room, entry }: EventOf<"said">): void {
    this.#print(room, entry, plainTextOf(entry));
  }

  #print(room: string, entry: LogEntry, text: string): void {
    const { isJson, rooms } = this.#command;
    const where = rooms.length < 2 ? "" : `${roomLabel(room)} `;
    this.#visit.print(isJson ? loggedJson(entry, room) : `${where}${text}`);
  }
}
