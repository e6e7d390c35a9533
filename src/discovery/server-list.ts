import assert from "node:assert/strict";
import { type Address, formatAddress } from "../base/address.ts";
import type { Announcement } from "./announcement.ts";
import { type DiscoveredServer, freshCookie } from "./discovered-server.ts";
import { orderPaths, type PathAnswer, probeMs, ServerPath } from "./server-path.ts";

/** Servers in the list, besides remembered ones; with their paths below 1 MiB. */
export const serversMax = 512;

/** Ways to one server: several adapters on either side. */
export const pathsMax = 8;

/** Servers that one host may bring in: a busy machine runs a handful, a liar thousands. */
export const serversPerHostMax = 32;

/** With more servers than this each is asked less often: 64 questions of 400 bytes are 26 kB/s. */
export const probesPerSecondMax = 64;

/** A server has answered a probe. */
export interface Verification extends PathAnswer {
  readonly announcement: Announcement;
  /** Where it was asked, and answered from. */
  readonly address: Address;
}

/** What became of an announcement that was heard. */
export type Recognition = "new" | "news" | "known";

interface Entry {
  announcement: Announcement;
  /** Its name as names are compared: to make it costs more than all else of listing a server. */
  nameKey: string;
  paths: readonly ServerPath[];
}

/** What a server is asked, and where. */
export interface DueProbe {
  readonly id: string;
  readonly address: Address;
  /** What it gave with its last answer there, while that is of use. */
  readonly cookie?: Uint8Array;
}

/**
 * The servers that have answered where they were asked. Whoever answered is not proved to be who he
 * says; the transport's handshake does that. Nobody takes one off but itself, by its silence or when it is asked. A method that returns
 * `boolean` says whether `servers()` now tells something new besides times.
 */
export class ServerList {
  readonly #entries = new Map<string, Entry>();
  readonly #byAddress = new Map<string, string>();
  readonly #isRemembered: (id: string) => boolean;
  #refusedCount = 0;

  /** A remembered server has its place also when the list is full. */
  constructor(isRemembered: (id: string) => boolean = () => false) {
    this.#isRemembered = isRemembered;
  }

  /** Answers above a limit. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Whether a server is listed that answers there. */
  hasAddress(address: Address): boolean {
    return this.#byAddress.has(formatAddress(address));
  }

  /** Something was heard that says it is a server at that address. */
  recognize(announcement: Announcement, address: Address): Recognition {
    if (this.#byAddress.get(formatAddress(address)) !== announcement.id) return "new";
    const known = this.#entries.get(announcement.id)?.announcement;
    if (known?.bootId !== announcement.bootId) return "news";
    return known.sequence < announcement.sequence ? "news" : "known";
  }

  /** A server has answered. */
  handleAnswer(now: number, verification: Verification): boolean {
    const { announcement, address } = verification;
    const { id } = announcement;
    const key = formatAddress(address);
    const entry = this.#entries.get(id);
    const path = entry?.paths.find((known) => formatAddress(known.address) === key);
    if (path === undefined && !this.#hasRoom(id, address)) {
      this.#refusedCount += 1;
      return false;
    }
    // Another server is there now.
    const formerId = this.#byAddress.get(key);
    if (formerId !== undefined && formerId !== id) this.#removePath(formerId, key);
    this.#byAddress.set(key, id);
    if (entry === undefined) {
      const paths = [new ServerPath(now, address, verification)];
      this.#entries.set(id, { announcement, nameKey: nameKey(announcement.name), paths });
      return true;
    }
    const before = toServer(entry);
    path?.handleAnswer(now, verification);
    const added = path === undefined ? [new ServerPath(now, address, verification)] : [];
    entry.paths = orderPaths(now, [...entry.paths, ...added], entry.paths[0]);
    if (isNewer(announcement, entry.announcement)) {
      entry.announcement = announcement;
      entry.nameKey = nameKey(announcement.name);
    }
    return !isSameToPeople(before, toServer(entry));
  }

  /** What is at the address may have changed, and is asked at once. */
  handleDoubt(now: number, address: Address): void {
    const key = formatAddress(address);
    const entry = this.#entries.get(this.#byAddress.get(key) ?? "");
    entry?.paths.find((path) => formatAddress(path.address) === key)?.handleDoubt(now);
  }

  /** All paths may be gone: the machine slept, or is elsewhere. */
  handleWake(now: number): void {
    for (const { paths } of this.#entries.values()) for (const path of paths) path.handleDoubt(now);
  }

  /** What answers at the address has said goodbye when it was asked. */
  handleGone(address: Address): boolean {
    const key = formatAddress(address);
    const id = this.#byAddress.get(key);
    if (id !== undefined) this.#removePath(id, key);
    return id !== undefined;
  }

  /** A goodbye was heard of this id. Whoever says so, the server is asked whether it is true. */
  handleGoodbye(now: number, id: string): void {
    for (const path of this.#entries.get(id)?.paths ?? []) path.handleGoodbye(now);
  }

  /** Takes off the paths and servers that do not answer any more, and prefers others to the slow. */
  handleTimeout(now: number): boolean {
    let isChanged = false;
    for (const [id, entry] of this.#entries) {
      if (entry.paths.every((path) => now < path.pollTimeout())) continue;
      const before = toServer(entry);
      for (const path of entry.paths) {
        if (path.isDead(now)) this.#removePath(id, formatAddress(path.address));
      }
      if (!this.#entries.has(id)) {
        isChanged = true;
        continue;
      }
      const [present] = entry.paths;
      if (present?.isSuspect(now)) for (const path of entry.paths) path.handleDoubt(now);
      entry.paths = orderPaths(now, entry.paths, present);
      isChanged ||= !isSameToPeople(before, toServer(entry));
    }
    return isChanged;
  }

  /** What is to be asked now; counts as asked. */
  pollProbes(now: number): readonly DueProbe[] {
    const intervalMs = Math.max(probeMs, (1000 * this.#entries.size) / probesPerSecondMax);
    const due: DueProbe[] = [];
    for (const [id, { paths }] of this.#entries) {
      paths[0]?.handleUse(intervalMs);
      for (const path of paths) {
        if (!path.poll(now)) continue;
        const cookie = freshCookie(now, path);
        due.push({ id, address: path.address, ...(cookie && { cookie }) });
      }
    }
    return due;
  }

  /** When `handleTimeout` and `pollProbes` have something to do, or `undefined` when the list is empty. */
  pollTimeout(): number | undefined {
    let at: number | undefined;
    for (const { paths } of this.#entries.values()) {
      for (const path of paths) at = Math.min(at ?? Number.POSITIVE_INFINITY, path.pollTimeout());
    }
    return at;
  }

  /** Who is there, each once, by name and then by id. */
  servers(): readonly DiscoveredServer[] {
    const entries = [...this.#entries.values()];
    const nameCounts = new Map<string, number>();
    for (const { nameKey } of entries) nameCounts.set(nameKey, (nameCounts.get(nameKey) ?? 0) + 1);
    return entries
      .map((entry) => {
        const isNameShared = nameCounts.get(entry.nameKey) !== 1;
        return { ...toServer(entry), ...(isNameShared && { isNameShared }) };
      })
      .sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
  }

  /** Whether there is a place for another path of this server. */
  #hasRoom(id: string, { host }: Address): boolean {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry.paths.length < pathsMax;
    if (this.#isRemembered(id)) return true;
    let count = 0;
    let hostCount = 0;
    for (const [otherId, { paths }] of this.#entries) {
      if (!this.#isRemembered(otherId)) count += 1;
      if (paths.some(({ address }) => address.host === host)) hostCount += 1;
    }
    return count < serversMax && hostCount < serversPerHostMax;
  }

  #removePath(id: string, key: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#byAddress.delete(key);
    entry.paths = entry.paths.filter((path) => formatAddress(path.address) !== key);
    if (entry.paths.length === 0) this.#entries.delete(id);
  }
}

/** Of one boot the later counts; of two boots the one that answered last. */
function isNewer(announcement: Announcement, known: Announcement): boolean {
  return announcement.bootId !== known.bootId || known.sequence <= announcement.sequence;
}

function isSameToPeople(a: DiscoveredServer, b: DiscoveredServer): boolean {
  return (
    formatAddress(a.address) === formatAddress(b.address) &&
    a.via === b.via &&
    a.otherAddresses?.length === b.otherAddresses?.length &&
    // Finer than this nobody looks, and each answer measures a little anew.
    Math.round(a.rttMs ?? 0) === Math.round(b.rttMs ?? 0) &&
    a.name === b.name &&
    a.members === b.members &&
    a.rooms === b.rooms &&
    a.versionMin === b.versionMin &&
    a.versionMax === b.versionMax
  );
}

function toServer({ announcement, paths }: Entry): DiscoveredServer {
  const { id, name, members, rooms, versionMin, versionMax } = announcement;
  const [best, ...others] = paths;
  assert(best !== undefined, "a server in the list has a path");
  const { address, via, rttMs, cookie } = best;
  return {
    id,
    name,
    address,
    ...(0 < others.length && { otherAddresses: others.map((path) => path.address) }),
    members,
    rooms,
    versionMin,
    versionMax,
    via,
    rttMs,
    heardAt: Math.max(...paths.map(({ answeredAt }) => answeredAt)),
    ...(cookie !== undefined && { cookie }),
  };
}

/** Names are compared whatever the case and width, as people read them. */
function nameKey(name: string): string {
  return name.normalize("NFKC").toLowerCase().normalize("NFKC");
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
