/** Servers that are remembered at a time; the one that was visited longest ago goes first. */
export const rememberedServersMax = 64;

/** Rooms that are remembered of one server: as many as a session may be in. */
export const rememberedRoomsMax = 64;

/** How many entries are kept. */
export interface CacheLimits {
  /** Of one room. */
  readonly roomEntries: number;
  /** Bytes of their records, of one room. */
  readonly roomBytes: number;
  /** The same of all servers together. */
  readonly bytes: number;
}

/** A room has as many entries as the screen holds, or two messages of the largest size. */
export const cacheLimits: CacheLimits = {
  roomEntries: 10_000,
  roomBytes: 32 * 2 ** 20,
  bytes: 256 * 2 ** 20,
};

/** The part of a limit that is left when the oldest entries go, so that they seldom do. */
export const cacheKeptShare: number = 7 / 8;

/** Entries of each room that are at hand when a client starts: two screens and more. */
export const recalledEntriesMax = 100;

/** Their text, of all rooms together. */
export const recalledBytesMax: number = 16 * 2 ** 20;

/** What is no line of ours is on the disk after so long, milliseconds. */
export const keepMs = 1_000;

/** Or sooner, when so much text waits. */
export const keepBytesMax: number = 2 ** 20;

/** Text that waits for a slow disk; what comes beyond is not kept. */
export const keepWaitingBytesMax: number = 32 * 2 ** 20;

/** UTF-16 units of a draft that is kept. */
export const draftUnitsMax: number = 64 * 2 ** 10;
