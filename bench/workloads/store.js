import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuSeconds, percentile, sorted } from "../statistics.js";

/** Rooms, people and words, some of them far more used than others, as in life. */
const roomCount = 20;
const personCount = 1_000;
const wordCount = 30_000;

/** Only when it is needed: the ends of other peers must not carry all of earshot in their memory. */
async function loadProduct() {
  const [{ systemClock: clock }, { systemRandom: random }, { Store }] = await Promise.all([
    import("../../dist/base/clock.js"),
    import("../../dist/base/random.js"),
    import("../../dist/room/store.js"),
  ]);
  return { clock, random, Store };
}

/** The store alone: many lines written in group commits, then read, searched, and opened again. */
export const store = {
  title: "The store: every commit synced; then pages, searches and a start with all those lines",
  columns: [
    { key: "storedPerSecond", head: "lines/s stored" },
    { key: "storeCpu", head: "CPU us per line", isLessBetter: true },
    { key: "commitP99", head: "commit p99 ms", isLessBetter: true },
    { key: "pageP95", head: "last page p95 ms", isLessBetter: true },
    { key: "searchP50", head: "search p50 ms", isLessBetter: true },
    { key: "searchP95", head: "search p95 ms", isLessBetter: true },
    { key: "startMs", head: "start ms", isLessBetter: true },
    { key: "lineCount", head: "lines" },
  ],
  options: { lineCount: 1_000_000, commitLines: 500, queryCount: 500 },
  quickOptions: { lineCount: 20_000, commitLines: 500, queryCount: 100 },
  peers: ["earshot"],
  msMax: 240_000,
  repsMax: 1,
  // LevelDB's own thread merges files while lines are written.
  isPinned: false,

  async client({ options }) {
    const product = await loadProduct();
    const directory = mkdtempSync(join(tmpdir(), "earshot-bench-"));
    // Also when the measurement fails.
    process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
    const { clock, random } = product;
    const open = () => product.Store.open({ directory, clock, random });
    const first = await open();
    const crowd = new Crowd(random);
    const filled = await fill(first, crowd, options);
    await first.close();
    const startedAt = performance.now();
    const again = await open();
    const startMs = performance.now() - startedAt;
    const pages = await timesOf(options.queryCount, () =>
      ask(again, "read", { room: crowd.room(), limit: 50 }),
    );
    const searches = await timesOf(options.queryCount, () => ask(again, "search", crowd.query()));
    await again.close();
    return {
      ...filled,
      startMs,
      pageP95: percentile(sorted(pages), 0.95),
      searchP50: percentile(sorted(searches), 0.5),
      searchP95: percentile(sorted(searches), 0.95),
      lineCount: options.lineCount,
    };
  },
};

/** Writes all lines in commits; only what the store does is counted, not the making of the lines. */
async function fill(target, crowd, { lineCount, commitLines }) {
  const waits = [];
  let cpu = 0;
  for (let count = 0; count < lineCount; count += commitLines) {
    const drafts = Array.from({ length: commitLines }, () => crowd.draft());
    const cpuBefore = cpuSeconds();
    const startedAt = performance.now();
    await ask(target, "commit", { drafts, changes: () => [] });
    waits.push(performance.now() - startedAt);
    cpu += cpuSeconds() - cpuBefore;
  }
  const seconds = waits.reduce((sum, ms) => sum + ms, 0) / 1000;
  return {
    storedPerSecond: lineCount / seconds,
    storeCpu: (cpu * 1e6) / lineCount,
    commitP99: percentile(sorted(waits), 0.99),
  };
}

function ask(target, what, question) {
  return new Promise((resolve, reject) => {
    target[what](question, (result) => {
      if (result.type === "failed") reject(new Error(result.message));
      else resolve(result);
    });
  });
}

async function timesOf(count, action) {
  const times = [];
  while (times.length < count) {
    const startedAt = performance.now();
    await action();
    times.push(performance.now() - startedAt);
  }
  return times;
}

/** Who says what where. */
class Crowd {
  #random;
  #rooms = Array.from({ length: roomCount }, (_, index) => `room-${index}`);
  #people;
  #words;

  constructor(random) {
    this.#random = random;
    this.#people = Array.from({ length: personCount }, (_, index) => ({
      person: random.id(),
      nick: `person-${index}`,
    }));
    this.#words = Array.from({ length: wordCount }, (_, index) => `w${index.toString(36)}x`);
  }

  room() {
    return this.#rooms[this.#rank(roomCount)];
  }

  draft() {
    const author = this.#people[this.#below(personCount)];
    const body = { type: "message", text: this.#text(3 + this.#below(14)) };
    return { room: this.room(), id: this.#random.id(), author, body };
  }

  /** One to three words; some with a person, in one room, or with a beginning of a word. */
  query() {
    const words = this.#text(1 + this.#below(3)).split(" ");
    const kind = this.#random.unit();
    if (kind < 0.2) words.push(this.#words[this.#below(wordCount)].slice(0, 3));
    const rooms = 0.2 < kind && kind < 0.4 ? [this.room()] : this.#rooms;
    const from =
      0.4 < kind && kind < 0.6 ? this.#people[this.#below(personCount)].person : undefined;
    return { words, rooms, limit: 50, ...(from && { from }) };
  }

  #text(count) {
    return Array.from({ length: count }, () => this.#words[this.#rank(wordCount)]).join(" ");
  }

  #below(count) {
    return Math.floor(this.#random.unit() * count);
  }

  /** A rank below `count`; the n-th is used 1/n as often as the first (Zipf). */
  #rank(count) {
    return Math.floor((count + 1) ** this.#random.unit()) - 1;
  }
}
