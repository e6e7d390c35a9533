import { ByteReader } from "../base/bytes.ts";
import type { ByteSink } from "./byte-sink.ts";
import { messageBytesFree, messageBytesMax } from "./limits.ts";
import type { Range } from "./ranges.ts";
import type { BudgetWaiter, ReceiveBudget } from "./receive-budget.ts";

type State =
  | { readonly type: "prefix"; readonly bytes: readonly number[] }
  | { readonly type: "waiting"; readonly length: number }
  | {
      readonly type: "body";
      readonly length: number;
      readonly reservedBytes: number;
      buffer: Uint8Array;
      filled: number;
    }
  | { readonly type: "stopped" };

/** Between two messages; shared by all streams, most of which are idle. */
const between: State = { type: "prefix", bytes: [] };

/** First buffer of a message that arrives in pieces. */
const bufferBytesMin = 4096;

/** A buffer is at most so many times as long as what has arrived: each growth is a copy. */
const growthMax = 4;

/** Cuts the ordered bytes of a stream into messages. */
export class MessageAssembler implements BudgetWaiter, ByteSink {
  readonly isHolding = false;
  readonly #budget: ReceiveBudget;
  readonly #isConsuming: boolean;
  readonly #onMessage: (message: Uint8Array) => void;
  readonly #onUnblocked: () => void;
  #state: State = between;
  #unconsumedBytes = 0;

  constructor(options: {
    readonly budget: ReceiveBudget;
    /** Whether the receiver says when it has done with a message; else it has at once. */
    readonly isConsuming?: boolean;
    /** A whole message; its bytes belong to the receiver, but those cut from one `push` share a buffer. */
    readonly onMessage: (message: Uint8Array) => void;
    /** `push` takes bytes again. */
    readonly onUnblocked: () => void;
  }) {
    this.#budget = options.budget;
    this.#isConsuming = options.isConsuming ?? false;
    this.#onMessage = options.onMessage;
    this.#onUnblocked = options.onUnblocked;
  }

  /** It takes no bytes now, because it waits for memory. */
  get isBlocked(): boolean {
    return this.#state.type === "waiting";
  }

  /** Whether the bytes so far end with the end of a message. */
  get isBetween(): boolean {
    return this.#state.type === "prefix" && this.#state.bytes.length === 0;
  }

  /** The length of the message that is arriving, or `undefined` while it is not known. */
  get bytesMax(): number | undefined {
    const state = this.#state;
    return state.type === "body" || state.type === "waiting" ? state.length : undefined;
  }

  get unconsumedBytes(): number {
    return this.#unconsumedBytes;
  }

  consume(bytes: number): void {
    this.#unconsumedBytes -= bytes;
  }

  /**
   * Says how many of the bytes it took, or `undefined` when a message is declared too long. The bytes
   * may change afterwards.
   */
  push(bytes: Uint8Array): number | undefined {
    let taken = 0;
    while (taken < bytes.length) {
      const state = this.#state;
      if (state.type === "waiting" || state.type === "stopped") return taken;
      if (state.type === "body") {
        taken += this.#fill(state, bytes.subarray(taken));
        continue;
      }
      if (state.bytes.length === 0) {
        taken += this.#cutWhole(bytes.subarray(taken));
        if (taken === bytes.length) return taken;
      }
      const prefix = [...state.bytes, bytes[taken] ?? 0];
      taken += 1;
      if (!this.#endPrefix(prefix)) return undefined;
    }
    return taken;
  }

  onReserved(): void {
    if (this.#state.type !== "waiting") return;
    this.#state = startBody(this.#state.length, this.#state.length);
    this.#onUnblocked();
  }

  /** The connection is over; gives back what was reserved. */
  stop(): void {
    const state = this.#state;
    this.#state = { type: "stopped" };
    this.#unconsumedBytes = 0;
    if (state.type === "waiting") this.#budget.cancel(this);
    if (state.type === "body") this.#budget.release(state.reservedBytes);
  }

  /**
   * Delivers the messages that lie whole in the bytes, and says how far they reach. Small messages
   * do, and one copy for all of them costs a third of a buffer for each.
   */
  #cutWhole(bytes: Uint8Array): number {
    const messages = wholeMessages(bytes);
    const first = messages[0];
    const last = messages.at(-1);
    if (first === undefined || last === undefined) return 0;
    // Not `slice`, which does not copy when the bytes are a Buffer.
    const own = new Uint8Array(bytes.subarray(first.start, last.end));
    for (const { start, end } of messages) {
      this.#emit(own.subarray(start - first.start, end - first.start));
    }
    return last.end;
  }

  /** False when the length is beyond the limit. */
  #endPrefix(prefix: readonly number[]): boolean {
    const prefixBytes = 1 << ((prefix[0] ?? 0) >> 6);
    if (prefix.length < prefixBytes) {
      this.#state = { type: "prefix", bytes: prefix };
      return true;
    }
    const messageBytes = new ByteReader(Uint8Array.from(prefix)).varint();
    if (messageBytes === undefined || messageBytesMax < messageBytes) return false;
    if (messageBytes === 0) {
      this.#deliver(new Uint8Array(0));
    } else if (messageBytes <= messageBytesFree) {
      this.#state = startBody(messageBytes, 0);
    } else {
      this.#state = { type: "waiting", length: messageBytes };
      if (this.#budget.reserve(this, messageBytes)) {
        this.#state = startBody(messageBytes, messageBytes);
      }
    }
    return true;
  }

  #fill(state: State & { readonly type: "body" }, bytes: Uint8Array): number {
    const count = Math.min(bytes.length, state.length - state.filled);
    const filled = state.filled + count;
    if (state.buffer.length < filled) {
      // Grown by what has arrived, never by what was declared: at most four times as much, and never
      // beyond the message, so that a whole message is a buffer of its own without a copy.
      const wanted = Math.max(growthMax * filled, bufferBytesMin);
      const larger = new Uint8Array(Math.min(wanted, state.length));
      larger.set(state.buffer.subarray(0, state.filled));
      state.buffer = larger;
    }
    state.buffer.set(bytes.subarray(0, count), state.filled);
    state.filled = filled;
    if (filled === state.length) {
      this.#deliver(state.buffer);
      this.#budget.release(state.reservedBytes);
    }
    return count;
  }

  #deliver(message: Uint8Array): void {
    this.#state = between;
    this.#emit(message);
  }

  #emit(message: Uint8Array): void {
    if (this.#isConsuming) this.#unconsumedBytes += message.length;
    this.#onMessage(message);
  }
}

function startBody(length: number, reservedBytes: number): State {
  return { type: "body", length, reservedBytes, buffer: new Uint8Array(0), filled: 0 };
}

/** Where the messages at the start of the bytes lie, as far as they are whole and need no reservation. */
function wholeMessages(bytes: Uint8Array): Range[] {
  const messages: Range[] = [];
  const reader = new ByteReader(bytes);
  for (;;) {
    const length = reader.varint();
    const start = reader.offset;
    if (length === undefined || messageBytesFree < length) return messages;
    if (reader.bytes(length) === undefined) return messages;
    messages.push({ start, end: reader.offset });
  }
}
