import { connect, createServer } from "node:tls";
import { makeCertificate } from "./certificate.js";
import { StreamConnection } from "./stream-connection.js";

/** Connections that wait to be accepted: more than any workload starts at once. */
const backlog = 4096;

const minVersion = "TLSv1.3";

/** Node's TLS 1.3 with a P-256 certificate, without Nagle's delay. */
export const peer = {
  wire: "tcp",
  isSealed: true,
  isRelayable: false,
  messageBytesMax: 2 ** 30,

  listen({ host, onConnection }) {
    return new Promise((resolve, reject) => {
      const options = { ...makeCertificate(), minVersion, noDelay: true };
      const server = createServer(options, (socket) => onConnection(new StreamConnection(socket)));
      server.once("error", reject);
      server.listen({ host, port: 0, backlog }, () => resolve(server.address().port));
    });
  },

  connect({ host, port }) {
    return new Promise((resolve, reject) => {
      // The certificate is as young as the server. What is not done is to refuse it; its signature
      // is checked all the same, so the handshake costs what it always costs.
      const socket = connect({ host, port, minVersion, rejectUnauthorized: false });
      socket.setNoDelay(true);
      socket.once("error", reject);
      socket.once("secureConnect", () => resolve(new StreamConnection(socket)));
    });
  },
};
