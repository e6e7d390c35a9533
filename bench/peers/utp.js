import utp from "utp-native";
import { StreamConnection } from "./stream-connection.js";

/** Asked of the system for receiving, as earshot does. */
const socketBufferBytes = 4 * 2 ** 20;

/** utp-native: libutp (BEP 29, LEDBAT), one ordered stream per connection, in clear. */
export const peer = {
  wire: "udp",
  isSealed: false,
  isRelayable: true,
  messageBytesMax: 2 ** 30,

  listen({ host, onConnection }) {
    return new Promise((resolve, reject) => {
      const server = utp.createServer((socket) => onConnection(new StreamConnection(socket)));
      server.once("error", reject);
      server.listen(0, host, () => {
        server.setRecvBufferSize(socketBufferBytes);
        resolve(server.address().port);
      });
    });
  },

  connect({ host, port }) {
    return new Promise((resolve, reject) => {
      const socket = utp.connect(port, host);
      socket.once("error", reject);
      socket.once("connect", () => resolve(new StreamConnection(socket)));
    });
  },
};
