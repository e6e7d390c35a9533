import { type Database, type DatabaseChange, openLevelDatabase } from "./database.ts";

/** What is written at a time: some batches a second, and little memory. */
const batchBytes = 2 ** 20;

/** A database that is written from one end to the other, in synced batches. */
export class DatabaseCopy {
  readonly #database: Database;
  #changes: DatabaseChange[] = [];
  #bytes = 0;
  #recordCount = 0;

  /** Begins a database where there is none. */
  static async begin(path: string): Promise<DatabaseCopy> {
    return new DatabaseCopy(await openLevelDatabase(path, { isNew: true }));
  }

  private constructor(database: Database) {
    this.#database = database;
  }

  /** Records that were added. */
  get recordCount(): number {
    return this.#recordCount;
  }

  async add(key: string, value: Uint8Array): Promise<void> {
    this.#changes.push({ type: "put", key, value });
    this.#recordCount += 1;
    this.#bytes += key.length + value.length;
    if (batchBytes <= this.#bytes) await this.#flush();
  }

  /** Writes what is left and closes the database. */
  async close(): Promise<void> {
    try {
      await this.#flush();
    } finally {
      await this.#database.close();
    }
  }

  async #flush(): Promise<void> {
    if (this.#changes.length === 0) return;
    await this.#database.write(this.#changes);
    this.#changes = [];
    this.#bytes = 0;
  }
}
