import { resolve } from "node:path";
import { EarshotError } from "../base/errors.ts";
import type { ClientEvent } from "../room/client-port.ts";
import { lobbyName, pageEntriesMax } from "../room/limits.ts";
import type { LogEntry } from "../room/log-entry.ts";
import { nickKey } from "../room/name.ts";
import { exitCodes } from "./exit-code.ts";
import type { ReceiveCommand } from "./script-command.ts";
import { type EventOf, type Visit, visitServer } from "./visit.ts";

/**
 * Takes the files that are offered, and prints where each is when it is here whole; gives the exit
 * code. What was begun before goes on.
 */
export async function receive(command: ReceiveCommand): Promise<number> {
  const moving = { program: "receive", directory: resolve(command.directory) } as const;
  const stoppedCode = command.isOnce ? exitCodes.refused : exitCodes.ok;
  return visitServer({ ...command, moving }, stoppedCode, (visit) =>
    new FileReceiving(visit, command).follow(),
  );
}

class FileReceiving {
  readonly #visit: Visit;
  readonly #command: ReceiveCommand;
  /** Where each offer stands that is being taken. */
  readonly #places = new Map<string, { readonly room: string; readonly entry: LogEntry }>();
  /** Offers of which something was heard: none is taken twice. */
  readonly #known = new Set<string>();
  #end: (exitCode: number) => void = () => undefined;

  constructor(visit: Visit, command: ReceiveCommand) {
    this.#visit = visit;
    this.#command = command;
  }

  async follow(): Promise<number> {
    const ended = new Promise<number>((end) => {
      this.#end = end;
    });
    this.#visit.onNews = (event) => this.#handleNews(event);
    const { rooms, timeoutMs } = this.#command;
    for (const room of rooms.length === 0 ? [lobbyName] : rooms) await this.#visit.join(room);
    for (const { room, kind } of this.#visit.ready.rooms) {
      // Also where nothing is new: who is not in a chat is not told what is offered there next.
      if (kind === "private") await this.#enterChat(room);
    }
    this.#visit.warn("waiting for files");
    if (timeoutMs === undefined) return await ended;
    const timer = setTimeout(() => {
      this.#visit.warn(`nothing was received in ${timeoutMs / 1_000} s`);
      this.#end(exitCodes.notDelivered);
    }, timeoutMs);
    const exitCode = await ended;
    clearTimeout(timer);
    return exitCode;
  }

  #handleNews(event: ClientEvent): void {
    switch (event.type) {
      case "said":
        if (!event.isOwn) this.#take(event.room, event.entry);
        break;
      case "asked":
        if (this.#isWanted(event.by)) void this.#agree(event.room);
        break;
      case "transfer":
        this.#handleTransfer(event);
        break;
      default:
        break;
    }
  }

  async #enterChat(room: string): Promise<void> {
    const entered = await this.#visit.join(room);
    if (0 < (entered.read?.unread ?? 0)) await this.#lookBack(entered);
  }

  /** A private chat is what a file for one person comes in. */
  async #agree(room: string): Promise<void> {
    try {
      await this.#lookBack(await this.#visit.agree(room));
    } catch (error) {
      this.#warn(error);
    }
  }

  /** What was offered while we were away. */
  async #lookBack({ room, read, lastSequence }: EventOf<"entered">): Promise<void> {
    const after = Math.max(read?.sequence ?? 0, lastSequence - pageEntriesMax);
    const { entries } = await this.#visit.page(room, { after, limit: pageEntriesMax });
    for (const entry of entries) {
      if (entry.author.person !== this.#visit.ready.own.person) this.#take(room, entry);
    }
  }

  #take(room: string, entry: LogEntry): void {
    const { id, body, author } = entry;
    if (body.type !== "offer" || this.#known.has(id) || !this.#isWanted(author.nick)) return;
    if (this.#command.isOnce && 0 < this.#known.size) return;
    this.#known.add(id);
    this.#places.set(id, { room, entry });
    this.#visit.warn(`${author.nick} offers ${body.name}: taking it`);
    this.#visit.accept(id).catch((error: unknown) => {
      this.#known.delete(id);
      this.#warn(error);
    });
  }

  #handleTransfer({ transfer }: EventOf<"transfer">): void {
    const { offer, direction, state } = transfer;
    if (direction !== "receive") return;
    this.#known.add(offer.id);
    const { isJson, isOnce } = this.#command;
    if (state.type === "received") {
      const { path, sha256 } = state;
      this.#visit.print(isJson ? JSON.stringify({ id: offer.id, path, sha256 }) : path);
      this.#markRead(offer.id);
      if (isOnce) this.#end(exitCodes.ok);
    } else if (state.type === "failed" || state.type === "cancelled") {
      const reason = state.type === "failed" ? state.message : "it was taken back";
      this.#visit.warn(`${offer.name} did not come: ${reason}`);
      if (isOnce) this.#end(exitCodes.refused);
    }
  }

  /** The next time it is not taken again. */
  #markRead(offer: string): void {
    const place = this.#places.get(offer);
    this.#places.delete(offer);
    if (place !== undefined) this.#visit.markRead(place.room, place.entry);
  }

  #isWanted(nick: string): boolean {
    const { from } = this.#command;
    return from === undefined || nickKey(from) === nickKey(nick);
  }

  #warn(error: unknown): void {
    if (!(error instanceof EarshotError)) throw error;
    this.#visit.warn(error.message);
  }
}
