import { summarize } from "../statistics.js";
import { chat, loadProduct } from "./chat.js";

const room = "bench";

/** Until everyone has been told who else came, which a thousand arrivals are measured with and lines are not. */
const settleMs = 3_000;

/** A line of about 200 bytes with its envelope. */
const text = "x".repeat(120);

/** One in so many members looks at what it gets; the others only take it. */
const watcherEach = 50;

/**
 * A room of 1,000 on a real server, who all get what 200 lines a second say. They are bare
 * connections, so that the machine measures the server and not a thousand clients.
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
  options: { memberCount: 1000, linesPerSecond: 200, ms: 10_000 },
  isQuick: false,
  msMax: 60_000,
  peers: ["earshot"],

  serve: chat.serve,

  async client({ host, port, server, options }) {
    const product = await loadProduct();
    const bench = await Crowd.open(product, { host, port }, options.memberCount);
    const startedAt = performance.now();
    await bench.enter();
    const joinMs = performance.now() - startedAt;
    await new Promise((resolve) => setTimeout(resolve, settleMs));
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

/** Many bare connections to the server, each on a socket of its own and in the room. */
class Crowd {
  #members = [];
  /** By the text of the line: when it was said. */
  #saidAt = new Map();
  #waits = [];
  #onEntered = () => undefined;

  /** Binds the sockets; nobody comes yet. */
  static async open(product, address, count) {
    const crowd = new Crowd();
    crowd.#members = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        BareMember.bind(product, { address, nick: `n${index}`, crowd }),
      ),
    );
    for (let index = 0; index < count; index += watcherEach)
      crowd.#members[index].isWatching = true;
    return crowd;
  }

  get lostCount() {
    return this.#members.reduce((sum, { lostCount }) => sum + lostCount, 0);
  }

  /** Resolves when all are in the room. */
  enter() {
    for (const member of this.#members) member.connect();
    return new Promise((resolve) => {
      this.#onEntered = () => {
        if (this.#members.every(({ isIn }) => isIn)) resolve();
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
    await Promise.all(this.#members.map((member) => member.close()));
  }

  handleEntered() {
    this.#onEntered();
  }

  handleSaid({ entries }) {
    const now = performance.now();
    for (const { body } of entries) this.#waits.push(now - this.#saidAt.get(body.text));
  }

  #say(line) {
    const said = `${line} ${text}`;
    this.#saidAt.set(said, performance.now());
    this.#members[line % this.#members.length].say(2 + line, said);
  }
}

/** A connection that says what it is told to say, and looks at what it gets only if it watches. */
class BareMember {
  isIn = false;
  isWatching = false;
  lostCount = 0;
  #product;
  #endpoint;
  #connection;
  #options;
  #isClosing = false;

  static async bind(product, options) {
    const member = new BareMember();
    const { UdpEndpoint, identityOf, newKeyPair, clock, random } = product;
    member.#product = product;
    member.#options = options;
    member.#endpoint = await UdpEndpoint.bind({
      address: { host: options.address.host, port: 0 },
      clock,
      random,
      isAccepting: false,
      identity: identityOf(newKeyPair()),
      onEvent: (event) => member.#handle(event),
    });
    return member;
  }

  connect() {
    this.#connection = this.#endpoint.connect(this.#options.address);
  }

  say(ref, said) {
    const id = this.#product.random.id();
    const body = { type: "message", text: said };
    this.#send({ type: "post", ref, id, room, isFirst: true, body });
  }

  async close() {
    this.#isClosing = true;
    this.#endpoint.close(this.#connection, 0, "measured");
    await this.#endpoint.stop();
  }

  #handle(event) {
    if (event.type === "opened") {
      const { nick } = this.#options;
      this.#send({ type: "hello", ref: 0, nick, client: "bench", token: new Uint8Array(16) });
      this.#send({ type: "join", ref: 1, room });
    } else if (event.type === "message") this.#handleMessage(event.message);
    else if (event.type === "closed" && !this.#isClosing) {
      // As clients do: where a thousand come at once, some wait too long for their turn.
      if (this.isIn) this.lostCount += 1;
      this.isIn = false;
      this.connect();
    }
  }

  #handleMessage(message) {
    if (this.isIn && !this.isWatching) return;
    const told = this.#product.decodeServerMessage(message);
    if (told.type === "entered") {
      this.isIn = true;
      this.#options.crowd.handleEntered();
    } else if (told.type === "said" && this.isWatching) this.#options.crowd.handleSaid(told);
  }

  #send(request) {
    this.#endpoint.send(this.#connection, 1, this.#product.encodeCbor(request));
  }
}
