import type { StreamId } from "../../transport/stream-id.ts";
import { type ChunkFrame, ChunkFrames, chunkHeader } from "./chunk-frames.ts";
import type { ChunkMemory } from "./chunk-memory.ts";
import { servedAheadBytes, servedAheadChunks, unsentMessageBytesMax } from "./limits.ts";
import { encodePeerMessage, type PeerMessage } from "./peer-message.ts";
import type { PeerPath, PeerPort } from "./peer-port.ts";

interface Waiting {
  readonly offer: string;
  readonly chunk: number;
  readonly bytes: Uint8Array;
}

/** A connected peer: what is on its way to it, and what of it has come. */
export class PeerLink {
  /** Unlike that of any other. */
  readonly id: number;
  readonly key: string;
  path: PeerPath;
  readonly #port: PeerPort;
  readonly #frames: ChunkFrames;
  #outgoing: StreamId | undefined;
  #incoming: StreamId | undefined;
  #isFull = false;
  /** Messages since the connection had enough of them, in bytes. */
  #unsentBytes: number | undefined;
  /** What is being read and what waits to be written. */
  #aheadCount = 0;
  #aheadBytes = 0;
  readonly #waiting: Waiting[] = [];
  readonly #memory: ChunkMemory;
  /** What was written and not yet acknowledged, and where on the stream it ends. */
  readonly #unacknowledged: { readonly bytes: Uint8Array; readonly end: number }[] = [];
  #writtenBytes = 0;

  constructor(options: {
    readonly id: number;
    readonly port: PeerPort;
    readonly path: PeerPath;
    readonly memory: ChunkMemory;
    /** How long a chunk is that this peer was asked for. */
    readonly bytesOf: (link: PeerLink, offer: string, chunk: number) => number | undefined;
  }) {
    this.id = options.id;
    this.#port = options.port;
    this.path = options.path;
    this.key = keyText(options.port.key);
    this.#memory = options.memory;
    this.#frames = new ChunkFrames(
      (offer, chunk) => options.bytesOf(this, offer, chunk),
      (bytes) => this.#memory.take(bytes),
    );
  }

  /** The offer of the chunk that is coming, if one has begun. */
  get incomingOffer(): string | undefined {
    return this.#frames.offer;
  }

  /** Whether another chunk may be read for it. */
  get isReady(): boolean {
    return this.#aheadCount < servedAheadChunks && this.#aheadBytes < servedAheadBytes;
  }

  /** `false` when it has not taken messages for long, and more are not worth keeping. */
  send(message: PeerMessage): boolean {
    const bytes = encodePeerMessage(message);
    const isBelowMark = this.#port.send(bytes);
    if (this.#unsentBytes !== undefined) this.#unsentBytes += bytes.length;
    else if (!isBelowMark) this.#unsentBytes = 0;
    return (this.#unsentBytes ?? 0) <= unsentMessageBytesMax;
  }

  handleWritable(): void {
    this.#unsentBytes = undefined;
  }

  /** A chunk of so many bytes is being read for it; `give` or `endRead` follows. */
  beginRead(bytes: number): void {
    this.#aheadCount += 1;
    this.#aheadBytes += bytes;
  }

  /** Nothing came of it, or it was written. */
  endRead(bytes: number): void {
    this.#aheadCount -= 1;
    this.#aheadBytes -= bytes;
  }

  /** The chunk that was read, in memory that is given back when the peer has it. */
  give(offer: string, chunk: number, bytes: Uint8Array): void {
    this.#waiting.push({ offer, chunk, bytes });
    this.#write();
  }

  handleDrained(): void {
    this.#isFull = false;
    this.#write();
  }

  /** The chunks that these bytes complete; `undefined` when the peer sends what nobody asked for. */
  take(stream: StreamId, bytes: Uint8Array): readonly ChunkFrame[] | undefined {
    this.#incoming ??= stream;
    if (stream !== this.#incoming) return undefined;
    this.#port.consume(stream, bytes.length);
    return this.#frames.push(bytes);
  }

  close(code: number, text: string): void {
    this.#port.close(code, text);
  }

  #write(): void {
    this.#release();
    while (!this.#isFull) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#outgoing ??= this.#port.openStream();
      this.endRead(next.bytes.length);
      const header = chunkHeader(next.offer, next.chunk);
      this.#port.write(this.#outgoing, header);
      this.#isFull = !this.#port.write(this.#outgoing, next.bytes);
      this.#writtenBytes += header.length + next.bytes.length;
      this.#unacknowledged.push({ bytes: next.bytes, end: this.#writtenBytes });
    }
  }

  #release(): void {
    if (this.#outgoing === undefined) return;
    const acknowledged = this.#port.acknowledged(this.#outgoing);
    for (;;) {
      const [first] = this.#unacknowledged;
      if (first === undefined || acknowledged < first.end) return;
      this.#unacknowledged.shift();
      this.#memory.give(first.bytes);
    }
  }
}

/** A device key by which things can be found. */
export function keyText(key: Uint8Array): string {
  return Buffer.from(key).toString("base64url");
}
