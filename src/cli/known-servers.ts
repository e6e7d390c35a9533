import { open, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseAddress } from "../base/address.ts";
import type { Clock } from "../base/clock.ts";
import { EarshotError, systemErrorCode, toEarshotError } from "../base/errors.ts";
import { replacePrivateFile } from "../base/private-file.ts";
import type { Random } from "../base/random.ts";
import type { ServerHint } from "../discovery/server-hint.ts";
import type { ServerLabel, Trust } from "../tui/trust.ts";
import { Pins, type Visit } from "./pins.ts";

/** 1,000 servers of 16 labels of 259 UTF-16 units, 3 bytes each, are 12.5 MB; more is another file. */
export const knownServersBytesMax: number = 16 * 1_024 * 1_024;

/** Servers that are asked where they were met last; who has met more finds the others as a stranger does. */
export const placesMax = 32;

/** How long to wait for another program that writes the file, which takes milliseconds. */
export const lockWaitMs = 6_000;

/** A lock this old was left behind by a program that was killed while it wrote. */
export const lockStaleMs = 3_000;

const lockPollMsMax = 20;

export interface KnownServersOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** The keys of the servers that were visited, in `known-servers.json`; several programs may use it. */
export class KnownServers {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #path: string;
  #pins = new Pins();

  private constructor({ directory, clock, random }: KnownServersOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#path = join(directory, "known-servers.json");
  }

  /**
   * Reads the file; without one, nobody is known. A file that is damaged is never taken for an empty
   * one: an impostor would be a new server then.
   *
   * @throws {EarshotError} DAMAGED, open for others to write, or unreadable `known-servers-unusable`.
   */
  static async open(options: KnownServersOptions): Promise<KnownServers> {
    const known = new KnownServers(options);
    await known.read();
    return known;
  }

  /**
   * Reads the file again, for other programs write it too.
   *
   * @throws {EarshotError} DAMAGED, open for others to write, or unreadable `known-servers-unusable`.
   */
  async read(): Promise<void> {
    try {
      this.#pins = await this.#readPins();
    } catch (error) {
      throw toEarshotError(error, "known-servers-unusable", `${this.#path} cannot be read`);
    }
  }

  /** The key that is known under this label. */
  keyOf(label: ServerLabel): string | undefined {
    return this.#pins.keyOf(label);
  }

  /** What is to be thought of a key under that label. */
  judge(label: ServerLabel, key: string): Trust {
    return this.#pins.judge(label, key);
  }

  /** Where the servers were that were visited last. */
  hints(): readonly ServerHint[] {
    return this.#pins
      .places()
      .slice(0, placesMax)
      .flatMap(({ key, address: text }) => {
        const address = parseAddress(text);
        return address === undefined ? [] : [{ key, address }];
      });
  }

  /**
   * Keeps the key under the label, instead of another one that was known under it.
   *
   * @throws {EarshotError} WHEN the file cannot be written, or is damaged `known-servers-unusable`.
   */
  async remember(visited: Omit<Visit, "at">): Promise<void> {
    const visit = { ...visited, at: this.#clock.wallNow() };
    await this.read();
    if (this.#pins.isNoted(visit)) return;
    try {
      await this.#locked(async () => {
        this.#pins = await this.#readPins();
        // Another program of this user may have met the same server while this one waited.
        if (this.#pins.isNoted(visit)) return;
        const pins = this.#pins.withVisit(visit);
        await replacePrivateFile(this.#path, pins.format());
        this.#pins = pins;
      });
    } catch (error) {
      const message = `${this.#path} cannot be written, so that no server can be known again: make it writable, or give another directory with --data`;
      throw toEarshotError(error, "known-servers-unusable", message);
    }
  }

  async #readPins(): Promise<Pins> {
    const path = this.#path;
    const found = await stat(path).catch((error: unknown) => {
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw error;
    });
    if (found === undefined) return new Pins();
    // As ssh does it. Windows keeps the user's directory private by other means.
    if (process.platform !== "win32" && (found.mode & 0o022) !== 0) {
      const message = `${path} can be written by others, who may have changed it: chmod 600 if you trust them`;
      throw new EarshotError("known-servers-unusable", message);
    }
    const isWhole = found.isFile() && found.size <= knownServersBytesMax;
    const pins = isWhole ? Pins.parse(await readFile(path, "utf8")) : undefined;
    if (pins !== undefined) return pins;
    const message = `${path} is damaged: restore it, or remove it to compare every server's words again`;
    throw new EarshotError("known-servers-unusable", message);
  }

  /** One program at a time, so that none overwrites what another has added. */
  async #locked(write: () => Promise<void>): Promise<void> {
    const lock = `${this.#path}.lock`;
    await this.#acquire(lock);
    try {
      await write();
    } finally {
      await rm(lock, { force: true });
    }
  }

  async #acquire(lock: string): Promise<void> {
    const deadline = this.#clock.now() + lockWaitMs;
    while (!(await isCreated(lock))) {
      if (deadline <= this.#clock.now()) {
        const message = `${lock} is held by another program: remove it if none is running`;
        throw new EarshotError("known-servers-unusable", message);
      }
      await this.#breakStale(lock);
      await this.#sleep(this.#random.unit() * lockPollMsMax);
    }
  }

  /** At worst two programs break it at the same moment, and one server is new once more. */
  async #breakStale(lock: string): Promise<void> {
    const found = await stat(lock).catch(() => undefined);
    if (found === undefined || this.#clock.wallNow() < found.mtimeMs + lockStaleMs) return;
    await rm(lock, { force: true });
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(this.#clock.now() + ms, resolve);
    });
  }
}

/** Whether the file was not there and is now. */
async function isCreated(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600);
    await file.close();
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    // Windows says EPERM while one that was removed is still open somewhere.
    const isThere = code === "EEXIST" || (process.platform === "win32" && code === "EPERM");
    if (isThere) return false;
    throw error;
  }
}
