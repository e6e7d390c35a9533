import assert from "node:assert/strict";
import type { ByteWriter } from "../base/bytes.ts";
import type { ByteSink } from "./byte-sink.ts";
import type { StreamEvent } from "./endpoint-port.ts";
import { controlFrameBytesMax, frameTypes, writeNumber, writeStreamNumber } from "./frames.ts";
import {
  connectionWindowBytes,
  connectionWindowBytesMax,
  dataStreamsMax,
  messageBytesFree,
  messageStreamsMax,
  streamWindowBytes,
  streamWindowBytesMax,
} from "./limits.ts";
import { MessageAssembler } from "./message-assembler.ts";
import { PieceSink } from "./piece-sink.ts";
import type { ReceiveBudget } from "./receive-budget.ts";
import { type ReceiveOutcome, ReceiveStream } from "./receive-stream.ts";
import { ReceiveWindow } from "./receive-window.ts";
import type { SentFrame } from "./sent-packet.ts";
import {
  isChannel,
  type OneShotKind,
  oneShotId,
  oneShotIndex,
  oneShotKind,
  type StreamId,
} from "./stream-id.ts";

/** A piece of a stream as a STREAM frame brings it. */
export interface StreamPiece {
  readonly stream: StreamId;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly isFin: boolean;
}

interface Receiving {
  readonly id: StreamId;
  readonly stream: ReceiveStream;
  readonly window: ReceiveWindow;
  readonly sink: ByteSink;
  /** Of a stream that carries messages. */
  readonly assembler: MessageAssembler | undefined;
  isCreditLost: boolean;
  messageCount: number;
  isAnnounced: boolean;
  /** Why we want no more of it, once we do not. */
  stopCode: number | undefined;
  /** All of it came, or was given up; it stays while the application has not consumed it. */
  isOver: boolean;
}

/** What one kind of stream has had of the credit we gave for it. */
interface OneShots {
  /** How many the peer has opened, those included that it skipped. */
  opened: number;
  over: number;
  /** How many it was told that it may open. */
  max: number;
  readonly openMax: number;
  isCreditLost: boolean;
}

/** The receiving side of all streams of a connection, and the credit we give for them. */
export class ReceiveStreams {
  readonly #budget: ReceiveBudget;
  readonly #isConsuming: boolean;
  readonly #onMessage: (stream: StreamId, message: Uint8Array) => void;
  readonly #onEvent: (event: StreamEvent) => void;
  readonly #onUnblocked: (outcome: ReceiveOutcome) => void;
  /** Those in use, mostly one or two, never more than 8 + 16 + 8: walked for every packet. */
  #open: readonly Receiving[] = [];
  readonly #oneShots: Readonly<Record<OneShotKind, OneShots>> = {
    message: newOneShots(messageStreamsMax),
    data: newOneShots(dataStreamsMax),
  };
  #stopsDue: Set<StreamId> | undefined;
  /** What message and data streams have brought, and what of it is no longer in their pages. */
  #received = 0;
  #released = 0;
  readonly #window: ReceiveWindow;
  #isMaxLost = false;

  constructor(options: {
    readonly budget: ReceiveBudget;
    /** Whether the application says when it has done with a message; else it has at once. */
    readonly isConsuming: boolean;
    readonly onMessage: (stream: StreamId, message: Uint8Array) => void;
    readonly onEvent: (event: StreamEvent) => void;
    /** Memory came free and a stream went on, with this outcome; credit may be due. */
    readonly onUnblocked: (outcome: ReceiveOutcome) => void;
  }) {
    this.#budget = options.budget;
    this.#isConsuming = options.isConsuming;
    this.#onMessage = options.onMessage;
    this.#onEvent = options.onEvent;
    this.#onUnblocked = options.onUnblocked;
    this.#window = new ReceiveWindow(options.budget, {
      first: connectionWindowBytes,
      max: connectionWindowBytesMax,
    });
  }

  /** Bytes kept out of order or waiting for memory. */
  get heldBytes(): number {
    let bytes = 0;
    for (const { stream } of this.#open) bytes += stream.heldBytes;
    return bytes;
  }

  receive(piece: StreamPiece): ReceiveOutcome {
    const receiving = this.#find(piece.stream) ?? this.#begin(piece.stream);
    if (typeof receiving === "string") return receiving;
    const { stream } = receiving;
    const end = piece.offset + piece.bytes.length;
    if (this.#exceeds(receiving, end)) return "over-limit";
    const before = { highest: stream.highest, released: stream.released };
    const outcome = stream.receive(piece.offset, piece.bytes, piece.isFin);
    return this.#conclude(receiving, before, outcome);
  }

  /** The sender gave a stream up. */
  onReset(id: StreamId, code: number, finalSize: number): ReceiveOutcome {
    const receiving = this.#find(id) ?? this.#begin(id);
    if (typeof receiving === "string") return receiving;
    if (receiving.isOver) return "taken";
    const { stream } = receiving;
    if (this.#exceeds(receiving, finalSize)) return "over-limit";
    const before = { highest: stream.highest, released: stream.released };
    const isStopped = receiving.stopCode !== undefined;
    receiving.stopCode ??= code;
    const outcome = stream.reset(finalSize);
    if (outcome !== "taken") return outcome;
    receiving.sink.stop();
    if (!isStopped) this.#onEvent({ type: "stream-reset", stream: id, code });
    return this.#conclude(receiving, before, outcome);
  }

  /** Writes the credit that is due, as far as there is room. */
  writeFrames(writer: ByteWriter, sent: SentFrame[]): void {
    if (controlFrameBytesMax <= writer.remaining) this.#writeMax(writer, sent);
    this.#writeMaxStreams(writer, sent, "message");
    this.#writeMaxStreams(writer, sent, "data");
    for (const receiving of this.#open) {
      const { id, stream } = receiving;
      if (!stream.isCreditDue && !receiving.isCreditLost) continue;
      if (writer.remaining < controlFrameBytesMax) return;
      receiving.isCreditLost = false;
      writeStreamNumber(writer, frameTypes.maxStreamData, id, stream.giveCredit());
      sent.push({ type: "max-stream-data", stream: id });
    }
    if (this.#stopsDue !== undefined) this.#writeStops(writer, sent);
  }

  /** The peer could send more than our limits let it: of a stream, or of all together. */
  onBlocked(id: StreamId | undefined, max: number): void {
    if (id === undefined) this.#window.onBlocked(max);
    else this.#find(id)?.stream.onBlocked(max);
  }

  /** The newest credit, or the wish to stop, must be told again. */
  onLost(frame: SentFrame): void {
    if (frame.type === "max-data") this.#isMaxLost = true;
    else if (frame.type === "max-streams") this.#oneShots[frame.kind].isCreditLost = true;
    else if (frame.type === "max-stream-data") {
      const receiving = this.#find(frame.stream);
      if (receiving !== undefined) receiving.isCreditLost = true;
    } else if (frame.type === "stop-sending" && this.#find(frame.stream)?.isOver === false) {
      this.#stopLater(frame.stream);
    }
  }

  /** The application has done with so many bytes of a stream. */
  consume(id: StreamId, bytes: number): void {
    const receiving = this.#find(id);
    if (receiving === undefined || receiving.stopCode !== undefined) return;
    const { sink } = receiving;
    assert(0 <= bytes && bytes <= sink.unconsumedBytes, `${bytes} bytes are more than came`);
    sink.consume(bytes);
    if (receiving.isOver) this.#forgetIfConsumed(receiving);
  }

  /** The application wants no more of a message or data stream. */
  stopStream(id: StreamId, code: number): void {
    assert(!isChannel(id), "a channel has no end");
    const receiving = this.#find(id);
    if (receiving === undefined || receiving.stopCode !== undefined) return;
    const { stream, sink } = receiving;
    const before = { highest: stream.highest, released: stream.released };
    receiving.stopCode = code;
    sink.stop();
    if (receiving.isOver) {
      this.#forgetIfConsumed(receiving);
      return;
    }
    stream.discard();
    this.#stopLater(id);
    this.#conclude(receiving, before, "taken");
  }

  /** How far a message or data stream has come, or `undefined` when it is over. */
  progress(
    id: StreamId,
  ): { readonly bytes: number; readonly bytesMax: number | undefined } | undefined {
    const receiving = this.#find(id);
    if (receiving === undefined || receiving.stopCode !== undefined) return undefined;
    return { bytes: receiving.stream.consumed, bytesMax: receiving.assembler?.bytesMax };
  }

  /** The connection is over; gives back the memory it held or waited for. */
  stop(): void {
    this.#window.stop();
    for (const { window, sink, stream } of this.#open) {
      window.stop();
      sink.stop();
      stream.stop();
    }
    this.#open = [];
  }

  #stopLater(id: StreamId): void {
    this.#stopsDue ??= new Set();
    this.#stopsDue.add(id);
  }

  #find(id: StreamId): Receiving | undefined {
    for (const receiving of this.#open) {
      if (receiving.id === id) return receiving;
    }
    return undefined;
  }

  /** Opens a stream and those of its kind before it; a word instead when there is none to open. */
  #begin(id: StreamId): Receiving | ReceiveOutcome {
    if (isChannel(id)) return this.#add(id);
    const kind = oneShotKind(id);
    const oneShots = this.#oneShots[kind];
    const index = oneShotIndex(id);
    if (oneShots.max <= index) return "too-many-streams";
    let newest: Receiving | undefined;
    while (oneShots.opened <= index) {
      newest = this.#add(oneShotId(kind, oneShots.opened));
      oneShots.opened += 1;
    }
    // One that was opened before and is not there is over: this is a late packet.
    return newest ?? "taken";
  }

  #add(id: StreamId): Receiving {
    const isData = !isChannel(id) && oneShotKind(id) === "data";
    const assembler = isData ? undefined : this.#newAssembler(id);
    const onPiece = (bytes: Uint8Array) =>
      this.#onEvent({ type: "stream-data", stream: id, bytes });
    const sink = assembler ?? new PieceSink({ budget: this.#budget, onPiece });
    const window = new ReceiveWindow(this.#budget, {
      first: streamWindowBytes,
      max: streamWindowBytesMax,
    });
    const receiving: Receiving = {
      id,
      stream: new ReceiveStream(sink, window, this.#budget),
      window,
      sink,
      assembler,
      isCreditLost: false,
      messageCount: 0,
      isAnnounced: false,
      stopCode: undefined,
      isOver: false,
    };
    this.#open = [...this.#open, receiving];
    return receiving;
  }

  #newAssembler(id: StreamId): MessageAssembler {
    return new MessageAssembler({
      budget: this.#budget,
      isConsuming: this.#isConsuming,
      onMessage: (message) => this.#deliver(id, message),
      onUnblocked: () => {
        const receiving = this.#find(id);
        if (receiving === undefined) return;
        const { stream } = receiving;
        const before = { highest: stream.highest, released: stream.released };
        this.#onUnblocked(this.#conclude(receiving, before, stream.resume()));
      },
    });
  }

  /** A message stream holds one message; what is behind it is told as a violation at its end. */
  #deliver(id: StreamId, message: Uint8Array): void {
    const receiving = isChannel(id) ? undefined : this.#find(id);
    if (receiving !== undefined) {
      receiving.messageCount += 1;
      if (1 < receiving.messageCount) return;
    }
    this.#onMessage(id, message);
  }

  /** Channels have credit of their own alone: what others hold must not stop a chat line. */
  #exceeds({ id, stream }: Receiving, end: number): boolean {
    if (isChannel(id)) return false;
    return this.#window.end < this.#received + Math.max(0, end - stream.highest);
  }

  /** Counts what a stream has received and released, and sees whether it is over. */
  #conclude(
    receiving: Receiving,
    before: { readonly highest: number; readonly released: number },
    outcome: ReceiveOutcome,
  ): ReceiveOutcome {
    const { id, stream, assembler } = receiving;
    if (isChannel(id)) return outcome;
    this.#received += stream.highest - before.highest;
    this.#released += stream.released - before.released;
    if (outcome !== "taken" || receiving.isOver) return outcome;
    if (assembler !== undefined) this.#announce(receiving, assembler);
    if (!stream.isEnded) return outcome;
    return this.#end(receiving);
  }

  /** Tells of a long message that has begun to arrive. */
  #announce(receiving: Receiving, { bytesMax }: MessageAssembler): void {
    if (receiving.isAnnounced || bytesMax === undefined || bytesMax <= messageBytesFree) return;
    receiving.isAnnounced = true;
    this.#onEvent({ type: "stream-started", stream: receiving.id, bytesMax });
  }

  #end(receiving: Receiving): ReceiveOutcome {
    const { id, stopCode, assembler, messageCount } = receiving;
    receiving.isOver = true;
    this.#stopsDue?.delete(id);
    if (stopCode === undefined) {
      if (assembler === undefined) this.#onEvent({ type: "stream-ended", stream: id });
      else if (messageCount !== 1 || !assembler.isBetween) return "wrong-size";
    }
    this.#forgetIfConsumed(receiving);
    return "taken";
  }

  /** The peer may open another when nothing is left of this one. */
  #forgetIfConsumed(receiving: Receiving): void {
    if (0 < receiving.sink.unconsumedBytes) return;
    receiving.sink.stop();
    receiving.stream.stop();
    receiving.window.stop();
    this.#open = this.#open.filter((other) => other !== receiving);
    this.#oneShots[oneShotKind(receiving.id)].over += 1;
  }

  #writeMax(writer: ByteWriter, sent: SentFrame[]): void {
    if (!this.#isMaxLost && !this.#window.isDue(this.#released)) return;
    this.#isMaxLost = false;
    writeNumber(writer, frameTypes.maxData, this.#window.advance(this.#released));
    sent.push({ type: "max-data" });
  }

  #writeMaxStreams(writer: ByteWriter, sent: SentFrame[], kind: OneShotKind): void {
    const oneShots = this.#oneShots[kind];
    const max = oneShots.over + oneShots.openMax;
    const isDue = oneShots.isCreditLost || oneShots.max + oneShots.openMax / 4 <= max;
    if (!isDue || writer.remaining < controlFrameBytesMax) return;
    oneShots.isCreditLost = false;
    oneShots.max = max;
    const { maxMessageStreams, maxDataStreams } = frameTypes;
    writeNumber(writer, kind === "message" ? maxMessageStreams : maxDataStreams, max);
    sent.push({ type: "max-streams", kind });
  }

  #writeStops(writer: ByteWriter, sent: SentFrame[]): void {
    for (const id of this.#stopsDue ?? []) {
      if (writer.remaining < controlFrameBytesMax) return;
      this.#stopsDue?.delete(id);
      const code = this.#find(id)?.stopCode;
      if (code === undefined) continue;
      writeStreamNumber(writer, frameTypes.stopSending, id, code);
      sent.push({ type: "stop-sending", stream: id });
    }
  }
}

function newOneShots(openMax: number): OneShots {
  return { opened: 0, over: 0, max: openMax, openMax, isCreditLost: false };
}
