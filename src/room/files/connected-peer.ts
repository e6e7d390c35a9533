import { assertNever } from "../../base/assert.ts";
import type {
  ConnectionHandle,
  EndpointEvent,
  EndpointPort,
} from "../../transport/endpoint-port.ts";
import type { StreamId } from "../../transport/stream-id.ts";
import { peerChannel } from "./peer-limits.ts";
import type { PeerEvent, PeerPort } from "./peer-port.ts";

/** What became of the number of a stream that could not be opened any more. */
const noStream = 0;

/** A connection that is used, as who uses it sees it. */
export class ConnectedPeer implements PeerPort {
  readonly key: Uint8Array;
  readonly handle: ConnectionHandle;
  readonly #port: EndpointPort;
  #isOver = false;

  constructor(port: EndpointPort, handle: ConnectionHandle, key: Uint8Array) {
    this.#port = port;
    this.handle = handle;
    this.key = key;
  }

  send(message: Uint8Array): boolean {
    return this.#isOver ? true : this.#port.send(this.handle, peerChannel, message);
  }

  openStream(): StreamId {
    return this.#streams?.open() ?? noStream;
  }

  write(stream: StreamId, bytes: Uint8Array): boolean {
    return this.#streams?.write(stream, bytes) ?? true;
  }

  acknowledged(stream: StreamId): number {
    return this.#streams?.sendProgress(stream)?.bytes ?? 0;
  }

  consume(stream: StreamId, bytes: number): void {
    this.#streams?.consume(stream, bytes);
  }

  close(code: number, text: string): void {
    if (!this.#isOver) this.#port.close(this.handle, code, text);
  }

  /** `closed` is told: nothing is done any more. */
  end(): void {
    this.#isOver = true;
  }

  get #streams(): ReturnType<EndpointPort["streams"]> {
    return this.#isOver ? undefined : this.#port.streams(this.handle);
  }
}

/** What of a connection its user is told; `undefined` for what says nothing to it. */
export function peerEventOf(event: EndpointEvent): PeerEvent | undefined {
  switch (event.type) {
    case "message": {
      const { channel, message } = event;
      return channel === peerChannel ? { type: "message", message } : undefined;
    }
    case "writable":
      return { type: "writable" };
    case "stream-data":
      return { type: "stream-data", stream: event.stream, bytes: event.bytes };
    case "stream-drained":
      return { type: "stream-drained", stream: event.stream };
    case "stream-ended":
    case "stream-reset":
    case "stream-stopped":
      return { type: "stream-over", stream: event.stream };
    case "closed":
      return { type: "closed" };
    case "opened":
    case "stream-started":
    case "stream-delivered":
    case "datagram":
      return undefined;
    default:
      return assertNever(event);
  }
}
