import { WebSocket, WebSocketServer } from "ws";

/** Bytes queued above which to pause, and below which to go on. */
const queueBytesHigh = 2 ** 20;
const queueBytesLow = 2 ** 18;

const socketOptions = { perMessageDeflate: false, maxPayload: 2 ** 30 };

/** The first byte of each WebSocket message names the stream. */
class WsConnection {
  onMessage = () => undefined;
  onDrain = () => undefined;
  #socket;
  #isBlocked = false;

  constructor(socket) {
    this.#socket = socket;
    socket.on("message", (data) => this.onMessage(data[0], data.subarray(1)));
    socket.on("error", () => undefined);
  }

  send(stream, message) {
    const bytes = Buffer.allocUnsafe(1 + message.length);
    bytes[0] = stream;
    bytes.set(message, 1);
    this.#socket.send(bytes, { binary: true }, this.#onSent);
    if (this.#socket.bufferedAmount <= queueBytesHigh) return true;
    this.#isBlocked = true;
    return false;
  }

  #onSent = () => {
    if (!this.#isBlocked || queueBytesLow <= this.#socket.bufferedAmount) return;
    this.#isBlocked = false;
    this.onDrain();
  };
}

/** WebSocket over TCP, without compression. */
export const peer = {
  wire: "tcp",
  isSealed: false,
  isRelayable: false,
  messageBytesMax: 2 ** 30,

  listen({ host, onConnection }) {
    return new Promise((resolve, reject) => {
      const server = new WebSocketServer({ host, port: 0, backlog: 4096, ...socketOptions });
      server.once("error", reject);
      server.on("connection", (socket) => onConnection(new WsConnection(socket)));
      server.once("listening", () => resolve(server.address().port));
    });
  },

  connect({ host, port }) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://${host}:${port}`, socketOptions);
      socket.once("error", reject);
      socket.once("open", () => resolve(new WsConnection(socket)));
    });
  },
};
