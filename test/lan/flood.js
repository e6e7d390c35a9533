// Sends forged datagrams: flood.js HOST PORT SECONDS PER-SECOND FILE ADDRESS…. FILE holds datagrams that
// were seen on the way to HOST, in hexadecimal, one a line; it sends from each of the addresses.
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";

const [host, port, seconds, perSecond, file, ...addresses] = process.argv.slice(2);
const seen = readFileSync(file, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => Buffer.from(line, "hex"));
const shorts = seen.filter((datagram) => (datagram[0] & 0xc0) === 0x40);
const inits = seen.filter((datagram) => datagram[0] === 0xc0);

/** Where the cookie is in an INIT: behind 17 bytes of header and its length. */
const cookieAt = 18;
/** Behind first byte and connection id. */
const numberAt = 7;

const pick = (items) => items[Math.floor(Math.random() * items.length)];

/** What somebody beside the cable can send, each as often as the others. */
const kinds = {
  /** Anything at all. */
  noise: () => randomBytes(1 + Math.floor(Math.random() * 1200)),
  /** A packet of a living connection with its number and content changed. */
  forged: () => {
    const datagram = Buffer.from(pick(shorts));
    randomBytes(datagram.length - numberAt).copy(datagram, numberAt);
    return datagram;
  },
  /** A handshake with a cookie that nobody gave. */
  thief: () => {
    const datagram = Buffer.from(pick(inits));
    randomBytes(16).copy(datagram, cookieAt);
    return datagram;
  },
  /** What was really sent, again. */
  replay: () => pick(seen),
};

function open(address) {
  const socket = createSocket("udp4");
  // An unreachable port says so; a flood does not care.
  socket.on("error", () => undefined);
  return new Promise((resolve) => {
    socket.bind({ address, port: 0 }, () => resolve(socket));
  });
}

const sockets = await Promise.all(addresses.map(open));
const counts = { noise: 0, forged: 0, thief: 0, replay: 0 };
const names = Object.keys(counts);
const startedAt = performance.now();
let sent = 0;
while (performance.now() < startedAt + 1000 * Number(seconds)) {
  const due = Math.floor(((performance.now() - startedAt) / 1000) * Number(perSecond));
  for (; sent < due; sent += 1) {
    const name = names[sent % names.length];
    counts[name] += 1;
    sockets[(sent >> 2) % sockets.length].send(kinds[name](), Number(port), host, () => undefined);
  }
  await new Promise((resolve) => setTimeout(resolve, 2));
}
process.stdout.write(`${JSON.stringify({ type: "flooded", sent, ...counts })}\n`);
for (const socket of sockets) socket.close();
