import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cpuSeconds, median, summarize } from "../statistics.js";

/** Nets of loopback that stand for as many hosts, 30 servers each. */
const nets = Array.from({ length: 10 }, (_, index) => index + 1);
const serversPerNet = 30;
const answerDelayMsMax = 60;

/** The first of these milliseconds are left out: the code is compiled then. */
const floodMs = 3000;
const floodWarmMs = 1000;
const everyone = "127.255.255.255";

/** A server that has started is idle after this time; its beacons have these bytes before them. */
const idleAfterMs = 5000;
const headerBytes = 14 + 20 + 8;

/** Processes that are started to look for a server, one after the other. */
const startCount = 3;
const firstServer = fileURLToPath(new URL("../first-server.js", import.meta.url));

/** Only when it is needed: the ends of other peers must not carry all of earshot in their memory. */
async function loadProduct() {
  const [clock, random, announcer, beacon, browser, packet] = await Promise.all([
    import("../../dist/base/clock.js"),
    import("../../dist/base/random.js"),
    import("../../dist/discovery/announcer.js"),
    import("../../dist/discovery/beacon.js"),
    import("../../dist/discovery/browser.js"),
    import("../../dist/discovery/packet.js"),
  ]);
  const { startBeacon } = beacon;
  const { startBrowser } = browser;
  return {
    clock: clock.systemClock,
    random: random.systemRandom,
    Announcer: announcer.Announcer,
    startBeacon,
    startBrowser,
    ...packet,
  };
}

function announcementOf(name, port) {
  return {
    id: Buffer.alloc(32, name).toString("base64url"),
    bootId: "0102030405060708",
    sequence: 1,
    port,
    versionMin: 1,
    versionMax: 9,
    members: 0,
    rooms: 1,
    name,
  };
}

async function bind(options, address) {
  const socket = createSocket({ type: "udp4", ...options });
  socket.bind(address);
  await once(socket, "listening");
  return socket;
}

/** The end with the servers: a real one, a crowd that only answers, and somebody who forges. */
class Neighbourhood {
  #product;
  #discoveryPort;
  #opened = [];
  #beacon;
  #data;

  constructor(product, discoveryPort) {
    this.#product = product;
    this.#discoveryPort = discoveryPort;
  }

  async enter() {
    const { startBeacon, clock, random } = this.#product;
    const socket = await bind({}, { address: "127.0.0.1", port: 0 });
    const {
      bootId: _,
      sequence: __,
      ...described
    } = announcementOf("bench", socket.address().port);
    this.#beacon = await startBeacon({
      interfaces: ["lo"],
      discoveryPort: this.#discoveryPort,
      clock,
      random,
      describe: () => described,
      sendData: (to, datagram) => socket.send(datagram, to.port, to.host),
    });
    socket.on("message", (datagram, from) => {
      this.#beacon?.handleData(datagram, { host: from.address, port: from.port });
    });
    this.#opened.push(socket);
    this.#data = socket;
  }

  /** Answers no more, and says nothing of it; gives the time of that by the clock on the wall. */
  crash() {
    this.#data.close();
    return Date.now();
  }

  /** Says when it began to go, by the clock on the wall. */
  async leave() {
    const leftAt = Date.now();
    await this.#beacon.close();
    this.#beacon = undefined;
    return leftAt;
  }

  /** What it costs to be there while nobody asks. */
  async idle() {
    await pause(1500);
    const before = cpuSeconds();
    const ms = 3000;
    await pause(ms);
    return ((cpuSeconds() - before) / ms) * 1e5;
  }

  /** 300 servers that answer as real ones do, without hearing each other. */
  async crowd() {
    const { decodePacket, encodePacket } = this.#product;
    const shared = { address: "0.0.0.0", port: this.#discoveryPort };
    const ear = await bind({ reuseAddr: true }, shared);
    this.#opened.push(ear);
    const byNet = new Map();
    for (const net of nets) {
      const members = [];
      for (let number = 0; number < serversPerNet; number += 1) {
        const socket = await bind({}, { address: `127.${net}.0.1`, port: 0 });
        const announcement = announcementOf(`server ${net} ${number}`, socket.address().port);
        const answer = (datagram, from, delayMs) => {
          const { nonce } = decodePacket(datagram);
          const packet = encodePacket({ type: "answer", nonce, announcement });
          setTimeout(() => socket.send(packet, from.port, from.address), delayMs);
        };
        socket.on("message", (datagram, from) => answer(datagram, from, 0));
        members.push(answer);
        this.#opened.push(socket);
      }
      byNet.set(String(net), members);
    }
    ear.on("message", (datagram, from) => {
      if (decodePacket(datagram)?.type !== "query") return;
      const members = byNet.get(from.address.split(".")[1]) ?? [];
      for (const answer of members) answer(datagram, from, Math.random() * answerDelayMsMax);
    });
  }

  /** 5,000 forged beacons a second for `floodMs`, from as many addresses as there are nets. */
  async flood() {
    const { encodePacket, random } = this.#product;
    const sockets = await Promise.all(
      nets.map((net) => bind({}, { address: `127.0.${net}.9`, port: 0 })),
    );
    for (const socket of sockets) socket.setBroadcast(true);
    let sent = 0;
    const startedAt = performance.now();
    while (performance.now() - startedAt < floodMs) {
      const due = ((performance.now() - startedAt) / 1000) * 5000;
      for (; sent < due; sent += 1) {
        const id = Buffer.from(random.bytes(32)).toString("base64url");
        const announcement = { ...announcementOf("forged", 2000 + (sent % 60_000)), id };
        const datagram = encodePacket({ type: "beacon", announcement });
        sockets[sent % sockets.length].send(datagram, this.#discoveryPort, everyone);
      }
      await pause(5);
    }
    for (const socket of sockets) socket.close();
    return sent;
  }
}

/** How soon servers are found, and what that costs, on loopback. */
export const discovery = {
  title:
    "Discovery: from asking to a list of servers that have answered; what needs a filtering switch or a new " +
    "adapter is measured and printed by `npm run test:lan`",
  columns: [
    { key: "firstP95", head: "first server p95 ms", isLessBetter: true },
    { key: "firstP50", head: "p50 ms", isLessBetter: true },
    { key: "startedMs", head: "after process start ms", isLessBetter: true },
    { key: "goneMs", head: "gone after goodbye ms", isLessBetter: true },
    { key: "crashMs", head: "gone after a crash ms", isLessBetter: true },
    { key: "allMs", head: "all of 300 ms", isLessBetter: true },
    { key: "allCpuMs", head: "CPU of that ms", isLessBetter: true },
    { key: "floodCpu", head: "flood of 5,000/s, % of a core", isLessBetter: true },
    { key: "earCpu", head: "of it by an ear that does nothing", isLessBetter: true },
    { key: "idleCpu", head: "idle server, % of a core", isLessBetter: true },
    { key: "idleBytes", head: "idle B/s per adapter", isLessBetter: true },
  ],
  options: { rounds: 30 },
  quickOptions: { rounds: 20 },
  msMax: 20_000,
  peers: ["earshot"],

  async serve() {
    const discoveryPort = 12_000 + (process.pid % 16_000);
    const target = new Neighbourhood(await loadProduct(), discoveryPort);
    return { port: discoveryPort, target };
  },

  async client({ port, server, options }) {
    const { Announcer, startBrowser, clock, random } = await loadProduct();
    const base = { interfaces: ["lo"], discoveryPort: port, clock, random, isSweeping: false };
    await server("enter");
    const idleCpu = await server("idle");
    const firsts = [];
    for (let round = 0; round < options.rounds; round += 1) {
      const looking = await look(startBrowser, base, 1);
      firsts.push(looking.ms);
      await looking.browser.close();
    }
    const first = summarize(firsts);
    const starts = [];
    for (let round = 0; round < startCount; round += 1) starts.push(await startToFind(port));
    const ear = await bind({ reuseAddr: true }, { address: "0.0.0.0", port });
    ear.on("message", () => {});
    const earCpu = await floodedCpu(server);
    ear.close();
    const watched = await look(startBrowser, base, 1);
    const floodCpu = await floodedCpu(server);
    const leaving = server("leave");
    const goneAt = await watched.until(0);
    const goneMs = goneAt - (await leaving);
    await watched.browser.close();
    await server("enter");
    const bereft = await look(startBrowser, base, 1);
    const crashedAt = await server("crash");
    const crashMs = (await bereft.until(0)) - crashedAt;
    await bereft.browser.close();
    await server("leave");
    await server("crowd");
    const listAdapters = () => nets.map(netAdapter);
    const crowded = { ...base, interfaces: nets.map((net) => `net${net}`), listAdapters };
    const cpuBeforeCrowd = cpuSeconds();
    const crowd = await look(startBrowser, crowded, nets.length * serversPerNet);
    const allCpuMs = (cpuSeconds() - cpuBeforeCrowd) * 1000;
    await crowd.browser.close();
    firsts.sort((a, b) => a - b);
    const firstP95 = firsts[Math.ceil(0.95 * firsts.length) - 1];
    const startedMs = median(starts);
    return {
      firstP95,
      firstP50: first.p50,
      startedMs,
      goneMs,
      crashMs,
      allMs: crowd.ms,
      allCpuMs,
      floodCpu,
      earCpu,
      idleCpu,
      idleBytes: idleBytesPerSecond({ Announcer, random }),
    };
  },
};

/** What a flood costs this end, in percent of a core. */
async function floodedCpu(server) {
  const flooding = server("flood");
  await pause(floodWarmMs);
  const cpuBefore = cpuSeconds();
  const startedAt = performance.now();
  await flooding;
  return ((cpuSeconds() - cpuBefore) / (performance.now() - startedAt)) * 1e5;
}

/** Bytes a second that a server sends on an adapter while nobody asks, with the headers of Ethernet and IP. */
function idleBytesPerSecond({ Announcer, random }) {
  const adapter = { ...netAdapter(1), targets: [everyone] };
  const described = { ...announcementOf("bench", 7777), members: 10 };
  const announcer = new Announcer(0, { describe: () => described, random });
  announcer.handleAdapters(0, [adapter], true);
  const seconds = 600;
  let bytes = 0;
  for (let now = 0; now < 1000 * seconds; now = announcer.pollTimeout()) {
    announcer.handleTimeout(now);
    for (;;) {
      const transmit = announcer.pollTransmit();
      if (transmit === undefined) break;
      if (idleAfterMs <= now) bytes += transmit.datagram.length + headerBytes;
    }
  }
  return bytes / (seconds - idleAfterMs / 1000);
}

/** Milliseconds from the start of a process until it has said that a server answers. */
async function startToFind(discoveryPort) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [firstServer, String(discoveryPort)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  const ms = performance.now() - startedAt;
  await once(child, "close");
  return ms;
}

/** Looks until there are so many servers; `ms` is how long that took. */
async function look(startBrowser, options, count) {
  let onChange = () => {};
  const startedAt = performance.now();
  const browser = await startBrowser({ ...options, onChange: () => onChange() });
  const until = (wanted) =>
    new Promise((resolve) => {
      onChange = () => {
        if (browser.servers().length === wanted) resolve(Date.now());
      };
      onChange();
    });
  await until(count);
  return { browser, until, ms: performance.now() - startedAt };
}

function netAdapter(net) {
  const address = `127.${net}.0.1`;
  const shape = { netmask: "255.255.0.0", isLoopback: false, targets: [everyone], hardware: "" };
  return { name: `net${net}`, address, ...shape };
}
