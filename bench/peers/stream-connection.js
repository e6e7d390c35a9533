/** Length of the payload in four bytes, little-endian, and the stream in one. */
const headerBytes = 5;

/** Up to here one write of a copy is cheaper than two writes. */
const copiedBytesMax = 4096;

/** Messages over a Node byte stream: TCP, TLS and what imitates them. One write per message. */
export class StreamConnection {
  onMessage = () => undefined;
  onDrain = () => undefined;
  #socket;
  #isBlocked = false;
  #chunks = [];
  #bytes = 0;
  #bytesNeeded = headerBytes;

  /** @param {import("node:stream").Duplex} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("drain", () => {
      if (!this.#isBlocked) return;
      this.#isBlocked = false;
      this.onDrain();
    });
    // A connection that breaks stops the measurement by its time limit.
    socket.on("error", () => undefined);
  }

  send(stream, message) {
    const isCopied = message.length <= copiedBytesMax || this.#socket.cork === undefined;
    const isBelowMark = isCopied
      ? this.#socket.write(frame(stream, message))
      : this.#writeParts(stream, message);
    if (!isBelowMark) this.#isBlocked = true;
    return isBelowMark;
  }

  #writeParts(stream, message) {
    this.#socket.cork();
    this.#socket.write(header(stream, message.length, headerBytes));
    const isBelowMark = this.#socket.write(message);
    this.#socket.uncork();
    return isBelowMark;
  }

  #receive(chunk) {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#bytesNeeded) return;
    let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#bytes);
    while (frameBytes(rest) <= rest.length) {
      const end = frameBytes(rest);
      this.onMessage(rest[4], rest.subarray(headerBytes, end));
      rest = rest.subarray(end);
    }
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
    this.#bytesNeeded = frameBytes(rest);
  }
}

/** How long the frame is that starts here; at least a header when that is all one can say. */
function frameBytes(bytes) {
  return headerBytes <= bytes.length ? headerBytes + bytes.readUInt32LE(0) : headerBytes;
}

function frame(stream, message) {
  const bytes = header(stream, message.length, headerBytes + message.length);
  bytes.set(message, headerBytes);
  return bytes;
}

function header(stream, messageBytes, bytesToAllocate) {
  const bytes = Buffer.allocUnsafe(bytesToAllocate);
  bytes.writeUInt32LE(messageBytes, 0);
  bytes[4] = stream;
  return bytes;
}
