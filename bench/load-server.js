import { isIntact, operations } from "./message.js";
import { streams } from "./peer.js";
import { cpuSeconds } from "./statistics.js";

/** The server of every workload on a transport: echoes, counts and tells all. */
export class LoadServer {
  #connections = [];
  #count = 0;
  #bytes = 0;
  #damaged = 0;
  #next = 0;
  #markedAt = performance.now();
  #cpuMarked = cpuSeconds();

  /** @param {import("./peer.js").PeerConnection} connection */
  accept(connection) {
    this.#connections.push(connection);
    connection.onMessage = (stream, message) => this.#handle(connection, stream, message);
  }

  /** Counts from zero again. Only one connection may use `sink` from here on. */
  mark() {
    this.#count = 0;
    this.#bytes = 0;
    this.#damaged = 0;
    this.#next = 0;
    this.#markedAt = performance.now();
    this.#cpuMarked = cpuSeconds();
  }

  /** What came and what it cost since `mark`. */
  report() {
    return {
      count: this.#count,
      bytes: this.#bytes,
      damaged: this.#damaged,
      ms: performance.now() - this.#markedAt,
      cpuSeconds: cpuSeconds() - this.#cpuMarked,
    };
  }

  /** What lives, in bytes: of the process, and of JavaScript. */
  memory() {
    globalThis.gc();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heap: heapUsed + external };
  }

  #handle(connection, stream, message) {
    switch (message[0]) {
      case operations.echo:
        connection.send(stream, message);
        break;
      case operations.sink:
        this.#count += 1;
        this.#bytes += message.length;
        if (!isIntact(message, this.#next)) this.#damaged += 1;
        this.#next += 1;
        break;
      case operations.fan:
        for (const other of this.#connections) other.send(streams.small, message);
        break;
    }
  }
}
