import { relayNumberOf } from "./files/relay-frame.ts";
import type { ServerState } from "./server-state.ts";
import type { Session } from "./session.ts";

/**
 * Carries datagrams between two who were introduced and cannot reach each other. They are packets of a
 * connection of theirs, sealed with keys that nobody here has, and go as they came, or not at all.
 */
export class RelayDesk {
  /** Datagrams that were for nobody, or one too many. */
  droppedCount = 0;
  readonly #state: ServerState;

  constructor(state: ServerState) {
    this.#state = state;
  }

  handleDatagram(now: number, session: Session, bytes: Uint8Array): void {
    const { meetings, output } = this.#state;
    const relay = relayNumberOf(bytes);
    const other =
      relay === undefined ? undefined : meetings.takeRelay(now, session, relay, bytes.length);
    // Who does not read what it is sent would only have more of it wait.
    if (other?.isWritable !== true) this.droppedCount += 1;
    else output.add({ type: "datagram", session: other.id, bytes });
  }
}
