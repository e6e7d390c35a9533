import { connect, createServer } from "node:net";
import { StreamConnection } from "./stream-connection.js";

/** Connections that wait to be accepted: more than any workload starts at once. */
const backlog = 4096;

/** Node's TCP without Nagle's delay. */
export const peer = {
  wire: "tcp",
  isSealed: false,
  isRelayable: false,
  messageBytesMax: 2 ** 30,

  listen({ host, onConnection }) {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true }, (socket) =>
        onConnection(new StreamConnection(socket)),
      );
      server.once("error", reject);
      server.listen({ host, port: 0, backlog }, () => resolve(server.address().port));
    });
  },

  connect({ host, port }) {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new StreamConnection(socket)));
    });
  },
};
