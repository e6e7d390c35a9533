import UDX from "udx-native";
import { StreamConnection } from "./stream-connection.js";

/** Asked of the system for both directions, as earshot does. */
const socketBufferBytes = 4 * 2 ** 20;

/** A lost hello is repeated. */
const helloRepeatMs = 250;

/** Both streams of one connection. */
class UdxConnection {
  onMessage = () => undefined;
  onDrain = () => undefined;
  #parts;

  constructor(streams) {
    this.#parts = streams.map((stream) => new StreamConnection(stream));
    for (const part of this.#parts) {
      part.onMessage = (stream, message) => this.onMessage(stream, message);
      part.onDrain = () => this.onDrain();
    }
  }

  send(stream, message) {
    return this.#parts[stream].send(stream, message);
  }
}

/**
 * udx-native (Holepunch): reliable streams over UDP with BBR, in clear. It has no handshake, so the
 * smallest one is added: each side names the ids of its two streams.
 */
export const peer = {
  wire: "udp",
  isSealed: false,
  isRelayable: true,
  messageBytesMax: 2 ** 30,

  listen({ host, onConnection }) {
    const udx = new UDX();
    const socket = bindSocket(udx, host);
    const answers = new Map();
    let nextId = 1;
    socket.on("message", (hello, from) => {
      if (hello.length !== 8) return;
      const client = `${from.host}:${from.port}`;
      let answer = answers.get(client);
      if (answer === undefined) {
        const ids = [nextId, nextId + 1];
        nextId += 2;
        const streams = ids.map((id, index) => {
          const stream = udx.createStream(id);
          stream.connect(socket, hello.readUInt32LE(4 * index), from.port, from.host);
          return stream;
        });
        answer = encodeHello(ids);
        answers.set(client, answer);
        onConnection(new UdxConnection(streams));
      }
      socket.trySend(answer, from.port, from.host);
    });
    return Promise.resolve(socket.address().port);
  },

  connect({ host, port }) {
    return new Promise((resolve) => {
      const udx = new UDX();
      const socket = bindSocket(udx, host);
      const streams = [1, 2].map((id) => udx.createStream(id));
      const sayHello = () => socket.trySend(encodeHello([1, 2]), port, host);
      const timer = setInterval(sayHello, helloRepeatMs);
      socket.on("message", (answer) => {
        if (answer.length !== 8 || streams[0].connected) return;
        clearInterval(timer);
        for (const [index, stream] of streams.entries()) {
          stream.connect(socket, answer.readUInt32LE(4 * index), port, host);
        }
        resolve(new UdxConnection(streams));
      });
      sayHello();
    });
  },
};

function bindSocket(udx, host) {
  const socket = udx.createSocket();
  socket.bind(0, host);
  socket.setRecvBufferSize(socketBufferBytes);
  socket.setSendBufferSize(socketBufferBytes);
  return socket;
}

function encodeHello(ids) {
  const bytes = Buffer.alloc(8);
  for (const [index, id] of ids.entries()) bytes.writeUInt32LE(id, 4 * index);
  return bytes;
}
