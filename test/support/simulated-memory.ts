import type { LogEntry } from "../../src/room/log-entry.ts";
import type {
  KeptPost,
  MemoryChange,
  MemoryPage,
  MemoryPort,
  MemoryQuery,
  Recollection,
  RoomMemory,
  ServerMemory,
} from "../../src/room/memory/memory-port.ts";
import type { SimulatedClock } from "./clock.ts";
import type { SeededRandom } from "./random.ts";

interface Room {
  readonly memory: RoomMemory;
  readonly entries: LogEntry[];
}

/** What a client keeps of one server, on a simulated disk: what was written survives `crash`. */
export class SimulatedMemory {
  /** How long a write takes to be on the disk, milliseconds. */
  writeMs = 1;
  /** While true, every write fails. */
  isFull = false;
  writeCount = 0;
  readonly posts = new Map<number, KeptPost>();
  readonly rooms = new Map<string, Room>();
  readonly drafts = new Map<string, string>();
  server: ServerMemory | undefined;
  readonly #clock: SimulatedClock;
  readonly #random: SeededRandom;
  #generation = 0;
  #writing: readonly MemoryChange[] = [];

  constructor(clock: SimulatedClock, random: SeededRandom) {
    this.#clock = clock;
    this.#random = random;
  }

  /** What the next client finds. */
  recollection(): Recollection {
    const rooms = [...this.rooms].map(([room, { memory, entries }]) => {
      const recalled = entries.slice(-100);
      return { ...memory, room, entries: recalled, hasMore: hasOlder(recalled) };
    });
    const posts = [...this.posts.values()].sort((a, b) => a.number - b.number);
    return { server: this.server, rooms, drafts: new Map(this.drafts), posts };
  }

  /** For one client; what it does after a crash comes to nothing. */
  port(): MemoryPort {
    const generation = this.#generation;
    const after = (action: () => void) => {
      this.#clock.setTimer(this.#clock.now() + this.writeMs, () => {
        if (generation === this.#generation) action();
      });
    };
    return {
      write: (changes, onDone) => {
        if (generation !== this.#generation) return;
        this.#writing = changes;
        this.writeCount += 1;
        after(() => {
          this.#writing = [];
          if (!this.isFull) for (const change of changes) this.#apply(change);
          onDone(this.isFull ? "no space left on device" : undefined);
        });
      },
      search: (_search, onDone) => after(() => onDone([])),
      read: (query, onDone) => after(() => onDone(this.#page(query))),
    };
  }

  /** kill -9: a write that is under way is there whole or not at all. */
  crash(): void {
    this.#generation += 1;
    if (!this.isFull && this.#random.chance(0.5)) {
      for (const change of this.#writing) this.#apply(change);
    }
    this.#writing = [];
  }

  #page({ room, range }: MemoryQuery): MemoryPage | undefined {
    const { entries = [] } = this.rooms.get(room) ?? {};
    const { before, limit = 50 } = range;
    const end = typeof before === "number" ? before : Number.POSITIVE_INFINITY;
    const older = entries.filter(({ sequence }) => sequence < end);
    const isInside = older.length < entries.length || before === undefined;
    if (older.length === 0 || !isInside) return undefined;
    const page = older.slice(-limit);
    return { entries: page, hasMore: hasOlder(page) };
  }

  #apply(change: MemoryChange): void {
    switch (change.type) {
      case "post":
        this.posts.set(change.number, { number: change.number, post: change.post });
        break;
      case "settled":
        this.posts.delete(change.number);
        break;
      case "server":
        this.server = change.server;
        break;
      case "room": {
        const known = this.rooms.get(change.room);
        const isSame = known?.memory.log === change.memory.log;
        const entries = isSame ? known.entries : [];
        this.rooms.set(change.room, { memory: change.memory, entries });
        break;
      }
      case "said": {
        const room = this.rooms.get(change.room);
        const last = room?.entries.at(-1)?.sequence;
        if (room === undefined || (last !== undefined && change.entry.sequence <= last)) break;
        if (last !== undefined && change.entry.sequence !== last + 1) room.entries.length = 0;
        room.entries.push(change.entry);
        break;
      }
      case "reset":
        if (this.rooms.has(change.room)) this.rooms.get(change.room)!.entries.length = 0;
        break;
      case "gone":
        this.rooms.delete(change.room);
        break;
      case "draft":
        if (change.text === "") this.drafts.delete(change.room);
        else this.drafts.set(change.room, change.text);
        break;
      case "forgotten":
        this.rooms.clear();
        this.drafts.clear();
        this.server = undefined;
        break;
      case "page":
        addPage(this.rooms.get(change.room)?.entries, change.entries);
        break;
    }
  }
}

/** What is older than what is kept, only the server knows. */
function hasOlder([oldest]: readonly LogEntry[]): boolean {
  return 1 < (oldest?.sequence ?? 0);
}

/** Only what touches the ends of what is kept. */
function addPage(kept: LogEntry[] | undefined, page: readonly LogEntry[]): void {
  const first = kept?.[0]?.sequence ?? 1;
  const last = kept?.at(-1)?.sequence ?? 0;
  const isEmpty = last < first;
  const from = page[0]?.sequence ?? 0;
  const to = page.at(-1)?.sequence ?? 0;
  if (!isEmpty && (to < first - 1 || last + 1 < from)) return;
  kept?.unshift(...page.filter(({ sequence }) => !isEmpty && sequence < first));
  kept?.push(...page.filter(({ sequence }) => isEmpty || last < sequence));
}
