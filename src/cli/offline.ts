import { EarshotError } from "../base/errors.ts";
import type { HistoryRange } from "../room/client-port.ts";
import { lobbyName, pageEntriesMax } from "../room/limits.ts";
import type { LogEntry } from "../room/log-entry.ts";
import { ClientStore } from "../room/memory/client-store.ts";
import { nickKey } from "../room/name.ts";
import { isChanging } from "../room/overlay.ts";
import type { SearchHit } from "../room/store-port.ts";
import type { SearchQuestion } from "../tui/search-request.ts";
import { openClientDirectory } from "./data-dir.ts";
import { memoryDirectory } from "./memory.ts";

/** Which server's memory is read, and where that is. */
export interface OfflineOptions {
  readonly data: string | undefined;
  /** Its name or the beginning of its id; `undefined` means the one that was visited last. */
  readonly server: string | undefined;
}

/**
 * What this computer keeps of a room, the oldest first: at most `count` entries before, after or around
 * the place, or the last ones.
 *
 * @throws {EarshotError} NOTHING is kept of such a server or room `no-server` or `not-joined`; a client
 * that runs has it `data-directory-in-use`; `data-directory-unusable`.
 */
export function offlineHistory(
  options: OfflineOptions,
  wanted: {
    readonly room: string | undefined;
    readonly range: HistoryRange;
    readonly count: number;
  },
): Promise<readonly LogEntry[]> {
  const { room = lobbyName, range, count } = wanted;
  return withStore(options, async (store, server) => {
    if (!store.roomsOf(server).includes(room)) {
      throw new EarshotError("not-joined", `nothing is kept of room ${room}`);
    }
    return await collect(store, {
      server,
      room,
      range: await kept(store, server, room, range),
      count,
    });
  });
}

/**
 * What is found in everything that this computer keeps of a server, the newest first.
 *
 * @throws {EarshotError} AS `offlineHistory`.
 */
export function offlineSearch(
  options: OfflineOptions,
  search: SearchQuestion,
): Promise<readonly SearchHit[]> {
  return withStore(options, (store, server) => store.search(server, search));
}

async function withStore<T>(
  { data, server }: OfflineOptions,
  read: (store: ClientStore, server: string) => Promise<T>,
): Promise<T> {
  const directory = memoryDirectory(await openClientDirectory(data));
  const store = await ClientStore.open({ directory });
  try {
    return await read(store, serverOf(store, server));
  } finally {
    await store.close();
  }
}

function serverOf({ servers }: ClientStore, typed: string | undefined): string {
  const found = servers.find(
    ({ id, name }) => typed === undefined || nickKey(name) === nickKey(typed) || id === typed,
  );
  if (found !== undefined) return found.id;
  const which = typed === undefined ? "any server" : `a server called ${typed}`;
  throw new EarshotError("no-server", `nothing is kept of ${which} on this computer`);
}

/** Before a line that is newer than all that is kept is the end of that. */
async function kept(
  store: ClientStore,
  server: string,
  room: string,
  range: HistoryRange,
): Promise<HistoryRange> {
  if (typeof range.before !== "number") return range;
  const newest = await store.read(server, { room, range: { limit: 1 } });
  const end = (newest?.entries[0]?.sequence ?? 0) + 1;
  return { before: Math.min(range.before, end) };
}

/** Pages until there are enough; those that only changed another do not count. */
async function collect(
  store: ClientStore,
  wanted: {
    readonly server: string;
    readonly room: string;
    readonly range: HistoryRange;
    readonly count: number;
  },
): Promise<readonly LogEntry[]> {
  const { server, room, count } = wanted;
  const isForward = wanted.range.after !== undefined;
  let entries: readonly LogEntry[] = [];
  let range: HistoryRange = { ...wanted.range, limit: Math.min(count, pageEntriesMax) };
  for (;;) {
    const page = await store.read(server, { room, range });
    const found = page?.entries ?? [];
    entries = isForward ? [...entries, ...found] : [...found, ...entries];
    const lines = entries.filter(({ body }) => !isChanging(body));
    const isEnough = count <= lines.length || found.length === 0;
    if (isEnough || wanted.range.around !== undefined) {
      return isForward ? lines.slice(0, count) : lines.slice(-count);
    }
    const [first] = entries;
    const last = entries.at(-1);
    const limit = pageEntriesMax;
    range = isForward
      ? { after: last?.sequence ?? 0, limit }
      : { before: first?.sequence ?? 1, limit };
  }
}
