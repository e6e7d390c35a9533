// Announces many servers from the addresses that are given: `many-servers.js COUNT ADDRESS…`. Each has a
// voice and a data port of its own; those of one address share its ears. A machine that had to pass a
// copy of every broadcast to 300 sockets would be measured instead.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { systemClock as clock } from "../../dist/base/clock.js";
import { systemRandom as random } from "../../dist/base/random.js";
import { listAdapters } from "../../dist/discovery/adapters.js";
import { Announcer } from "../../dist/discovery/announcer.js";
import { DiscoverySockets } from "../../dist/discovery/discovery-sockets.js";
import { defaultDiscoveryPort } from "../../dist/discovery/ports.js";

const [count, ...hosts] = process.argv.slice(2);

/** The servers of one address. */
class House {
  #host;
  #sockets;
  #servers = [];

  static async open(host) {
    const house = new House();
    house.#host = host;
    house.#sockets = await DiscoverySockets.open({
      interfaces: [host],
      discoveryPort: defaultDiscoveryPort,
      clock,
      listAdapters,
      onDatagram: (datagram, from) => house.#hear(datagram, from),
      onAdapters: () => {},
      onUnsent: () => {},
    });
    return house;
  }

  async add(number) {
    const data = createSocket("udp4");
    data.bind(0, this.#host);
    await once(data, "listening");
    const id = Buffer.alloc(32, `server ${number}`).toString("base64url");
    const about = { versionMin: 1, versionMax: 9, members: 0, rooms: 1 };
    const description = { id, name: `Server ${number}`, port: data.address().port, ...about };
    const announcer = new Announcer(clock.now(), { describe: () => description, random });
    const server = { announcer, data, timer: undefined };
    data.on("message", (datagram, { address, port }) => {
      const from = { host: address, port };
      if (announcer.handleDataDatagram(clock.now(), datagram, from)) this.#run(server);
    });
    announcer.handleAdapters(clock.now(), this.#sockets.adapters, true);
    this.#servers.push(server);
    this.#run(server);
  }

  #hear(datagram, from) {
    for (const server of this.#servers) {
      if (server.announcer.handleDatagram(clock.now(), datagram, from)) this.#run(server);
    }
  }

  #run(server) {
    const { announcer, data } = server;
    announcer.handleTimeout(clock.now());
    for (;;) {
      const transmit = announcer.pollTransmit();
      if (transmit === undefined) break;
      if (transmit.type === "send" && transmit.from === "data") {
        data.send(transmit.datagram, transmit.to.port, transmit.to.host);
      } else this.#sockets.send(transmit);
    }
    server.timer?.cancel();
    server.timer = clock.setTimer(announcer.pollTimeout(), () => this.#run(server));
  }
}

const houses = await Promise.all(hosts.map((host) => House.open(host)));
for (let number = 0; number < Number(count); number += 1) {
  await houses[number % houses.length].add(number);
}
process.stdout.write(`${JSON.stringify({ type: "announcing" })}\n`);
