import { EarshotError } from "../base/errors.ts";
import type { ClientEvent } from "../room/client-port.ts";
import { pageEntriesMax } from "../room/limits.ts";
import type { ExportCommand } from "./args.ts";
import { openDevice } from "./device.ts";
import { exitCodes } from "./exit-code.ts";
import { chooseTarget, joinServer, noServer } from "./joining.ts";
import { flushed } from "./line-output.ts";
import { systemNetwork } from "./network.ts";
import { transcriptOf } from "./transcript.ts";

/** How long the server may take for each answer. */
const answerMs = 10_000;

/** Prints a room's log from its beginning to its end; gives the exit code. */
export async function exportLog(command: ExportCommand): Promise<number> {
  const network = systemNetwork(command);
  const { room, format, waitMs, trustedWords, nick } = command;
  const device = await openDevice(network, command.data);
  const target = await chooseTarget(network, device.knownServers, command);
  if (target === undefined) throw noServer(network, waitMs);
  const events = new EventQueue();
  const onEvent = (event: ClientEvent) => events.push(event);
  const joining = { target, nick, waitMs, trustedWords, onEvent };
  const client = await joinServer(network, device, joining);
  try {
    client.join(room, "join");
    await events.answer("entered");
    for (let after = 0; ; ) {
      client.history(room, { after, limit: pageEntriesMax }, "page");
      const page = await events.answer("page");
      for (const entry of page.entries) {
        const text = transcriptOf(entry, format);
        if (text !== undefined) process.stdout.write(`${text}\n`);
      }
      for (const { from, to } of page.damaged) {
        process.stderr.write(`earshot: entries ${from} to ${to} are lost\n`);
      }
      // No faster than it is read.
      await flushed(process.stdout);
      const ends = [page.entries.at(-1)?.sequence ?? 0, page.damaged.at(-1)?.to ?? 0];
      after = Math.max(after, ...ends);
      if (!page.hasMore) return exitCodes.ok;
    }
  } finally {
    await client.close();
  }
}

type EventOf<T extends ClientEvent["type"]> = Extract<ClientEvent, { readonly type: T }>;

/** Waits for one answer after the other. */
class EventQueue {
  readonly #events: ClientEvent[] = [];
  #onEvent: () => void = () => undefined;

  push(event: ClientEvent): void {
    // What others say meanwhile is part of the log.
    const isWanted = ["entered", "page", "error", "nick-refused", "connection"];
    if (!isWanted.includes(event.type)) return;
    this.#events.push(event);
    this.#onEvent();
  }

  /**
   * The next event of this type.
   * @throws {EarshotError} WHEN it was refused, with the server's code; in time there is none
   * `connection-lost`.
   */
  async answer<T extends ClientEvent["type"]>(type: T): Promise<EventOf<T>> {
    const deadline = AbortSignal.timeout(answerMs);
    for (;;) {
      const event = this.#events.shift();
      if (event?.type === type) return event as EventOf<T>;
      if (event?.type === "error" || event?.type === "nick-refused") {
        throw new EarshotError(event.code, event.message);
      }
      if (event?.type === "connection" && event.failure !== undefined) throw event.failure;
      if (event !== undefined) continue;
      if (deadline.aborted) throw new EarshotError("connection-lost", "the server did not answer");
      await new Promise<void>((resolve) => {
        this.#onEvent = resolve;
        deadline.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }
}
