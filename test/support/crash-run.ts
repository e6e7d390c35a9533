import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { systemRandom } from "../../src/base/random.ts";
import { startClient } from "../../src/room/client.ts";
import type { ClientEvent, ClientPort } from "../../src/room/client-port.ts";
import { Store } from "../../src/room/store.ts";
import { checkStore } from "../../src/room/store-backup.ts";
import { keyPairOf } from "../../src/transport/noise.ts";
import { MemoryAccountKeys } from "./account-keys.ts";
import { CliLan, type CliProcess, freePort } from "./cli.ts";
import { SeededRandom } from "./random.ts";
import { TestStore, textOf } from "./store.ts";

export interface CrashRunOptions {
  readonly kills: number;
  readonly seed: number;
}

/** What was acknowledged, and what was found on the disk in the end. */
export interface CrashReport {
  readonly kills: number;
  /** Kills that came while the server was still starting, mostly after another kill. */
  readonly killsAtStart: number;
  readonly saidCount: number;
  readonly acknowledgedCount: number;
  /** Acknowledged lines that are not there. */
  readonly lost: readonly string[];
  /** Lines that are not where the acknowledgement said, or do not say what was said. */
  readonly moved: readonly string[];
  /** Lines that are there twice. */
  readonly doubled: readonly string[];
  /** Lines that nobody said. */
  readonly strange: readonly string[];
  /** Every record agrees with its checksum and with the others. */
  readonly isSound: boolean;
}

/** With what each has in flight, commits of some dozen lines follow one another. */
const talkerCount = 16;
const linesInFlight = 5;
const rooms = ["lobby", "kitchen"] as const;

/** How long the talkers may take to come back and store everything in the end, milliseconds. */
const patienceMs = 60_000;

interface SaidLine {
  readonly room: string;
  readonly text: string;
  /** Each acknowledgement's sequence. */
  readonly sequences: number[];
}

/** Everything that was said, by id. */
type SaidLines = Map<string, SaidLine>;

/**
 * Lets people talk on a real server, and kills it at random moments of its work and of its start.
 * They come back by themselves and say again what was not acknowledged.
 */
export async function runCrashes({ kills, seed }: CrashRunOptions): Promise<CrashReport> {
  await using lan = await CliLan.open();
  const random = new SeededRandom(seed);
  const port = await freePort();
  const start = () => lan.start("serve", "--json", "--name", "crash", "--port", String(port));
  const said: SaidLines = new Map();
  let server = start();
  const { data } = await server.line({ type: "listening" });
  const talkers = await Promise.all(
    Array.from({ length: talkerCount }, (_, number) =>
      Talker.start({ number, port, said, random: random.fork() }),
    ),
  );
  let killsAtStart = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    if (random.chance(0.1)) {
      killsAtStart += 1;
      await wait(random.between(0, 400));
    } else {
      await workStarted(server, talkers);
      await wait(random.between(0, 1_000));
    }
    await server.kill("SIGKILL");
    server = start();
  }
  for (const talker of talkers) talker.finish();
  await until(() => talkers.every(({ pendingCount }) => pendingCount === 0));
  await Promise.all(talkers.map((talker) => talker.close()));
  await server.kill("SIGTERM");
  await server.exit();
  return { kills, killsAtStart, ...(await compare(join(data, "history"), said)) };
}

/** Somebody who always has some lines on their way. */
class Talker {
  readonly #said: SaidLines;
  readonly #random: SeededRandom;
  readonly #nick: string;
  #port: ClientPort | undefined;
  #isTalking = true;
  #count = 0;
  /** Acknowledgements since it began. */
  storedCount = 0;

  static async start(options: {
    readonly number: number;
    readonly port: number;
    readonly said: SaidLines;
    readonly random: SeededRandom;
  }): Promise<Talker> {
    const talker = new Talker(options);
    await talker.#connect(options.port);
    return talker;
  }

  private constructor({
    number,
    said,
    random,
  }: {
    readonly number: number;
    readonly said: SaidLines;
    readonly random: SeededRandom;
  }) {
    this.#nick = `talker-${number}`;
    this.#said = said;
    this.#random = random;
  }

  get pendingCount(): number {
    return this.#port?.pendingCount ?? 0;
  }

  /** Says nothing new. */
  finish(): void {
    this.#isTalking = false;
  }

  async close(): Promise<void> {
    await this.#port?.close();
  }

  async #connect(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      startClient({
        resolve: () => Promise.resolve({ address: { host: "127.0.0.1", port } }),
        judge: () => Promise.resolve({ type: "accepted", isFirstVisit: true }),
        keyPair: keyPairOf(systemRandom.bytes(32)),
        deviceName: "",
        accountKeys: new MemoryAccountKeys(),
        nick: this.#nick,
        clock: systemClock,
        random: systemRandom,
        bindAddress: { host: "127.0.0.1", port: 0 },
        onEvent: (event) => {
          if (event.type === "entered" && event.room === rooms.at(-1)) resolve();
          this.#handle(event);
        },
      }).then((client) => {
        this.#port = client;
        for (const room of rooms) client.join(room);
      }, reject);
    });
    for (let line = 0; line < linesInFlight; line += 1) this.#say();
  }

  #handle(event: ClientEvent): void {
    if (event.type === "failed") throw new Error(`${event.code}: ${event.message}`);
    if (event.type !== "stored") return;
    this.#said.get(event.id)?.sequences.push(event.sequence);
    this.storedCount += 1;
    this.#say();
  }

  #say(): void {
    if (!this.#isTalking || this.#port === undefined) return;
    this.#count += 1;
    const room = this.#random.pick(rooms);
    // Now and then one for the bulk channel.
    const length = this.#random.chance(0.02) ? 40_000 : this.#random.between(0, 500);
    const text = `${this.#nick} ${this.#count} ${"x".repeat(length)}`.trim();
    const id = this.#port.say(room, text);
    if (id !== undefined) this.#said.set(id, { room, text, sequences: [] });
  }
}

/** Waits until half of the talkers have come back and had something stored. */
async function workStarted(server: CliProcess, talkers: readonly Talker[]): Promise<void> {
  const before = talkers.map(({ storedCount }) => storedCount);
  await server.line({ type: "listening" });
  const atWork = () =>
    talkers.filter(({ storedCount }, index) => (before[index] ?? 0) < storedCount).length;
  await until(() => talkers.length / 2 <= atWork());
}

async function compare(
  directory: string,
  said: SaidLines,
): Promise<Omit<CrashReport, "kills" | "killsAtStart">> {
  const { isSound } = await checkStore(directory);
  const found = new Map<string, FoundLine>();
  const doubled: string[] = [];
  for (const line of await readLines(directory)) {
    if (found.has(line.id)) doubled.push(line.id);
    found.set(line.id, line);
  }
  const texts = new Set([...found.values()].map(({ text }) => text));
  if (texts.size < found.size) doubled.push(`${found.size - texts.size} texts`);
  const acknowledged = [...said].filter(([, { sequences }]) => 0 < sequences.length);
  return {
    saidCount: said.size,
    acknowledgedCount: acknowledged.length,
    lost: acknowledged.flatMap(([id]) => (found.has(id) ? [] : [id])),
    moved: acknowledged.flatMap(([id, { room, text, sequences }]) => {
      const entry = found.get(id);
      if (entry === undefined) return [];
      const isThere = sequences.every((sequence) => sequence === entry.sequence);
      return isThere && entry.room === room && entry.text === text ? [] : [id];
    }),
    doubled,
    strange: [...found.keys()].filter((id) => !said.has(id)),
    isSound,
  };
}

interface FoundLine {
  readonly room: string;
  readonly id: string;
  readonly text: string;
  readonly sequence: number;
}

/** Everything that was said in the rooms, as it is on the disk. */
async function readLines(directory: string): Promise<readonly FoundLine[]> {
  await using store = new TestStore(
    await Store.open({ directory, clock: systemClock, random: systemRandom }),
  );
  const lines: FoundLine[] = [];
  for (const room of rooms) {
    for (let after = 0, hasMore = true; hasMore; ) {
      const page = await store.page({ room, after });
      for (const entry of page.entries) {
        const { id, sequence } = entry;
        if (entry.body.type === "message") lines.push({ room, id, sequence, text: textOf(entry) });
      }
      after = page.entries.at(-1)?.sequence ?? after;
      hasMore = page.hasNewer;
    }
  }
  return lines;
}

async function until(isSo: () => boolean): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!isSo()) {
    if (end < performance.now()) throw new Error("the talkers waited in vain for the server");
    await wait(5);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
