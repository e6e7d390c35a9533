import assert from "node:assert/strict";
import { assertNever } from "../base/assert.ts";
import type { ByteWriter } from "../base/bytes.ts";
import { applicationCodeMax } from "./close-codes.ts";
import type { StreamEvent } from "./endpoint-port.ts";
import type { Frame } from "./frames.ts";
import { messageBytesMax, unreliableBytesMax } from "./limits.ts";
import type { TransportParameters } from "./parameters.ts";
import type { ReceiveBudget } from "./receive-budget.ts";
import type { ReceiveOutcome } from "./receive-stream.ts";
import { ReceiveStreams } from "./receive-streams.ts";
import { SendStreams } from "./send-streams.ts";
import type { SentFrame } from "./sent-packet.ts";
import type { StreamId } from "./stream-id.ts";
import type { StreamPort, StreamProgress } from "./stream-port.ts";

/** What a connection's streams need from it. */
export interface StreamsOptions {
  readonly budget: ReceiveBudget;
  /** See `EndpointOptions.isConsuming`. */
  readonly isConsuming: boolean;
  readonly onMessage: (stream: StreamId, message: Uint8Array) => void;
  readonly onDatagram: (bytes: Uint8Array) => void;
  readonly onEvent: (event: StreamEvent) => void;
  /** A stream that waited for memory went on, with this outcome: there may be something to send. */
  readonly onUnblocked: (outcome: ReceiveOutcome) => void;
}

/** The frames that concern streams and datagrams. */
export type StreamFrame = Exclude<
  Frame,
  {
    readonly type:
      | "ping"
      | "ack"
      | "ack-frequency"
      | "socket-bytes"
      | "path-challenge"
      | "path-response"
      | "close";
  }
>;

/** Both directions of all streams of a connection: what their user and what their frames may do. */
export class Streams implements StreamPort {
  readonly #send: SendStreams;
  readonly #receive: ReceiveStreams;
  readonly #onDatagram: (bytes: Uint8Array) => void;

  constructor(options: StreamsOptions) {
    this.#send = new SendStreams(options.onEvent);
    this.#receive = new ReceiveStreams(options);
    this.#onDatagram = options.onDatagram;
  }

  /** Bytes that the peer has not acknowledged. */
  get queuedBytes(): number {
    return this.#send.queuedBytes;
  }

  /** Bytes that were never sent. */
  get unsentBytes(): number {
    return this.#send.unsentBytes;
  }

  /** Bytes received that wait out of order or for memory. */
  get heldBytes(): number {
    return this.#receive.heldBytes;
  }

  /** Bytes of the files class on their way. */
  get fileBytesInFlight(): number {
    return this.#send.fileBytesInFlight;
  }

  /** Whether there is something that the peer's limits and ours for files let us send. */
  hasSendable(fileBytesMax: number): boolean {
    return this.#send.hasSendable(fileBytesMax);
  }

  /** The limits that the handshake brought. */
  setLimits(parameters: TransportParameters): void {
    this.#send.setLimits(parameters);
  }

  /** Queues a message on a channel; `false` when its class is above its mark. */
  send(channel: StreamId, message: Uint8Array): boolean {
    return this.#send.write(channel, message);
  }

  sendAlone(message: Uint8Array): { readonly stream: StreamId; readonly isBelowMark: boolean } {
    assert(message.length <= messageBytesMax);
    return this.#send.writeAlone(message);
  }

  open(): StreamId {
    return this.#send.open();
  }

  write(stream: StreamId, bytes: Uint8Array): boolean {
    return this.#send.writeBytes(stream, bytes);
  }

  finish(stream: StreamId): void {
    this.#send.finish(stream);
  }

  reset(stream: StreamId, code: number): void {
    assert(0 <= code && code <= applicationCodeMax);
    this.#send.reset(stream, code);
  }

  stop(stream: StreamId, code: number): void {
    assert(0 <= code && code <= applicationCodeMax);
    this.#receive.stopStream(stream, code);
  }

  consume(stream: StreamId, bytes: number): void {
    this.#receive.consume(stream, bytes);
  }

  sendProgress(stream: StreamId): StreamProgress | undefined {
    return this.#send.progress(stream);
  }

  receiveProgress(stream: StreamId): StreamProgress | undefined {
    return this.#receive.progress(stream);
  }

  sendDatagram(bytes: Uint8Array): void {
    assert(bytes.length <= unreliableBytesMax);
    this.#send.writeDatagram(bytes);
  }

  /** Whether those who were asked for a pause may go on; says so once. */
  takeWritable(): boolean {
    return this.#send.takeWritable();
  }

  /** Whether the datagram has all that may be sent now: what it had no room for would wait. */
  isEmptiedInto(writer: ByteWriter): boolean {
    return this.#send.isEmptiedInto(writer);
  }

  /** Writes what the peer waits for: credit, and what it may stop sending. */
  writeCredit(writer: ByteWriter, sent: SentFrame[]): void {
    this.#receive.writeFrames(writer, sent);
  }

  /** Writes data, of the files class only until so much of it is on its way. */
  writeData(writer: ByteWriter, sent: SentFrame[], fileBytesMax: number): void {
    this.#send.writeFrames(writer, sent, fileBytesMax);
  }

  handleFrame(frame: StreamFrame): ReceiveOutcome {
    switch (frame.type) {
      case "stream":
        return this.#receive.receive(frame);
      case "reset-stream":
        return this.#receive.onReset(frame.stream, frame.code, frame.finalSize);
      case "stop-sending":
        return this.#send.onStopped(frame.stream, frame.code) ? "taken" : "wrong-state";
      case "max-data":
        this.#send.raiseMax(frame.max);
        return "taken";
      case "max-stream-data":
        return this.#send.raiseStreamMax(frame.stream, frame.max) ? "taken" : "wrong-state";
      case "max-streams":
        this.#send.raiseStreamsMax(frame.kind, frame.max);
        return "taken";
      case "data-blocked":
        this.#receive.onBlocked(undefined, frame.max);
        return "taken";
      case "stream-data-blocked":
        this.#receive.onBlocked(frame.stream, frame.max);
        return "taken";
      case "datagram":
        // Not `slice`, which does not copy when the bytes are a Buffer.
        this.#onDatagram(new Uint8Array(frame.bytes));
        return "taken";
      default:
        return assertNever(frame);
    }
  }

  onAcked(frame: SentFrame): void {
    if (frame.type === "stream") this.#send.onAcked(frame);
    else if (frame.type === "reset-stream") this.#send.onResetAcked(frame.stream);
  }

  onLost(frame: SentFrame): void {
    if (frame.type === "stream") this.#send.onLost(frame);
    else if (frame.type === "reset-stream") this.#send.onResetLost(frame.stream);
    else this.#receive.onLost(frame);
  }

  /** The connection is over; gives back memory. */
  end(): void {
    this.#receive.stop();
  }
}
