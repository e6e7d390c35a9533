import type { ClientEvent } from "../room/client-port.ts";
import type { PostBody } from "../room/message-log.ts";

/** Refused lines that can be said again: more are not one mishap, and each may have 16 MiB. */
export const failedMax = 20;

/** Counts what becomes of the lines that line mode has given to its client. */
export class OwnLines {
  readonly #waitsToBeTold: boolean;
  /** Lines given to the client that it has not told an id of. */
  #sayingCount = 0;
  /** Ids of lines that are not stored yet. */
  readonly #pending = new Set<string>();
  /** Ids of lines that are stored, but did not come back in their room yet. */
  readonly #untold = new Set<string>();

  /** What was refused, the oldest first. */
  #failed: { readonly room: string; readonly body: PostBody }[] = [];

  /** `waitsToBeTold`: a line is done only when it came back in its room, not when it is stored. */
  constructor(waitsToBeTold: boolean) {
    this.#waitsToBeTold = waitsToBeTold;
  }

  /** Lines of which the server has not said that it has them. */
  get unstoredCount(): number {
    return this.#pending.size + this.#sayingCount;
  }

  get areAllDone(): boolean {
    return this.unstoredCount === 0 && this.#untold.size === 0;
  }

  handleSaying(): void {
    this.#sayingCount += 1;
  }

  handleRefused(): void {
    this.#sayingCount -= 1;
  }

  handlePending(id: string): void {
    this.#sayingCount -= 1;
    this.#pending.add(id);
  }

  handleStored(id: string): void {
    if (this.#pending.delete(id) && this.#waitsToBeTold) this.#untold.add(id);
  }

  /** The server does not want it; it is kept to be said again, the newest `failedMax` of them. */
  handleFailed({ id, room, body }: Extract<ClientEvent, { type: "failed" }>): void {
    this.#pending.delete(id);
    this.#failed.push({ room, body });
    if (failedMax < this.#failed.length) this.#failed.shift();
  }

  /** What was refused in the room, in its order; it is not kept any longer. */
  takeFailed(room: string): readonly PostBody[] {
    const taken = this.#failed.filter((line) => line.room === room);
    this.#failed = this.#failed.filter((line) => line.room !== room);
    return taken.map(({ body }) => body);
  }

  handleTold(id: string): void {
    this.#pending.delete(id);
    this.#untold.delete(id);
  }

  /** A room was left: what was said there does not come back any more. */
  handleExited(): void {
    this.#untold.clear();
  }
}
