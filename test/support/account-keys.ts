import type { OwnAccount } from "../../src/room/account-client.ts";
import type { AccountKey } from "../../src/room/account-key.ts";
import type { AccountKeyStore } from "../../src/room/client-accounts.ts";

/** Keys of accounts, kept as long as the test. */
export class MemoryAccountKeys implements AccountKeyStore {
  readonly #keys = new Map<string, AccountKey>();

  async save(serverId: string, { person, key }: OwnAccount): Promise<void> {
    this.#keys.set(`${serverId} ${person}`, key);
  }

  async load(serverId: string, person: string): Promise<AccountKey | undefined> {
    return this.#keys.get(`${serverId} ${person}`);
  }
}
