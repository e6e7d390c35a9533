import type { ClientEvent } from "../room/client-port.ts";

/**
 * Holds back what a client tells while it is being started: whoever hears an event wants to answer
 * with the client in hand. Nothing is asked before, so these are a few events about the connection.
 */
export class EventGate {
  readonly #deliver: (event: ClientEvent) => void;
  #held: ClientEvent[] | undefined = [];

  constructor(deliver: (event: ClientEvent) => void) {
    this.#deliver = deliver;
  }

  handleEvent(event: ClientEvent): void {
    if (this.#held === undefined) this.#deliver(event);
    else this.#held.push(event);
  }

  /** Delivers what was held, in order, and from now on everything at once. */
  open(): void {
    // It may grow while it is delivered, and what comes then comes last.
    for (const event of this.#held ?? []) this.#deliver(event);
    this.#held = undefined;
  }
}
