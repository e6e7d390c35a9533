import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Level } from "level";
import type { Clock, Timer } from "../base/clock.ts";
import { EarshotError, systemErrorCode, toEarshotError } from "../base/errors.ts";
import { fileExists, replacePrivateFile } from "../base/private-file.ts";
import type { Random } from "../base/random.ts";
import { draftKey, type LogEnd, planAppend } from "./append-plan.ts";
import { decodeCbor, encodeCbor } from "./codec.ts";
import { canWrite } from "./disk-probe.ts";
import type { Entry } from "./entry.ts";
import type {
  AppendResult,
  Draft,
  HistoryFailure,
  HistoryPort,
  HistoryQuery,
  ReadResult,
} from "./history-port.ts";
import { checkId, checkLogEnd } from "./message.ts";
import { PageCollector, planPage } from "./page-plan.ts";
import { decodeRecord, encodeRecord } from "./record.ts";

export interface HistoryOptions {
  /** Holds the database and its marker; made when it is missing. */
  readonly directory: string;
  readonly clock: Clock;
  /** Gives a new history its name. */
  readonly random: Random;
  /** Told once when writing begins to fail, and once when it works again, as a phrase for people. */
  readonly onTrouble?: (message: string) => void;
}

/** What the layout on disk is called in the database; another number is another layout. */
const formatVersion = 1;

const markerText = "earshot has a history here; it will not begin another when this one is gone.\n";

/** Newest lines of each room that are looked for when the history is opened. */
const checkedEntriesMax = 100;

/** Waits before the database is opened again after a failed write, milliseconds; the last repeats. */
const reopenMs: readonly number[] = [1_000, 2_000, 5_000];

/** The database, split by what its keys mean. */
interface Store {
  readonly root: Level<string, Uint8Array>;
  /** `room!sequence` as 16 hex digits, so that the order of keys is the order of lines. */
  readonly entries: Table;
  /** `room!id` to where that line is. */
  readonly ids: Table;
  /** Room to the end of its log. */
  readonly rooms: Table;
}

type Table = ReturnType<typeof openTable>;

type HistoryState =
  | { readonly type: "open"; readonly store: Store }
  /** A write failed: LevelDB refuses all later ones until it is opened again, but still reads. */
  | { readonly type: "failing"; readonly store: Store; readonly timer: Timer }
  /** It could not be opened again yet. */
  | { readonly type: "down"; readonly timer: Timer }
  | { readonly type: "reopening" }
  | { readonly type: "closed" };

/**
 * The logs of all rooms on disk, in LevelDB. Every write is one synced batch of lines, their ids and
 * the rooms' ends, so a line is there whole or not at all, also after a power cut. Nothing is ever
 * repaired or made anew in silence: damage is told.
 */
export class History implements HistoryPort {
  /** Names this history for ever, and no other: sequences of another one mean other lines. */
  readonly id: string;
  /** Rooms of whose newest lines some were missing when the history was opened. */
  readonly damagedRooms: readonly string[];
  readonly #path: string;
  readonly #probePath: string;
  readonly #clock: Clock;
  readonly #onTrouble: (message: string) => void;
  #ends: Map<string, LogEnd>;
  #state: HistoryState;
  #failures = 0;
  /** What is under way; closing waits for it. */
  readonly #running = new Set<Promise<void>>();

  /**
   * Opens the history, or makes an empty one in a directory that never had one.
   *
   * @throws {EarshotError} WHEN another process has it `data-directory-in-use`; it was there and is
   * gone or unreadable `history-damaged`; anything else `data-directory-unusable`.
   */
  static async open(options: HistoryOptions): Promise<History> {
    const { directory, random } = options;
    const path = logPath(directory);
    const marker = join(directory, "created");
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const isNew = !(await fileExists(marker));
      const opened = await openInspected(path, isNew);
      const id = await openId(opened.store, random);
      if (isNew) await replacePrivateFile(marker, markerText);
      return new History(options, id, opened);
    } catch (error) {
      throw openError(error, directory);
    }
  }

  private constructor(options: HistoryOptions, id: string, opened: OpenedStore) {
    this.id = id;
    this.#path = logPath(options.directory);
    this.#probePath = join(options.directory, "probe");
    this.#clock = options.clock;
    this.#onTrouble = options.onTrouble ?? (() => undefined);
    this.#state = { type: "open", store: opened.store };
    this.#ends = opened.ends;
    this.damagedRooms = opened.damagedRooms;
  }

  /** The written rooms and the sequence of their newest lines. */
  get lastSequences(): ReadonlyMap<string, number> {
    return new Map([...this.#ends].map(([room, { sequence }]) => [room, sequence]));
  }

  append(drafts: readonly Draft[], onDone: (result: AppendResult) => void): void {
    this.#run(this.#append(drafts), onDone);
  }

  read(query: HistoryQuery, onDone: (result: ReadResult) => void): void {
    this.#run(this.#read(query), onDone);
  }

  /** Waits for what is under way, then closes the database. */
  async close(): Promise<void> {
    while (0 < this.#running.size) await Promise.all(this.#running);
    const state = this.#state;
    this.#state = { type: "closed" };
    if ("timer" in state) state.timer.cancel();
    if ("store" in state) await state.store.root.close();
  }

  #run<T>(work: Promise<T>, onDone: (result: T) => void): void {
    // An error that is none of LevelDB's is our own mistake and ends the process.
    const running: Promise<void> = work.then((result) => {
      this.#running.delete(running);
      onDone(result);
    });
    this.#running.add(running);
  }

  async #append(drafts: readonly Draft[]): Promise<AppendResult> {
    if (this.#state.type !== "open") return failure("history cannot be written now");
    const { store } = this.#state;
    try {
      const known = await store.ids.getMany(drafts.map(draftKey));
      const plan = planAppend({
        drafts,
        known: known.map((bytes) => decodeLogEnd(bytes)),
        ends: this.#ends,
        wallNow: this.#clock.wallNow(),
      });
      if (0 < plan.entries.length) await writePlan(store, plan.entries, plan.ends);
      for (const [room, end] of plan.ends) this.#ends.set(room, end);
      if (0 < this.#failures) this.#onTrouble("history can be written again");
      this.#failures = 0;
      return { type: "appended", placements: plan.placements };
    } catch (error) {
      const message = `history cannot be written: ${levelMessage(error)}`;
      if (this.#failures === 0) this.#onTrouble(message);
      const timer = this.#reopenLater();
      this.#state = { type: "failing", store, timer };
      return failure(message);
    }
  }

  async #read(query: HistoryQuery): Promise<ReadResult> {
    if (!("store" in this.#state)) return failure("history cannot be read now");
    const { store } = this.#state;
    const lastSequence = this.#ends.get(query.room)?.sequence ?? 0;
    const walk = planPage(query, lastSequence);
    const collector = new PageCollector(walk, lastSequence);
    try {
      for (let index = 0; index < walk.count; index += 1) {
        const sequence = walk.first + index * walk.step;
        if (!collector.add(sequence, await readEntry(store, query.room, sequence))) break;
      }
      return collector.page();
    } catch (error) {
      return failure(`history cannot be read: ${levelMessage(error)}`);
    }
  }

  #reopenLater(): Timer {
    const waitMs = reopenMs[Math.min(this.#failures, reopenMs.length - 1)] ?? 0;
    this.#failures += 1;
    return this.#clock.setTimer(this.#clock.now() + waitMs, () => {
      this.#run(this.#reopen(), () => undefined);
    });
  }

  async #reopen(): Promise<void> {
    const state = this.#state;
    assert(state.type === "failing" || state.type === "down");
    // On a full disk the store that we have still reads, and each try to open another leaves a file.
    if (!(await canWrite(this.#probePath))) {
      this.#state = { ...state, timer: this.#reopenLater() };
      return;
    }
    this.#state = { type: "reopening" };
    try {
      if ("store" in state) await state.store.root.close();
      const { store, ends } = await openInspected(this.#path, false);
      // A batch that failed may have reached the disk all the same.
      this.#ends = ends;
      this.#state = { type: "open", store };
    } catch (error) {
      levelMessage(error);
      this.#state = { type: "down", timer: this.#reopenLater() };
    }
  }
}

interface Inspection {
  readonly ends: Map<string, LogEnd>;
  readonly damagedRooms: readonly string[];
}

type OpenedStore = Inspection & { readonly store: Store };

async function openInspected(path: string, isNew: boolean): Promise<OpenedStore> {
  const store = await openStore(path, isNew);
  try {
    if (isNew) await writeFormat(store);
    await checkFormat(store);
    return { store, ...(await inspect(store)) };
  } catch (error) {
    // Else nobody, not even we, could open it again.
    await store.root.close();
    throw error;
  }
}

async function openStore(path: string, isNew: boolean): Promise<Store> {
  const root = new Level<string, Uint8Array>(path, { valueEncoding: "view" });
  await root.open({ createIfMissing: isNew });
  return {
    root,
    entries: openTable(root, "entries"),
    ids: openTable(root, "ids"),
    rooms: openTable(root, "rooms"),
  };
}

function logPath(directory: string): string {
  return join(directory, "log");
}

function openTable(root: Level<string, Uint8Array>, name: string) {
  return root.sublevel<string, Uint8Array>(name, { valueEncoding: "view" });
}

async function writeFormat(store: Store): Promise<void> {
  await store.root.put("format", encodeCbor(formatVersion), { sync: true });
}

async function checkFormat(store: Store): Promise<void> {
  const bytes: Uint8Array | undefined = await store.root.get("format");
  const format = bytes === undefined ? undefined : decodeCbor(bytes, (value) => value);
  if (format === undefined) {
    throw new EarshotError("history-damaged", "its format record is missing");
  }
  if (format !== formatVersion) {
    const message = `history has format ${format}, this program reads ${formatVersion}`;
    throw new EarshotError("data-directory-unusable", message);
  }
}

/** The history's name, made when it has none: it is new, or older than names are. */
async function openId(store: Store, random: Random): Promise<string> {
  const bytes: Uint8Array | undefined = await store.root.get("id");
  const known = bytes === undefined ? undefined : decodeCbor(bytes, checkId);
  if (known !== undefined) return known;
  const id = random.id();
  await store.root.put("id", encodeCbor(id), { sync: true });
  return id;
}

/** Finds the rooms' ends, and whether their newest lines are all there. */
async function inspect(store: Store): Promise<Inspection> {
  const ends = new Map<string, LogEnd>();
  const damagedRooms: string[] = [];
  for await (const [room, bytes] of store.rooms.iterator()) {
    const noted = decodeLogEnd(bytes) ?? { sequence: 0, sentAt: 0 };
    const sequences = await newestSequences(store, room);
    const sequence = Math.max(noted.sequence, sequences[0] ?? 0);
    const expected = Math.min(checkedEntriesMax, sequence);
    const isDense = sequences.length === expected && sequences.at(-1) === sequence - expected + 1;
    const last = await readEntry(store, room, sequence);
    if (!isDense || last === undefined) damagedRooms.push(room);
    ends.set(room, { sequence, sentAt: Math.max(noted.sentAt, last?.sentAt ?? 0) });
  }
  return { ends, damagedRooms };
}

/** The newest sequences that are there, the newest first. */
async function newestSequences(store: Store, room: string): Promise<readonly number[]> {
  const range = { gt: entryKey(room, 0), lte: entryKey(room, Number.MAX_SAFE_INTEGER) };
  try {
    const keys = store.entries.keys({ ...range, reverse: true, limit: checkedEntriesMax });
    return (await keys.all()).map((key) => Number.parseInt(key.slice(room.length + 1), 16));
  } catch (error) {
    if (systemErrorCode(error) !== "LEVEL_CORRUPTION") throw error;
    return [];
  }
}

/** The entry, or `undefined` when it is missing or damaged. */
async function readEntry(store: Store, room: string, sequence: number): Promise<Entry | undefined> {
  try {
    const record: Uint8Array | undefined = await store.entries.get(entryKey(room, sequence));
    return record === undefined ? undefined : decodeRecord(record, room, sequence);
  } catch (error) {
    if (systemErrorCode(error) !== "LEVEL_CORRUPTION") throw error;
    return undefined;
  }
}

async function writePlan(
  store: Store,
  entries: readonly { readonly room: string; readonly entry: Entry }[],
  ends: ReadonlyMap<string, LogEnd>,
): Promise<void> {
  const batch = store.root.batch();
  for (const { room, entry } of entries) {
    const { id, sequence, sentAt } = entry;
    const record = encodeRecord(room, entry);
    batch.put(entryKey(room, sequence), record, { sublevel: store.entries });
    batch.put(draftKey({ room, id }), encodeCbor({ sequence, sentAt }), { sublevel: store.ids });
  }
  for (const [room, end] of ends) batch.put(room, encodeCbor(end), { sublevel: store.rooms });
  await batch.write({ sync: true });
}

function entryKey(room: string, sequence: number): string {
  return `${room}!${sequence.toString(16).padStart(16, "0")}`;
}

function decodeLogEnd(bytes: Uint8Array | undefined): LogEnd | undefined {
  return bytes === undefined ? undefined : decodeCbor(bytes, checkLogEnd);
}

function failure(message: string): HistoryFailure {
  return { type: "failed", code: "history-unavailable", message };
}

/** The message of a failure of LevelDB or the system; anything else is our own mistake. */
function levelMessage(error: unknown): string {
  assert(error instanceof Error && systemErrorCode(error) !== undefined, error as Error);
  return error.message;
}

function openError(error: unknown, directory: string): EarshotError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = systemErrorCode(cause);
  const damaged = `history in ${directory} is damaged: ${reason}`;
  if (error instanceof EarshotError && error.code === "history-damaged") {
    return new EarshotError("history-damaged", damaged, { cause: error });
  }
  if (code === "LEVEL_LOCKED") {
    const message = `data directory ${directory} is in use by another process`;
    return toEarshotError(cause, "data-directory-in-use", message);
  }
  // LevelDB has no code of its own for a database that should be there and is not.
  if (code === "LEVEL_CORRUPTION" || reason.includes("create_if_missing is false")) {
    return toEarshotError(cause, "history-damaged", damaged);
  }
  const message = `data directory ${directory} cannot be used: ${reason}`;
  return toEarshotError(error, "data-directory-unusable", message);
}
