/** News from the network is drawn at most 30 times a second. */
export const frameMs = 33;

/** So much news in one frame is more than anybody reads. */
export const floodNewsMin = 8;

/** After a frame with that much, news is drawn half as often, which costs half as much. */
export const floodFrameMs: number = 2 * frameMs;

/** When news is drawn next. Keys are drawn at once and do not ask. */
export class FramePace {
  /** Since the last frame. */
  #newsCount = 0;
  #nextAt = 0;

  /** Something came that has to be drawn. */
  handleNews(): void {
    this.#newsCount += 1;
  }

  /** A frame is drawn now, with everything that came. */
  handleDrawn(now: number): void {
    this.#nextAt = now + (this.#newsCount < floodNewsMin ? frameMs : floodFrameMs);
    this.#newsCount = 0;
  }

  /** The earliest time for the next frame; it may be past. */
  get nextAt(): number {
    return this.#nextAt;
  }
}
