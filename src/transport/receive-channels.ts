import type { ByteWriter } from "../base/bytes.ts";
import { controlFrameBytesMax, frameTypes, writeChannelNumber, writeNumber } from "./frames.ts";
import {
  channelWindowBytes,
  channelWindowBytesMax,
  connectionWindowBytes,
  connectionWindowBytesMax,
} from "./limits.ts";
import { MessageAssembler } from "./message-assembler.ts";
import type { ReceiveBudget } from "./receive-budget.ts";
import { type ReceiveOutcome, ReceiveStream } from "./receive-stream.ts";
import { ReceiveWindow } from "./receive-window.ts";
import type { SentFrame } from "./sent-packet.ts";

interface Channel {
  readonly number: number;
  readonly stream: ReceiveStream;
  readonly window: ReceiveWindow;
  readonly assembler: MessageAssembler;
}

/** The receiving side of all channels of a connection, and the credit we give for them. */
export class ReceiveChannels {
  readonly #budget: ReceiveBudget;
  readonly #onMessage: (channel: number, message: Uint8Array) => void;
  readonly #onUnblocked: (outcome: ReceiveOutcome) => void;
  /** Those in use, one or two of eight: walked for every packet. */
  readonly #channels: Channel[] = [];
  readonly #creditLost = new Set<number>();
  #received = 0;
  readonly #window: ReceiveWindow;
  #isMaxLost = false;

  constructor(options: {
    readonly budget: ReceiveBudget;
    readonly onMessage: (channel: number, message: Uint8Array) => void;
    /** Memory came free and a channel went on, with this outcome; credit may be due. */
    readonly onUnblocked: (outcome: ReceiveOutcome) => void;
  }) {
    this.#budget = options.budget;
    this.#onMessage = options.onMessage;
    this.#onUnblocked = options.onUnblocked;
    this.#window = new ReceiveWindow(options.budget, {
      first: connectionWindowBytes,
      max: connectionWindowBytesMax,
    });
  }

  /** Bytes kept out of order or waiting for memory. */
  get heldBytes(): number {
    let bytes = 0;
    for (const { stream } of this.#channels) bytes += stream.heldBytes;
    return bytes;
  }

  receive(channel: number, offset: number, bytes: Uint8Array): ReceiveOutcome {
    const { stream } = this.#channel(channel);
    const before = stream.highest;
    const growth = Math.max(0, offset + bytes.length - before);
    if (this.#window.end < this.#received + growth) return "over-limit";
    const outcome = stream.receive(offset, bytes);
    this.#received += stream.highest - before;
    return outcome;
  }

  /** Writes the credit that is due, as far as there is room. */
  writeFrames(writer: ByteWriter, sent: SentFrame[]): void {
    const released = this.#released();
    const isMaxDue = this.#isMaxLost || this.#window.isDue(released);
    if (isMaxDue && controlFrameBytesMax <= writer.remaining) {
      this.#isMaxLost = false;
      writeNumber(writer, frameTypes.maxData, this.#window.advance(released));
      sent.push({ type: "max-data" });
    }
    for (const { number, stream } of this.#channels) {
      if (!stream.isCreditDue && !this.#creditLost.has(number)) continue;
      if (writer.remaining < controlFrameBytesMax) return;
      this.#creditLost.delete(number);
      const max = stream.giveCredit();
      writeChannelNumber(writer, frameTypes.maxStreamData, number, max);
      sent.push({ type: "max-stream-data", channel: number });
    }
  }

  /** The peer could send more than our limits let it: of a channel, or of all together. */
  onBlocked(channel: number | undefined, max: number): void {
    if (channel === undefined) this.#window.onBlocked(max);
    else this.#channels.find(({ number }) => number === channel)?.stream.onBlocked(max);
  }

  /** The newest credit must be told again. */
  onLost(frame: SentFrame & { readonly type: "max-data" | "max-stream-data" }): void {
    if (frame.type === "max-data") this.#isMaxLost = true;
    else this.#creditLost.add(frame.channel);
  }

  /** The connection is over; gives back the memory it held or waited for. */
  stop(): void {
    this.#window.stop();
    for (const { window, assembler } of this.#channels) {
      window.stop();
      assembler.stop();
    }
  }

  #released(): number {
    let bytes = 0;
    for (const { stream } of this.#channels) bytes += stream.released;
    return bytes;
  }

  #channel(number: number): Channel {
    for (const existing of this.#channels) {
      if (existing.number === number) return existing;
    }
    const assembler = new MessageAssembler({
      budget: this.#budget,
      onMessage: (message) => this.#onMessage(number, message),
      onUnblocked: () => this.#onUnblocked(stream.resume()),
    });
    const window = new ReceiveWindow(this.#budget, {
      first: channelWindowBytes,
      max: channelWindowBytesMax,
    });
    const stream = new ReceiveStream(assembler, window);
    const channel = { number, stream, window, assembler };
    this.#channels.push(channel);
    return channel;
  }
}
