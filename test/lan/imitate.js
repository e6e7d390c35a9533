// Announces a server that speaks another version of the transport, and answers what it is asked.
import { systemClock } from "../../dist/base/clock.js";
import { bindDatagramSocket } from "../../dist/base/datagram-socket.js";
import { systemRandom } from "../../dist/base/random.js";
import { startBeacon } from "../../dist/discovery/beacon.js";
import { defaultDataPort, defaultDiscoveryPort } from "../../dist/discovery/ports.js";

const [name, version] = process.argv.slice(2);
const data = await bindDatagramSocket({
  address: { host: "0.0.0.0", port: defaultDataPort },
  onDatagram: (datagram, from) => beacon.handleData(datagram, from),
});
const beacon = await startBeacon({
  interfaces: [],
  discoveryPort: defaultDiscoveryPort,
  clock: systemClock,
  random: systemRandom,
  describe: () => ({
    id: Buffer.alloc(32, 7).toString("base64url"),
    name,
    port: defaultDataPort,
    versionMin: Number(version),
    versionMax: Number(version),
    members: 0,
    rooms: 1,
  }),
  sendData: (to, datagram) => data.send(to, datagram),
});
process.stdout.write(`${JSON.stringify({ type: "announcing" })}\n`);
