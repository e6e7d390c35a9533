// Holds the discovery port for itself, as a program that does not share would.
import { createSocket } from "node:dgram";
import { defaultDiscoveryPort } from "../../dist/discovery/ports.js";

const socket = createSocket("udp4");
socket.bind({ port: defaultDiscoveryPort, exclusive: true }, () => {
  process.stdout.write(`${JSON.stringify({ type: "holding" })}\n`);
});
