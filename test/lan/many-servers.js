// Announces many servers from the addresses that are given: `many-servers.js COUNT ADDRESS…`.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { systemClock } from "../../dist/base/clock.js";
import { systemRandom } from "../../dist/base/random.js";
import { startBeacon } from "../../dist/discovery/beacon.js";
import { defaultDiscoveryPort } from "../../dist/discovery/ports.js";

const [count, ...hosts] = process.argv.slice(2);

async function announce(number, host) {
  const socket = createSocket("udp4");
  socket.bind(0, host);
  await once(socket, "listening");
  const { port } = socket.address();
  const id = Buffer.alloc(32, `server ${number}`).toString("base64url");
  const about = { versionMin: 1, versionMax: 9, members: 0, rooms: 1 };
  const beacon = await startBeacon({
    interfaces: [host],
    discoveryPort: defaultDiscoveryPort,
    clock: systemClock,
    random: systemRandom,
    describe: () => ({ id, name: `Server ${number}`, port, ...about }),
    sendData: (to, datagram) => socket.send(datagram, to.port, to.host),
  });
  socket.on("message", (datagram, from) => {
    beacon.handleData(datagram, { host: from.address, port: from.port });
  });
}

for (let number = 0; number < Number(count); number += 1) {
  await announce(number, hosts[number % hosts.length]);
}
process.stdout.write(`${JSON.stringify({ type: "announcing" })}\n`);
