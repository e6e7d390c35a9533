// Says things in the name of others, for ten seconds: `forge.js beacon|goodbye ID [COUNT A SECOND]`.

import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { encodePacket } from "../../dist/discovery/packet.js";
import { defaultDiscoveryPort } from "../../dist/discovery/ports.js";

const [type, id, perSecond = "50"] = process.argv.slice(2);
const stepMs = 10;
const stepsMax = 10_000 / stepMs;

function datagram() {
  const announcement = {
    id: id ?? randomBytes(32).toString("base64url"),
    bootId: randomBytes(8).toString("hex"),
    sequence: 2 ** 31,
    port: 2_000 + Math.floor(Math.random() * 60_000),
    versionMin: 1,
    versionMax: 9,
    members: 1,
    rooms: 1,
    name: "Forged",
  };
  return encodePacket({ type, announcement });
}

const socket = createSocket("udp4");
socket.bind(0, () => {
  socket.setBroadcast(true);
  let steps = 0;
  const timer = setInterval(() => {
    for (let n = 0; n < (Number(perSecond) * stepMs) / 1000; n += 1) {
      socket.send(datagram(), defaultDiscoveryPort, "255.255.255.255");
    }
    steps += 1;
    if (steps < stepsMax) return;
    clearInterval(timer);
    socket.close();
  }, stepMs);
  process.stdout.write(`${JSON.stringify({ type: "forging" })}\n`);
});
