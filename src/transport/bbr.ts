import { assertNever } from "../base/assert.ts";
import type { CongestionController, CongestionEvent } from "./congestion.ts";
import type { RateSample } from "./delivery-rate.ts";
import { congestionWindowBytesMax, granularityMs, initialWindowDatagrams } from "./limits.ts";
import { LossShare } from "./loss-share.ts";
import type { SentPacket } from "./sent-packet.ts";
import { WindowedMax } from "./windowed-max.ts";

type State =
  | { readonly type: "startup"; fullBytesPerMs: number; fullRounds: number }
  | { readonly type: "drain" }
  | { readonly type: "probe-bandwidth"; phase: number; phaseAt: number }
  | {
      readonly type: "probe-rtt";
      readonly until: number;
      readonly wasFilled: boolean;
      minRttMs: number | undefined;
    };

/** 4 ln 2: the smallest gain that doubles the rate each round trip (draft-ietf-ccwg-bbr). */
const startupGain = 2.77;

/** Pacing gains of eight round trips: look for more, give back the queue that made, go on. */
const probeGains: readonly number[] = [1.25, 0.75, 1, 1, 1, 1, 1, 1];

/** The window in products of bandwidth and round trip; half of it is for ACKs that come in heaps. */
const windowGain = 2;

/** What a turn of the event loop takes at least, on whatever short path: `burstBytesMax` on loopback. */
const turnMs = 0.5;

/** The bandwidth is the best of so many round trips: a whole cycle of gains and two more. */
const bandwidthRounds = 10;

/** The pipe is full when three round trips brought less than a quarter more. */
const fullGrowth = 1.25;
const fullRoundCount = 3;

/** The round trip of the empty path is looked for anew after this long, for this long. */
const roundTripMsMax = 5_000;
const probeRttMs = 200;
const probeRttGain = 0.5;

/** The window never falls below this many datagrams, or ACKs of every second one would stop. */
const windowDatagramsMin = 4;

/** How much of what is in flight stays after a round trip in which the queue was full. */
const congestedShare = 0.85;

/** Loss of this share beyond what the path loses anyway, with a queue, is a full queue. */
const congestedLossShare = 0.02;

/** A queue: all round trips of a round are longer than the shortest by this share and this much. */
const queueShare = 1 / 8;
const queueMs = 1;

/**
 * A model of the path instead of a reaction to loss: the bandwidth is the best delivery rate of the
 * last round trips, the length the shortest round trip, and their product is what should be in
 * flight (BBR, draft-ietf-ccwg-bbr). It differs in what loss means. On a LAN packets are lost at
 * random, so loss alone is compensated, never obeyed: the pacing rate is raised by what the path
 * loses while nothing queues. Only loss beyond that, while every round trip shows a queue, says that the
 * queue overflows; then the window gives way, and grows back by one datagram more in each round trip.
 */
export class Bbr implements CongestionController {
  #state: State = { type: "startup", fullBytesPerMs: 0, fullRounds: 0 };
  #datagramBytes: number;
  #bandwidth = new WindowedMax(bandwidthRounds);
  readonly #loss = new LossShare();
  /** How much more than its share arrived at once, when ACKs came in heaps. */
  readonly #heaped = new WindowedMax(bandwidthRounds);
  #heapAt = 0;
  #heapBytes = 0;
  #minRttMs: number | undefined;
  #minRttAt = 0;
  #deliveredBytes = 0;
  #round = 0;
  #roundAt = 0;
  #roundEndBytes = 0;
  #roundRttMinMs: number | undefined;
  /** The last whole round showed an empty path, so what was lost of it was lost by chance. */
  #isCalm = false;
  /** What may be in flight at most since the queue was last full; infinite when it never was. */
  #inFlightBytesMax = Number.POSITIVE_INFINITY;
  #inFlightGrowth = 0;

  constructor(datagramBytes: number) {
    this.#datagramBytes = datagramBytes;
  }

  get windowBytes(): number {
    const bytesMin = windowDatagramsMin * this.#datagramBytes;
    const bytesMax = Math.min(this.#inFlightBytesMax, congestionWindowBytesMax);
    return Math.max(Math.min(this.#windowTarget(), bytesMax), bytesMin);
  }

  get pacingBytesPerMs(): number | undefined {
    const minRttMs = this.#minRttMs;
    if (minRttMs === undefined) return undefined;
    const bandwidth = this.#bandwidth.max ?? 0;
    // Until the pipe is full the initial window is worth a round trip, however little was sent yet.
    const isFilled = this.#state.type !== "startup";
    const initial = (initialWindowDatagrams * this.#datagramBytes) / Math.max(minRttMs, 1);
    const base = isFilled ? bandwidth : Math.max(bandwidth, initial);
    return (this.#pacingGain * base) / (1 - this.#loss.base);
  }

  get minRttMs(): number | undefined {
    return this.#minRttMs;
  }

  /** A lost packet counts as in flight for a second round trip, until later ones were acknowledged. */
  get pathBytes(): number {
    const { mean } = this.#loss;
    return (this.#pathBytes * (1 + mean)) / (1 - mean);
  }

  setDatagramBytes(bytes: number): void {
    this.#datagramBytes = bytes;
  }

  onSettled(now: number, event: CongestionEvent): void {
    if (event.isCongestionPersistent) this.#restart();
    this.#loss.note(event, this.#isCalm);
    const { rate } = event;
    for (const packet of event.acked) this.#deliveredBytes += packet.bytes;
    if (rate === undefined) return;
    if (event.roundTripMs !== undefined) this.#noteRoundTrip(now, event.roundTripMs, rate);
    // A round trip shorter than a turn of the event loop shows what the loop did, not the path.
    const isLongEnough = this.#roundAt + granularityMs <= now;
    const isRoundOver = isLongEnough && this.#roundEndBytes <= rate.priorDeliveredBytes;
    if (isRoundOver) {
      this.#round += 1;
      this.#roundAt = now;
      this.#roundEndBytes = this.#deliveredBytes;
    }
    this.#noteBandwidth(rate);
    this.#noteHeap(now, event.acked);
    if (isRoundOver) this.#endRound(event, rate);
    this.#step(now, event.bytesInFlight, isRoundOver);
  }

  get #pacingGain(): number {
    const state = this.#state;
    switch (state.type) {
      case "startup":
        return startupGain;
      case "drain":
        return 1 / startupGain;
      case "probe-bandwidth":
        return probeGains[state.phase] ?? 1;
      case "probe-rtt":
        return 1;
      default:
        return assertNever(state);
    }
  }

  /** Bandwidth times the round trip of the empty path. */
  get #pathBytes(): number {
    return (this.#bandwidth.max ?? 0) * (this.#minRttMs ?? 0);
  }

  #windowTarget(): number {
    const initialBytes = initialWindowDatagrams * this.#datagramBytes;
    const pathBytes = this.#pathBytes;
    if (pathBytes === 0) return initialBytes;
    if (this.#state.type === "probe-rtt") return probeRttGain * pathBytes;
    const gain = this.#state.type === "startup" ? startupGain : windowGain;
    // Both ends sleep up to a tick of the event loop. On a path that is shorter, what flies for a
    // whole tick would only wait in the peer's socket, and whatever is urgent behind it.
    const tickMs = Math.min(Math.max(this.#minRttMs ?? 0, turnMs), granularityMs);
    const tickBytes = (this.#bandwidth.max ?? 0) * tickMs;
    const spare = Math.max((gain - 1) * pathBytes + tickBytes, this.#heaped.max ?? 0);
    const bytes = pathBytes + spare;
    return this.#state.type === "startup" ? Math.max(bytes, initialBytes) : bytes;
  }

  #noteRoundTrip(now: number, roundTripMs: number, rate: RateSample): void {
    const state = this.#state;
    this.#roundRttMinMs = Math.min(this.#roundRttMinMs ?? roundTripMs, roundTripMs);
    if (state.type === "probe-rtt") {
      state.minRttMs = Math.min(state.minRttMs ?? roundTripMs, roundTripMs);
    }
    // A path that was nearly empty anyway need not be emptied to be measured.
    const isEmpty = rate.priorInFlightBytes <= probeRttGain * this.#pathBytes;
    const isOld = this.#minRttAt + roundTripMsMax < now;
    const isShorter = this.#minRttMs === undefined || roundTripMs <= this.#minRttMs;
    if (!isShorter && !(isOld && isEmpty)) return;
    this.#minRttMs = roundTripMs;
    this.#minRttAt = now;
  }

  #noteBandwidth(rate: RateSample): void {
    const { bytesPerMs, isAppLimited } = rate;
    if (bytesPerMs === undefined) return;
    // A sender that had little to send says nothing about the path, unless it was fast.
    const isProof = !isAppLimited || (this.#bandwidth.max ?? 0) < bytesPerMs;
    if (isProof) this.#bandwidth.note(this.#round, bytesPerMs);
  }

  /** Extra acked bytes (draft-ietf-ccwg-bbr section 4.5.5.2). */
  #noteHeap(now: number, acked: readonly SentPacket[]): void {
    const expected = () => (this.#bandwidth.max ?? 0) * (now - this.#heapAt);
    if (this.#heapBytes <= expected()) {
      this.#heapAt = now;
      this.#heapBytes = 0;
    }
    for (const packet of acked) this.#heapBytes += packet.bytes;
    this.#heaped.note(this.#round, this.#heapBytes - expected());
  }

  #endRound(event: CongestionEvent, rate: RateSample): void {
    const hasQueue = this.#hasQueue();
    const isCongested = hasQueue && this.#loss.isAboveBaseBy(congestedLossShare);
    // Startup finds the end of the queue within one round trip, before any round shows it.
    this.#isCalm = !hasQueue && this.#state.type !== "startup";
    this.#roundRttMinMs = undefined;
    if (isCongested) this.#yieldTo(rate.priorInFlightBytes);
    else if (event.isWindowLimited) this.#growBack();
    if (this.#state.type === "startup") this.#judgeStartup(this.#state, isCongested, rate);
  }

  #hasQueue(): boolean {
    const roundMs = this.#roundRttMinMs;
    const emptyMs = this.#minRttMs;
    if (roundMs === undefined || emptyMs === undefined) return false;
    return emptyMs * (1 + queueShare) + queueMs < roundMs;
  }

  #yieldTo(inFlightBytes: number): void {
    this.#inFlightBytesMax = Math.max(congestedShare * inFlightBytes, this.#pathBytes);
    this.#inFlightGrowth = this.#datagramBytes;
  }

  #growBack(): void {
    if (this.#inFlightBytesMax === Number.POSITIVE_INFINITY) return;
    this.#inFlightBytesMax += this.#inFlightGrowth;
    this.#inFlightGrowth += this.#datagramBytes;
    const free = 2 * windowGain * this.#pathBytes;
    if (free < this.#inFlightBytesMax) this.#inFlightBytesMax = Number.POSITIVE_INFINITY;
  }

  #judgeStartup(
    state: State & { readonly type: "startup" },
    isCongested: boolean,
    rate: RateSample,
  ): void {
    if (isCongested) {
      this.#state = { type: "drain" };
      return;
    }
    if (rate.isAppLimited) return;
    const bandwidth = this.#bandwidth.max ?? 0;
    if (state.fullBytesPerMs * fullGrowth <= bandwidth) {
      state.fullBytesPerMs = bandwidth;
      state.fullRounds = 0;
      return;
    }
    state.fullRounds += 1;
    if (fullRoundCount <= state.fullRounds) this.#state = { type: "drain" };
  }

  #step(now: number, bytesInFlight: number, isRoundOver: boolean): void {
    const state = this.#state;
    switch (state.type) {
      case "startup":
        break;
      case "drain":
        if (bytesInFlight <= this.#pathBytes) this.#state = firstPhase(now);
        break;
      case "probe-bandwidth":
        this.#stepPhase(state, now, bytesInFlight);
        break;
      case "probe-rtt":
        if (now < state.until || !isRoundOver) return;
        this.#minRttMs = state.minRttMs ?? this.#minRttMs;
        this.#minRttAt = now;
        this.#state = state.wasFilled
          ? firstPhase(now)
          : { type: "startup", fullBytesPerMs: 0, fullRounds: 0 };
        return;
      default:
        assertNever(state);
    }
    if (now <= this.#minRttAt + roundTripMsMax) return;
    const wasFilled = state.type !== "startup";
    this.#state = { type: "probe-rtt", until: now + probeRttMs, wasFilled, minRttMs: undefined };
  }

  #stepPhase(
    state: State & { readonly type: "probe-bandwidth" },
    now: number,
    bytesInFlight: number,
  ): void {
    const isTimeOver = state.phaseAt + Math.max(this.#minRttMs ?? 0, granularityMs) <= now;
    const isDrained = this.#pacingGain < 1 && bytesInFlight <= this.#pathBytes;
    if (!isTimeOver && !isDrained) return;
    state.phase = (state.phase + 1) % probeGains.length;
    state.phaseAt = now;
  }

  /** Whatever was known of the path, it is another one now. */
  #restart(): void {
    this.#state = { type: "startup", fullBytesPerMs: 0, fullRounds: 0 };
    this.#bandwidth = new WindowedMax(bandwidthRounds);
    this.#inFlightBytesMax = Number.POSITIVE_INFINITY;
  }
}

function firstPhase(now: number): State {
  return { type: "probe-bandwidth", phase: 2, phaseAt: now };
}
