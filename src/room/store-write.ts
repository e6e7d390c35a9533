import { type CommitPlan, type EntryChange, planCommit } from "./commit-plan.ts";
import type { DatabaseChange } from "./database.ts";
import { encodeEntry } from "./entry-record.ts";
import type { LogEntry } from "./log-entry.ts";
import { readEach, readEntries, walkLog } from "./log-reader.ts";
import {
  decodePlace,
  emptyLog,
  encodeLogState,
  encodeNumbers,
  encodePlace,
  type LogState,
} from "./log-state.ts";
import type { IndexUpdate } from "./message-index.ts";
import { isChanging } from "./overlay.ts";
import { openRecord, sealRecord } from "./record.ts";
import { commitKey, entryKey, idKey, logKey, recordKey } from "./store-keys.ts";
import { commitsKept, type OpenedStore } from "./store-open.ts";
import type { Commit, Draft, ExpiryLimit, Placement, RecordChange } from "./store-port.ts";

/** Everything one batch does, on disk and in memory. */
export interface Batch {
  readonly changes: readonly DatabaseChange[];
  readonly logs: ReadonlyMap<string, LogState>;
  readonly placements: readonly Placement[];
  readonly index: IndexUpdate;
}

/** Entries that expire in one batch. */
const expiredAtOnce = 1_000;

/** Their bytes, above which no more are taken: a batch holds all of them in memory. */
const expiredBytesAtOnce = 8 * 2 ** 20;

/** Plans a commit; `undefined` as its batch when there is nothing to write. */
export async function planBatch(
  store: OpenedStore,
  { drafts, changes }: Commit,
  wallNow: number,
): Promise<Batch> {
  const plan = await planDrafts(store, drafts, wallNow);
  const records = changes(plan.placements);
  const index = await store.index.update(store.database, plan.changes, store.logs);
  const logs = new Map(plan.logs);
  const written: DatabaseChange[] = [];
  for (const change of plan.changes) {
    const { room, before, after } = change;
    if (after === undefined) continue;
    const value = encodeEntry(room, after);
    written.push({ type: "put", key: entryKey(room, after.sequence), value });
    const log = logs.get(room) ?? store.logs.get(room) ?? emptyLog;
    const bytesBefore = before === undefined ? 0 : encodeEntry(room, before).length;
    logs.set(room, { ...log, bytes: Math.max(0, log.bytes + value.length - bytesBefore) });
    if (before === undefined) written.push(sealed(idKey(room, after.id), encodePlace(after)));
  }
  written.push(...records.map(recordChange));
  return { changes: written, logs, placements: plan.placements, index };
}

/** Plans the next step of forgetting a room's oldest entries; `undefined` when all may stay. */
export async function planExpiry(
  store: OpenedStore,
  room: string,
  { throughSequence = 0, sentBefore = 0, bytesMax = Number.POSITIVE_INFINITY }: ExpiryLimit,
): Promise<Batch | undefined> {
  const { database, logs, index } = store;
  const log = logs.get(room) ?? emptyLog;
  const { firstSequence } = log;
  const count = Math.min(expiredAtOnce, log.sequence - firstSequence + 1);
  const written: DatabaseChange[] = [];
  const expired: EntryChange[] = [];
  let through = firstSequence - 1;
  let bytes = 0;
  const walk = { from: firstSequence, count, isUpward: true };
  for await (const [sequence, before] of walkLog(database, room, walk)) {
    const isOld = (before?.sentAt ?? Number.POSITIVE_INFINITY) < sentBefore;
    const isTooMuch = bytesMax < log.bytes - bytes;
    // What is lost goes with the entry before it.
    const isLost = before === undefined && firstSequence <= through;
    if (throughSequence < sequence && !isOld && !isTooMuch && !isLost) break;
    through = sequence;
    written.push({ type: "del", key: entryKey(room, sequence) });
    if (before === undefined) continue;
    written.push({ type: "del", key: idKey(room, before.id) });
    expired.push({ room, before, after: undefined });
    bytes += encodeEntry(room, before).length;
    if (expiredBytesAtOnce < bytes) break;
  }
  if (through < firstSequence) return undefined;
  const update = await index.update(database, expired, logs);
  const after = { ...log, firstSequence: through + 1, bytes: Math.max(0, log.bytes - bytes) };
  const segments = await index.expire(database, { room, through }, logs);
  return {
    changes: [...written, ...segments],
    logs: new Map([[room, after]]),
    placements: [],
    index: update,
  };
}

/** A batch that only does what the search index wants. */
export function indexBatch(index: IndexUpdate): Batch {
  return { changes: [], logs: new Map(), placements: [], index };
}

/** Writes the batch as one commit; the store's memory follows when it is on disk. */
export async function writeBatch(
  store: OpenedStore,
  batch: Batch,
  wallNow: number,
): Promise<number> {
  const commit = store.lastCommit + 1;
  const logs = new Map(batch.logs);
  for (const [room, indexedThrough] of batch.index.indexedThrough) {
    const log = logs.get(room) ?? store.logs.get(room) ?? emptyLog;
    logs.set(room, { ...log, indexedThrough });
  }
  const changes = [...batch.changes, ...batch.index.changes];
  for (const [room, log] of logs) changes.push(sealed(logKey(room), encodeLogState(log)));
  changes.push(sealed(commitKey(commit), encodeNumbers([wallNow])));
  if (commitsKept < commit) changes.push({ type: "del", key: commitKey(commit - commitsKept) });
  await store.database.write(changes);
  for (const [room, log] of logs) store.logs.set(room, log);
  batch.index.onWritten();
  return commit;
}

async function planDrafts(
  { database, logs }: OpenedStore,
  drafts: readonly Draft[],
  wallNow: number,
): Promise<CommitPlan> {
  const ids = drafts.map(({ room, id }) => idKey(room, id));
  const records = await readEach(database, ids);
  const known = ids.map((key, index) => {
    const value = openRecord(key, records[index]);
    return value && decodePlace(value);
  });
  const stored = new Map<string, LogEntry>();
  const load = async (places: readonly { readonly room: string; readonly sequence: number }[]) => {
    for (const [index, entry] of (await readEntries(database, places)).entries()) {
      const room = places[index]?.room ?? "";
      if (entry !== undefined) stored.set(entryKey(room, entry.sequence), entry);
    }
  };
  const targets = drafts.flatMap(({ room, body }) =>
    isChanging(body) ? [{ room, sequence: body.target }] : [],
  );
  await load(targets);
  const edits = drafts.flatMap(({ room, body }) => {
    if (body.type !== "delete") return [];
    const { edited } = stored.get(entryKey(room, body.target)) ?? {};
    return (edited?.sequences ?? []).map((sequence) => ({ room, sequence }));
  });
  await load(edits);
  return planCommit({ drafts, known, stored, logs, wallNow });
}

function recordChange({ table, key, value }: RecordChange): DatabaseChange {
  const full = recordKey(table, key);
  return value === undefined ? { type: "del", key: full } : sealed(full, value);
}

function sealed(key: string, value: Uint8Array): DatabaseChange {
  return { type: "put", key, value: sealRecord(key, value) };
}
