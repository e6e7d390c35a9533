import { basename, resolve } from "node:path";
import { sanitizeLine } from "../base/text.ts";
import type { ClientEvent } from "../room/client-port.ts";
import { lobbyName } from "../room/limits.ts";
import type { TakingState } from "../room/message-file.ts";
import { exitCodes } from "./exit-code.ts";
import type { SendCommand } from "./script-command.ts";
import { type EventOf, type Visit, visitServer } from "./visit.ts";

/**
 * Offers a file or a folder and ends when it is received: by the person it is for, or by all in a room
 * who took it until then. Gives the exit code.
 */
export async function sendFile(command: SendCommand, path: string): Promise<number> {
  const visiting = { ...command, moving: { program: "send" } } as const;
  return visitServer(visiting, exitCodes.refused, (visit) =>
    new FileSending(visit, command, resolve(path)).send(),
  );
}

class FileSending {
  readonly #visit: Visit;
  readonly #command: SendCommand;
  readonly #path: string;
  readonly #name: string;
  readonly #takers = new Map<string, TakingState>();
  #end: (exitCode: number) => void = () => undefined;

  constructor(visit: Visit, command: SendCommand, path: string) {
    this.#visit = visit;
    this.#command = command;
    this.#path = path;
    this.#name = sanitizeLine(basename(path));
  }

  async send(): Promise<number> {
    const { to, room = lobbyName, timeoutMs } = this.#command;
    const ended = new Promise<number>((end) => {
      this.#end = end;
    });
    this.#visit.onNews = (event) => this.#handleNews(event);
    const target = to === undefined ? { room: (await this.#visit.join(room)).room } : { nick: to };
    const { id } = await this.#visit.offer(target, this.#path);
    const whom = to ?? `#${room}`;
    this.#visit.warn(`${this.#name} is offered to ${whom}: waiting for it to be taken`);
    const timer = setTimeout(() => {
      this.#visit.warn(`${this.#name} was not received in ${timeoutMs / 1_000} s`);
      this.#end(exitCodes.notDelivered);
    }, timeoutMs);
    const exitCode = await ended;
    clearTimeout(timer);
    // What nobody can take any more is not to stand there as an offer.
    const isKept = to !== undefined && exitCode === exitCodes.ok;
    if (!isKept) await this.#visit.cancelOffer(id);
    return exitCode;
  }

  #handleNews(event: ClientEvent): void {
    if (event.type === "taking") this.#handleTaking(event);
    if (event.type !== "transfer" || event.transfer.state.type !== "failed") return;
    this.#visit.warn(`${this.#name} cannot be sent: ${event.transfer.state.message}`);
    this.#end(exitCodes.refused);
  }

  #handleTaking({ nick, state }: EventOf<"taking">): void {
    if (state === "declined") {
      this.#visit.warn(`${nick} does not want it`);
      if (this.#command.to !== undefined) this.#end(exitCodes.refused);
      return;
    }
    if (this.#takers.get(nick) !== state) this.#visit.warn(`${nick}: ${stateTexts[state]}`);
    this.#takers.set(nick, state);
    const states = [...this.#takers.values()];
    const isSomebodyGoing = states.some((each) => each === "active" || each === "paused");
    if (states.includes("done") && !isSomebodyGoing) this.#end(exitCodes.ok);
  }
}

const stateTexts: Readonly<Record<TakingState, string>> = {
  active: "takes it",
  paused: "has paused it",
  done: "has received it",
  ended: "takes it no more",
};
