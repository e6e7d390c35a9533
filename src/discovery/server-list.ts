import { type Address, formatAddress } from "../base/address.ts";
import type { Announcement } from "./announcement.ts";
import type { DiscoveredServer, HeardCookie } from "./discovered-server.ts";
import { beaconTiming } from "./repeat-schedule.ts";

/** A server that says nothing for so long is taken off: three beacons and some patience. */
export const silenceMsMax: number = 3 * beaconTiming.intervalMs + 1000;

/** Servers in the list; with their paths below 1 MiB. */
export const serversMax = 256;

/** Ways to one server: several adapters on either side. */
export const pathsMax = 8;

/** Servers that one host may bring in: a busy machine runs a handful, a flood thousands. */
export const serversPerHostMax = 32;

/** When the list is full, only who missed a beacon (interval, jitter, some patience) makes room. */
export const evictionMsMin: number = beaconTiming.intervalMs * (1 + beaconTiming.jitter) + 400;

/** Another path is taken only if it saves this share of the round trip and this time. */
const rttGain = 0.2;
const rttGainMsMin = 1;

/** An announcement as it was heard. */
export interface Hearing {
  readonly announcement: Announcement;
  readonly from: Address;
  /** Name of the adapter. */
  readonly via: string;
  /** Only for an answer: the time since our question. */
  readonly rttMs?: number;
  /** Only for an answer that has one. */
  readonly cookie?: Uint8Array;
}

/** Announcements that were dropped. */
export interface ServerListCounts {
  /** Repeated, or overtaken by a later one. */
  readonly stale: number;
  /** Above a limit, or a goodbye from someone else. */
  readonly refused: number;
}

interface Path {
  readonly address: Address;
  readonly via: string;
  readonly sequence: number;
  readonly heardAt: number;
  readonly rttMs: number | undefined;
  readonly cookie: HeardCookie | undefined;
}

interface PresentServer {
  readonly state: "present";
  readonly announcement: Announcement;
  /** Who brought it in. */
  readonly host: string;
  readonly paths: ReadonlyMap<string, Path>;
  readonly best: Path;
}

/** It said goodbye. Remembered, for a datagram it sent before may be read from another socket after. */
interface DepartedServer {
  readonly state: "departed";
  readonly announcement: Announcement;
  readonly departedAt: number;
}

/**
 * The servers that were heard. Whoever it is told about is not proved to be who he says; the
 * transport's handshake does that. A method that returns `boolean` says whether `servers()` now
 * tells something new besides times.
 */
export class ServerList {
  readonly #entries = new Map<string, PresentServer | DepartedServer>();
  readonly #counts = { stale: 0, refused: 0 };

  get counts(): ServerListCounts {
    return this.#counts;
  }

  /** A beacon or an answer was heard. */
  handleAnnouncement(now: number, hearing: Hearing): boolean {
    const { announcement, from } = hearing;
    const known = this.#entries.get(announcement.id);
    const isNewBoot = known?.announcement.bootId !== announcement.bootId;
    if (known !== undefined && !isNewBoot) {
      if (known.state === "present") return this.#update(now, known, hearing);
      this.#counts.stale += 1;
      return false;
    }
    const isOfHost = known?.state === "present" && known.host === from.host;
    const isHostFull = !isOfHost && serversPerHostMax <= this.#countFrom(from.host);
    // Who takes a known one's place needs no room.
    if (isHostFull || (known === undefined && !this.#makeRoom(now))) {
      this.#counts.refused += 1;
      return false;
    }
    const path = toPath(now, hearing);
    const paths = new Map([[pathKey(hearing), path]]);
    this.#entries.set(announcement.id, {
      state: "present",
      announcement,
      host: from.host,
      paths,
      best: path,
    });
    return true;
  }

  /** A goodbye was heard. It counts only for the boot we know, from a host we know it by. */
  handleGoodbye(now: number, hearing: Hearing): boolean {
    const { announcement, from } = hearing;
    const known = this.#entries.get(announcement.id);
    if (known?.state !== "present") return false;
    const isKnown =
      known.announcement.bootId === announcement.bootId &&
      known.announcement.port === announcement.port &&
      [...known.paths.values()].some((path) => path.address.host === from.host);
    if (!isKnown) {
      this.#counts.refused += 1;
      return false;
    }
    this.#entries.set(announcement.id, {
      state: "departed",
      announcement: known.announcement,
      departedAt: now,
    });
    return true;
  }

  /** Takes off the paths and servers that were silent for too long. */
  handleTimeout(now: number): boolean {
    let isChanged = false;
    for (const [id, entry] of this.#entries) {
      if (entry.state === "departed") {
        if (entry.departedAt + silenceMsMax <= now) this.#entries.delete(id);
        continue;
      }
      const paths = new Map(
        [...entry.paths].filter(([, path]) => now < path.heardAt + silenceMsMax),
      );
      if (paths.size === entry.paths.size) continue;
      const best = bestPath(paths, entry.best);
      if (best === undefined) this.#entries.delete(id);
      else this.#entries.set(id, { ...entry, paths, best });
      isChanged = true;
    }
    return isChanged;
  }

  /** When `handleTimeout` has something to do, or `undefined` when the list is empty. */
  pollTimeout(): number | undefined {
    let at: number | undefined;
    for (const entry of this.#entries.values()) {
      const times =
        entry.state === "departed"
          ? [entry.departedAt]
          : [...entry.paths.values()].map((path) => path.heardAt);
      at = Math.min(at ?? Number.POSITIVE_INFINITY, ...times);
    }
    return at === undefined ? undefined : at + silenceMsMax;
  }

  /** Who is there, each once, by name and then by id. */
  servers(): readonly DiscoveredServer[] {
    const servers: DiscoveredServer[] = [];
    for (const entry of this.#entries.values()) {
      if (entry.state === "present") servers.push(toServer(entry));
    }
    return servers.sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
  }

  #update(now: number, known: PresentServer, hearing: Hearing): boolean {
    const { announcement, rttMs } = hearing;
    const key = pathKey(hearing);
    const before = known.paths.get(key);
    if (before !== undefined && !isFresh(before, announcement.sequence, rttMs !== undefined)) {
      this.#counts.stale += 1;
      return false;
    }
    if (before === undefined && pathsMax <= known.paths.size) {
      this.#counts.refused += 1;
      return false;
    }
    const paths = new Map(known.paths).set(key, toPath(now, hearing, before));
    const isNewer = known.announcement.sequence <= announcement.sequence;
    const updated: PresentServer = {
      ...known,
      announcement: isNewer ? announcement : known.announcement,
      paths,
      best: bestPath(paths, known.best) ?? known.best,
    };
    this.#entries.set(announcement.id, updated);
    return !isSameToPeople(updated, known);
  }

  #countFrom(host: string): number {
    let count = 0;
    for (const entry of this.#entries.values()) {
      if (entry.state === "present" && entry.host === host) count += 1;
    }
    return count;
  }

  /** Whether there is room for another entry, which the one longest silent may have had to give. */
  #makeRoom(now: number): boolean {
    if (this.#entries.size < serversMax) return true;
    let oldestId: string | undefined;
    let oldestAt = Number.POSITIVE_INFINITY;
    for (const [id, entry] of this.#entries) {
      const lastAt = entry.state === "present" ? lastHeardAt(entry) : Number.NEGATIVE_INFINITY;
      if (oldestAt <= lastAt) continue;
      oldestAt = lastAt;
      oldestId = id;
    }
    if (oldestId === undefined || now < oldestAt + evictionMsMin) return false;
    this.#entries.delete(oldestId);
    return true;
  }
}

/** A beacon is news once; answers to different questions may carry the same sequence. */
function isFresh(path: Path, sequence: number, isAnswer: boolean): boolean {
  return isAnswer ? path.sequence <= sequence : path.sequence < sequence;
}

function toPath(now: number, hearing: Hearing, before?: Path): Path {
  const { announcement, from, via, rttMs, cookie } = hearing;
  return {
    address: { host: from.host, port: announcement.port },
    via,
    sequence: announcement.sequence,
    heardAt: now,
    rttMs: rttMs ?? before?.rttMs,
    cookie: cookie === undefined ? before?.cookie : { bytes: cookie, heardAt: now },
  };
}

function pathKey(hearing: Hearing): string {
  return `${hearing.from.host} ${hearing.via}`;
}

/** The quickest of the paths, but the present one unless the gain is worth a change. */
function bestPath(paths: ReadonlyMap<string, Path>, present: Path): Path | undefined {
  let quickest: Path | undefined;
  let same: Path | undefined;
  for (const path of paths.values()) {
    if (quickest === undefined || rttOf(path) < rttOf(quickest)) quickest = path;
    if (isSameRoute(path, present)) same = path;
  }
  if (quickest === undefined || same === undefined) return quickest;
  const isWorthwhile =
    rttOf(quickest) < rttOf(same) * (1 - rttGain) && rttOf(quickest) + rttGainMsMin <= rttOf(same);
  return isWorthwhile ? quickest : same;
}

function rttOf(path: Path): number {
  return path.rttMs ?? Number.POSITIVE_INFINITY;
}

function isSameRoute(a: Path, b: Path): boolean {
  return a.via === b.via && formatAddress(a.address) === formatAddress(b.address);
}

function isSameToPeople(a: PresentServer, b: PresentServer): boolean {
  return (
    isSameRoute(a.best, b.best) &&
    a.paths.size === b.paths.size &&
    // Finer than this nobody looks, and each answer measures a little anew.
    Math.round(rttOf(a.best)) === Math.round(rttOf(b.best)) &&
    a.announcement.name === b.announcement.name &&
    a.announcement.members === b.announcement.members &&
    a.announcement.rooms === b.announcement.rooms &&
    a.announcement.versionMin === b.announcement.versionMin &&
    a.announcement.versionMax === b.announcement.versionMax
  );
}

function lastHeardAt(entry: PresentServer): number {
  return Math.max(...[...entry.paths.values()].map((path) => path.heardAt));
}

function toServer(entry: PresentServer): DiscoveredServer {
  const { id, name, members, rooms, versionMin, versionMax } = entry.announcement;
  const { address, via, rttMs, cookie } = entry.best;
  const others = otherAddresses(entry);
  return {
    id,
    name,
    address,
    ...(0 < others.length && { otherAddresses: others }),
    members,
    rooms,
    versionMin,
    versionMax,
    via,
    ...(rttMs !== undefined && { rttMs }),
    heardAt: lastHeardAt(entry),
    ...(cookie !== undefined && { cookie }),
  };
}

function otherAddresses({ paths, best }: PresentServer): readonly Address[] {
  const addresses = [...paths.values()].map(
    ({ address }) => [formatAddress(address), address] as const,
  );
  const others = new Map(addresses);
  others.delete(formatAddress(best.address));
  return [...others.values()];
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
