import type { RecordChange, RecordTable } from "./store-port.ts";

/** Gives the record as it is in memory, or `undefined` when it is gone. */
type Encode = () => Uint8Array | undefined;

interface Marked {
  readonly table: RecordTable;
  readonly key: string;
  readonly encode: Encode;
}

/**
 * Which records in memory are ahead of the disk. They are encoded when a commit takes them, however
 * often they changed before, and stay marked until that commit is on the disk.
 */
export class RecordBook {
  readonly #marked = new Map<string, Marked>();
  #taken: readonly Marked[] = [];

  get isClean(): boolean {
    return this.#marked.size === 0;
  }

  /** The record has changed; `encode` is called when it is written. */
  mark(table: RecordTable, key: string, encode: Encode): void {
    this.#marked.set(`${table}!${key}`, { table, key, encode });
  }

  /** What is to be written with the commit that is under way. */
  take(): readonly RecordChange[] {
    this.#taken = [...this.#marked.values()];
    this.#marked.clear();
    return this.#taken.map(({ table, key, encode }) => ({ table, key, value: encode() }));
  }

  /** The commit is on the disk, or (`false`) its records must go with the next one. */
  settle(isWritten: boolean): void {
    const taken = this.#taken;
    this.#taken = [];
    if (isWritten) return;
    for (const { table, key, encode } of taken) this.mark(table, key, encode);
  }
}
