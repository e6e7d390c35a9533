import { activeSenderBytes, activeSenderMs, socketShareBytesMin } from "./limits.ts";

/**
 * Divides what the socket's buffer holds among the peers that send much at the moment, so that
 * together they cannot overrun it. Counted in intervals, and halved rather than divided exactly:
 * then peers are told seldom.
 */
export class SocketShares {
  readonly #bytes: number;
  #interval = 0;
  #count = 0;
  #countBefore = 0;

  /** Of a socket that holds so much, counted as `socketCharge` does. */
  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** What each active sender may have there. */
  get shareBytes(): number {
    const count = Math.max(this.#count, this.#countBefore, 1);
    const share = Math.floor(this.#bytes / 2 ** Math.ceil(Math.log2(count)));
    return Math.max(share, Math.min(socketShareBytesMin, this.#bytes));
  }

  /** The number of the interval that has begun by now. */
  intervalAt(now: number): number {
    const interval = Math.floor(now / activeSenderMs);
    if (this.#interval < interval) {
      this.#countBefore = this.#interval + 1 === interval ? this.#count : 0;
      this.#count = 0;
      this.#interval = interval;
    }
    return this.#interval;
  }

  /** One more peer has sent much in this interval. */
  addActive(): void {
    this.#count += 1;
  }
}

/** The share of one peer, and what it was told of it. */
export class SocketShare {
  readonly #shares: SocketShares;
  #toldBytes: number | undefined;
  #interval = 0;
  #bytes = 0;
  #isActive = false;

  /** The peer begins with what the handshake told it. */
  constructor(shares: SocketShares, toldBytes: number) {
    this.#shares = shares;
    this.#toldBytes = toldBytes;
  }

  /** What the peer must be told now, or `undefined`. One that sends little needs not to know. */
  get due(): number | undefined {
    if (!this.#isActive) return undefined;
    const { shareBytes } = this.#shares;
    return shareBytes === this.#toldBytes ? undefined : shareBytes;
  }

  onTold(bytes: number): void {
    this.#toldBytes = bytes;
  }

  /** What it was told last did not arrive. */
  onLost(): void {
    this.#toldBytes = undefined;
  }

  /** A datagram of the peer came. */
  onReceived(now: number, bytes: number): void {
    const interval = this.#shares.intervalAt(now);
    if (interval !== this.#interval) {
      this.#isActive = this.#interval + 1 === interval && activeSenderBytes <= this.#bytes;
      this.#interval = interval;
      this.#bytes = 0;
    }
    const before = this.#bytes;
    this.#bytes += bytes;
    if (this.#bytes < activeSenderBytes || activeSenderBytes <= before) return;
    this.#isActive = true;
    this.#shares.addActive();
  }
}
