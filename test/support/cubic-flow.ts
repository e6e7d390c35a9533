import type { Address } from "../../src/base/address.ts";
import type { SimulatedClock } from "./clock.ts";
import type { SimulatedNetwork } from "./network.ts";

const segmentBytes = 1200;
const ackBytes = 12;
/** RFC 9438: multiplicative decrease, and cubic growth in segments per second cubed. */
const beta = 0.7;
const growth = 0.4;
const dupThreshold = 3;
const timeoutMs = 300;

/**
 * Cross traffic: a TCP-like bulk flow with CUBIC (RFC 9438) and its Reno-friendly region. Segments
 * count up and are never sent again; what is not acknowledged when three later ones are is lost.
 */
export class CubicFlow {
  readonly deliveries: { readonly at: number; readonly bytes: number }[] = [];
  readonly #clock: SimulatedClock;
  readonly #network: SimulatedNetwork;
  readonly #from: Address;
  readonly #to: Address;
  readonly #inFlight = new Map<number, number>();
  #next = 0;
  #window = 10;
  #threshold = Number.POSITIVE_INFINITY;
  #windowMax = 0;
  #epochAt: number | undefined;
  #renoWindow = 0;
  #recoverAt = -1;
  #roundTripMs = 100;
  #lastAckAt: number;

  constructor(options: {
    readonly clock: SimulatedClock;
    readonly network: SimulatedNetwork;
    readonly from: Address;
    readonly to: Address;
  }) {
    this.#clock = options.clock;
    this.#network = options.network;
    this.#from = options.from;
    this.#to = options.to;
    this.#lastAckAt = this.#clock.now();
    this.#network.attach(this.#to, (segment) => this.#deliver(segment));
    this.#network.attach(this.#from, (ack) => this.#onAck(new DataView(ack.buffer).getFloat64(0)));
    this.#fill();
    this.#watch();
  }

  #deliver(segment: Uint8Array): void {
    this.deliveries.push({ at: this.#clock.now(), bytes: segment.length });
    this.#network.send(this.#to, this.#from, segment.slice(0, ackBytes));
  }

  #fill(): void {
    while (this.#inFlight.size < Math.floor(this.#window)) {
      const segment = new Uint8Array(segmentBytes);
      new DataView(segment.buffer).setFloat64(0, this.#next);
      this.#inFlight.set(this.#next, this.#clock.now());
      this.#next += 1;
      this.#network.send(this.#from, this.#to, segment);
    }
  }

  #onAck(number: number): void {
    const now = this.#clock.now();
    this.#lastAckAt = now;
    const sentAt = this.#inFlight.get(number);
    if (sentAt === undefined) return;
    this.#inFlight.delete(number);
    this.#roundTripMs += (now - sentAt - this.#roundTripMs) / 8;
    if (number > this.#recoverAt) this.#grow(now);
    for (const older of this.#inFlight.keys()) {
      if (number - dupThreshold < older) break;
      this.#inFlight.delete(older);
      if (older > this.#recoverAt) this.#reduce();
    }
    this.#fill();
  }

  #grow(now: number): void {
    if (this.#window < this.#threshold) {
      this.#window += 1;
      return;
    }
    if (this.#epochAt === undefined) {
      this.#epochAt = now;
      this.#renoWindow = this.#window;
      this.#windowMax = Math.max(this.#windowMax, this.#window);
    }
    const k = Math.cbrt((this.#windowMax * (1 - beta)) / growth);
    const seconds = (now - this.#epochAt + this.#roundTripMs) / 1000;
    const target = growth * (seconds - k) ** 3 + this.#windowMax;
    this.#renoWindow += (3 * (1 - beta)) / (1 + beta) / this.#window;
    const wanted = Math.max(target, this.#renoWindow);
    if (this.#window < wanted) {
      this.#window += Math.min((wanted - this.#window) / this.#window, 0.5);
    }
  }

  #reduce(): void {
    this.#recoverAt = this.#next - 1;
    const isFalling = this.#window < this.#windowMax;
    this.#windowMax = isFalling ? (this.#window * (1 + beta)) / 2 : this.#window;
    this.#window = Math.max(2, this.#window * beta);
    this.#threshold = this.#window;
    this.#epochAt = undefined;
  }

  /** Everything in flight was lost: start over. */
  #watch(): void {
    this.#clock.setTimer(this.#clock.now() + timeoutMs, () => {
      if (this.#lastAckAt + timeoutMs <= this.#clock.now()) {
        this.#reduce();
        this.#inFlight.clear();
        this.#window = 2;
        this.#fill();
      }
      this.#watch();
    });
  }
}
