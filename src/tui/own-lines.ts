/** Counts what becomes of the lines that line mode has given to its client. */
export class OwnLines {
  readonly #waitsToBeTold: boolean;
  /** Lines given to the client that it has not told an id of. */
  #sayingCount = 0;
  /** Ids of lines that are not stored yet. */
  readonly #pending = new Set<string>();
  /** Ids of lines that are stored, but did not come back in their room yet. */
  readonly #untold = new Set<string>();

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

  handleFailed(id: string): void {
    this.#pending.delete(id);
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
