import { expect, test } from "vitest";
import { ChatClient } from "../../../src/room/chat-client.ts";
import { ClientHost } from "../../../src/room/client-host.ts";
import type { ClientEvent } from "../../../src/room/client-port.ts";
import { entryText } from "../../../src/room/entry.ts";
import { earlierVisit, MemoryHost } from "../../../src/room/memory/memory-host.ts";
import { ChatLan } from "../../support/chat-lan.ts";
import { SeededRandom } from "../../support/random.ts";
import { SimulatedMemory } from "../../support/simulated-memory.ts";

const serverAddress = { host: "10.0.0.1", port: 4000 };

/** A person who starts one client after the other, whatever became of the last one. */
class Visitor {
  /** What they saw as said, by text. */
  readonly shown: string[] = [];
  readonly failed: string[] = [];
  /** The sequences that the client that runs now has told, from memory and from the server. */
  sequences: number[] = [];
  memoryMessages: string[] = [];
  readonly memory: SimulatedMemory;
  readonly #lan: ChatLan;
  readonly #random: SeededRandom;
  #stop: () => void = () => undefined;
  #post: (text: string) => void = () => undefined;
  #starts = 0;

  constructor(lan: ChatLan, random: SeededRandom) {
    this.#lan = lan;
    this.#random = random;
    this.memory = new SimulatedMemory(lan.clock, random.fork());
  }

  start(missedMax = 2_000): void {
    const { clock, network } = this.#lan;
    this.#starts += 1;
    const address = { host: `10.0.1.${this.#starts}`, port: 5000 };
    const endpoint = network.attach(address, (event) => host.handleEndpointEvent(event));
    const client = new ChatClient({ nick: "anna", program: "test", random: this.#random.fork() });
    let isRunning = true;
    const host: ClientHost = new ClientHost({
      client,
      port: endpoint,
      clock,
      resolve: (onResolved) => onResolved({ address: serverAddress }),
      onEvent: (event) => {
        if (!isRunning) return;
        if (event.type === "nick-refused") {
          clock.setTimer(clock.now(), () => host.changeNick(event.suggestion ?? "anna-2"));
        }
        memory.handleEvent(event);
      },
    });
    this.sequences = [];
    const open = {
      serverId: "server-id",
      recollection: this.memory.recollection(),
      port: this.memory.port(),
    };
    const memory = new MemoryHost({
      ...{ memory: open, clock, token: client.token },
      onEvent: (event) => isRunning && this.#hear(event),
      ask: ({ room, range, ref }) => host.history(room, range, ref),
    });
    memory.tellRemembered();
    host.restore(earlierVisit(open, missedMax));
    host.join("lobby");
    this.#post = (text) => host.say("lobby", text);
    this.#stop = () => {
      isRunning = false;
      endpoint.kill();
    };
  }

  say(text: string): void {
    this.#post(text);
  }

  crash(): void {
    this.memory.crash();
    this.#stop();
  }

  #hear(event: ClientEvent): void {
    if (event.type === "pending" && event.body.type === "message") {
      if (!this.shown.includes(event.body.text)) this.shown.push(event.body.text);
    }
    if (event.type === "failed" && "text" in event.body) this.failed.push(event.body.text);
    if (event.type === "said") this.sequences.push(event.entry.sequence);
    if (event.type === "memory") this.memoryMessages.push(event.message);
    if (event.type === "reset") this.sequences = [];
    if (event.type === "remembered") {
      for (const { entries } of event.rooms) {
        this.sequences.push(...entries.map(({ sequence }) => sequence));
      }
    }
  }
}

function storedTexts(lan: ChatLan): string[] {
  const texts: string[] = [];
  let before: number | undefined;
  for (;;) {
    let oldest = 0;
    const range = before === undefined ? {} : { before };
    lan.store.read({ room: "lobby", limit: 200, ...range }, (result) => {
      if (result.type !== "page") return;
      texts.unshift(...result.entries.map((entry) => entryText(entry)));
      oldest = result.hasOlder ? (result.entries[0]?.sequence ?? 0) : 0;
    });
    lan.clock.advance(5);
    if (oldest === 0) return texts;
    before = oldest;
  }
}

const seedCount = Number(process.env["EARSHOT_SEEDS"] ?? 60);
const firstSeed = Number(process.env["EARSHOT_SEED"] ?? 1);

/** A server and a visitor who talks, each killed now and then, and what they have in the end. */
class Scene {
  readonly lan: ChatLan;
  readonly visitor: Visitor;
  crashCount = 0;
  /** Lines that a killed client left to the next one. */
  carriedCount = 0;
  readonly #random: SeededRandom;
  #lineCount = 0;
  #isServerUp = true;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.lan = new ChatLan(seed);
    this.lan.network.jitterMs = this.#random.unit() * 20;
    this.visitor = new Visitor(this.lan, this.#random);
    this.visitor.memory.writeMs = this.#random.unit() * 50;
    this.visitor.start();
  }

  turn(): void {
    const random = this.#random;
    if (random.chance(0.6)) {
      this.#lineCount += 1;
      this.visitor.say(`line ${this.#lineCount}`);
    }
    if (random.chance(0.15)) this.#crashClient();
    if (random.chance(0.1)) this.#toggleServer();
    this.lan.clock.advance(random.unit() * (random.chance(0.2) ? 5_000 : 60));
  }

  /** Nothing fails any more. */
  calmDown(): void {
    if (!this.#isServerUp) this.#toggleServer();
    this.lan.clock.advance(120_000);
  }

  #crashClient(): void {
    this.visitor.crash();
    this.crashCount += 1;
    this.carriedCount += this.visitor.memory.posts.size;
    if (this.#random.chance(0.5)) this.lan.clock.advance(this.#random.unit() * 3_000);
    this.visitor.start();
  }

  #toggleServer(): void {
    if (this.#isServerUp) this.lan.crashServer();
    else this.lan.startServer();
    this.#isServerUp = !this.#isServerUp;
  }
}

test("no line that a client showed is lost or doubled, wherever it or its server is killed", () => {
  let crashCount = 0;
  let carriedCount = 0;
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed += 1) {
    const scene = new Scene(seed);
    for (let turn = 0; turn < 40; turn += 1) scene.turn();
    scene.calmDown();
    const { visitor } = scene;
    const texts = storedTexts(scene.lan);
    const lost = visitor.shown.filter((text) => !texts.includes(text));
    const label = `seed ${seed}`;
    expect(visitor.failed, label).toEqual([]);
    expect(new Set(texts).size, `${label}: doubled`).toBe(texts.length);
    expect(lost, `${label}: lost`).toEqual([]);
    expect(visitor.memory.posts.size, `${label}: still kept`).toBe(0);
    // What one client tells has no gap between what it remembers and what the server says.
    const [first = 1] = visitor.sequences;
    const dense = visitor.sequences.map((_, index) => first + index);
    expect(visitor.sequences, `${label}: order`).toEqual(dense);
    expect(visitor.sequences.at(-1) ?? texts.length, label).toBe(texts.length);
    crashCount += scene.crashCount;
    carriedCount += scene.carriedCount;
  }
  // Else nothing was tried.
  expect(crashCount).toBeGreaterThan(seedCount);
  expect(carriedCount).toBeGreaterThan(seedCount);
});

test("what is missed beyond the limit begins the room anew", () => {
  const lan = new ChatLan(1);
  const visitor = new Visitor(lan, new SeededRandom(1));
  visitor.start();
  lan.clock.advance(2_000);
  visitor.say("first");
  lan.clock.advance(5_000);
  visitor.crash();
  lan.clock.advance(10_000);
  const ben = lan.enter("ben");
  for (let line = 0; line < 4; line += 1) ben.host.say("lobby", `missed ${line}`);
  lan.clock.advance(1_000);
  visitor.start(3);
  lan.clock.advance(5_000);
  expect(visitor.sequences).toEqual([]);
  visitor.crash();
  lan.clock.advance(10_000);
  ben.host.say("lobby", "missed again");
  lan.clock.advance(1_000);
  visitor.start(3);
  lan.clock.advance(5_000);
  ben.host.say("lobby", "heard");
  lan.clock.advance(1_000);
  expect(visitor.sequences).toEqual([7]);
});

test("a full disk does not stop the chat, and is said once", () => {
  const lan = new ChatLan(1);
  const visitor = new Visitor(lan, new SeededRandom(1));
  visitor.memory.isFull = true;
  visitor.start();
  lan.clock.advance(100);
  for (let line = 0; line < 10; line += 1) visitor.say(`line ${line}`);
  lan.clock.advance(5_000);
  expect(storedTexts(lan)).toHaveLength(10);
  expect(visitor.shown).toHaveLength(10);
  expect(visitor.memoryMessages).toEqual([
    "from now on nothing is kept on this computer: no space left on device",
  ]);
});
