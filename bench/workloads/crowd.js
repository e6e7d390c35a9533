import { summarize } from "../statistics.js";
import { chat, loadProduct } from "./chat.js";

const room = "bench";

/** A line of about 200 bytes with its envelope. */
const text = "x".repeat(120);

/** One in so many members looks at what it gets; the others only take it. */
const watcherEach = 50;

/**
 * A room of 1,000 on a real server, who all get what 200 lines a second say. They are bare
 * connections of one socket, so that the machine measures the server and not a thousand clients.
 */
export const crowd = {
  title: "Crowd: 1,000 members of one room, 200 lines/s, and all of them coming at once",
  columns: [
    { key: "p50", head: "say to said p50 ms", isLessBetter: true },
    { key: "p99", head: "p99 ms", isLessBetter: true },
    { key: "serverCpu", head: "server % of a core", isLessBetter: true },
    { key: "lostCount", head: "lost their connection", isLessBetter: true },
    { key: "joinMs", head: "all come at once, ms", isLessBetter: true },
    { key: "serverMebibytes", head: "server MiB", isLessBetter: true },
  ],
  options: { memberCount: 1000, linesPerSecond: 200, ms: 4000 },
  isQuick: false,
  msMax: 60_000,
  peers: ["earshot"],

  serve: chat.serve,

  async client({ host, port, server, options }) {
    const product = await loadProduct();
    const bench = await Crowd.open(product, { host, port });
    const startedAt = performance.now();
    await bench.enter(options.memberCount);
    const joinMs = performance.now() - startedAt;
    await server("mark");
    const waits = await bench.speak(options);
    const { cpuSeconds, rss } = await server("report");
    await bench.close();
    await server("stop");
    return {
      ...summarize(waits),
      serverCpu: (cpuSeconds / (options.ms / 1000)) * 100,
      joinMs,
      lostCount: bench.lostCount,
      serverMebibytes: rss / 2 ** 20,
    };
  },
};

/** Many connections to the server, each with a nickname and in the room. */
class Crowd {
  #product;
  #endpoint;
  #address;
  /** Connections of those who are in the room. */
  #members = [];
  #entered = new Set();
  #isClosing = false;
  lostCount = 0;
  #onEntered = () => undefined;
  /** By the text of the line: when it was said. */
  #saidAt = new Map();
  #waits = [];

  static async open(product, address) {
    const crowd = new Crowd();
    const { UdpEndpoint, identityOf, newKeyPair, clock, random } = product;
    crowd.#product = product;
    crowd.#address = address;
    crowd.#endpoint = await UdpEndpoint.bind({
      address: { host: address.host, port: 0 },
      clock,
      random,
      isAccepting: false,
      identity: identityOf(newKeyPair()),
      onEvent: (event) => crowd.#handle(event),
    });
    return crowd;
  }

  /** Resolves when so many are in the room. */
  enter(count) {
    for (let index = 0; index < count; index += 1) {
      this.#members.push(this.#endpoint.connect(this.#address));
    }
    return new Promise((resolve) => {
      this.#onEntered = () => {
        if (this.#entered.size === count) resolve();
      };
    });
  }

  /** Lines at an even pace, one member after the other; gives the waits of the watchers. */
  async speak({ linesPerSecond, ms }) {
    const count = (linesPerSecond * ms) / 1000;
    const startedAt = performance.now();
    for (let line = 0; line < count; ) {
      const due = ((performance.now() - startedAt) * linesPerSecond) / 1000;
      for (; line < due && line < count; line += 1) this.#say(line);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return this.#waits;
  }

  async close() {
    this.#isClosing = true;
    for (const member of this.#members) this.#endpoint.close(member, 0, "measured");
    await this.#endpoint.stop();
  }

  #say(line) {
    const { random } = this.#product;
    const said = `${line} ${text}`;
    this.#saidAt.set(said, performance.now());
    const body = { type: "message", text: said };
    const member = this.#members[line % this.#members.length];
    this.#send(member, { type: "post", ref: 2 + line, id: random.id(), room, isFirst: true, body });
  }

  #handle(event) {
    if (event.type === "opened") {
      const nick = `n${event.connection}`;
      const token = new Uint8Array(16);
      this.#send(event.connection, { type: "hello", ref: 0, nick, client: "bench", token });
      this.#send(event.connection, { type: "join", ref: 1, room });
    } else if (event.type === "message") this.#handleMessage(event);
    else if (event.type === "closed") this.#comeAgain(event.connection);
  }

  /** As clients do: where a thousand come at once, some wait too long for their turn. */
  #comeAgain(connection) {
    const index = this.#members.indexOf(connection);
    if (index < 0 || this.#isClosing) return;
    if (this.#entered.delete(connection)) this.lostCount += 1;
    this.#members[index] = this.#endpoint.connect(this.#address);
  }

  #handleMessage({ connection, message }) {
    const isWatcher = connection % watcherEach === 0;
    if (!isWatcher && this.#entered.size === this.#members.length) return;
    const told = this.#product.decodeServerMessage(message);
    if (told.type === "entered") {
      this.#entered.add(connection);
      this.#onEntered();
    } else if (told.type === "said" && isWatcher) {
      const now = performance.now();
      for (const { body } of told.entries) this.#waits.push(now - this.#saidAt.get(body.text));
    }
  }

  #send(connection, request) {
    this.#endpoint.send(connection, 1, this.#product.encodeCbor(request));
  }
}
