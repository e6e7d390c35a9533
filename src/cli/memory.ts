import { join } from "node:path";
import { EarshotError } from "../base/errors.ts";
import type { ClientMemoryOptions } from "../room/client.ts";
import type { ClientEvent } from "../room/client-port.ts";
import { ClientStore, type RememberedServer } from "../room/memory/client-store.ts";
import { openClientDirectory } from "./data-dir.ts";

/** Missed entries of a room that a person or a bot is told on coming back: ten pages. */
export const missedMax = 2_000;

/** The same in line mode, where the last 20 lines are printed anyway. */
export const missedLinesMax = 20;

/** What the clients of this user keep on this computer, as far as this process may. */
export class UserMemory {
  readonly #store: ClientStore | undefined;
  /** What people should know of it, until it was told. */
  readonly #notices: string[];

  private constructor(store: ClientStore | undefined, notices: readonly string[]) {
    this.#store = store;
    this.#notices = [...notices];
  }

  /** Keeps nothing. */
  static none(): UserMemory {
    return new UserMemory(undefined, []);
  }

  /**
   * Opens what is kept. Where that cannot be, because another process has it or the disk does not let
   * it, nothing is kept, and the notices say so. `data` as in `openClientDirectory`.
   *
   * @throws {EarshotError} DIRECTORY `data-directory-unusable`.
   */
  static async open(data: string | undefined): Promise<UserMemory> {
    const directory = memoryDirectory(await openClientDirectory(data));
    try {
      const store = await ClientStore.open({ directory });
      return new UserMemory(store, store.damage);
    } catch (error) {
      if (!(error instanceof EarshotError)) throw error;
      const reason =
        error.code === "data-directory-in-use"
          ? "another earshot of yours keeps the history; this one keeps nothing"
          : `nothing is kept on this computer: ${error.message}`;
      return new UserMemory(undefined, [reason]);
    }
  }

  /** The servers that were visited, the last one first. */
  get servers(): readonly RememberedServer[] {
    return this.#store?.servers ?? [];
  }

  /** Whether something is kept of the server with that key. */
  has(key: string): boolean {
    return this.servers.some(({ id }) => id === key);
  }

  /** For a client of the server with this key (base64url), as far as it is known before it is met. */
  async forClient(
    expectedKey: string | undefined,
    missed: number,
  ): Promise<ClientMemoryOptions | undefined> {
    const store = this.#store;
    if (store === undefined) return undefined;
    const open = async (serverId: string) => ({
      serverId,
      recollection: await store.recall(serverId),
      port: store.port(serverId),
    });
    const expected = expectedKey === undefined ? undefined : await open(expectedKey);
    return { expected, open, missedMax: missed };
  }

  /** Takes the events of a client: once it is in a room, it tells the notices too, once. */
  withNotices(onEvent: (event: ClientEvent) => void): (event: ClientEvent) => void {
    return (event) => {
      onEvent(event);
      if (event.type !== "entered") return;
      for (const message of this.#notices.splice(0)) onEvent({ type: "memory", message });
    };
  }

  async close(): Promise<void> {
    await this.#store?.close();
  }
}

/** Where the memory of the clients is in their directory. */
export function memoryDirectory(clientDirectory: string): string {
  return join(clientDirectory, "memory");
}
