import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { systemErrorCode, toEarshotError } from "../../base/errors.ts";
import { replacePrivateFile } from "../../base/private-file.ts";
import {
  checkOf,
  flag,
  id,
  name,
  range,
  rawText,
  sequence,
  tagged,
  variant,
  word,
} from "../schema.ts";
import { type Contents, decodeContents } from "./contents.ts";
import type { OfferSummary, TakenOffer } from "./file-port.ts";
import { entriesMax, offerBytesMax } from "./limits.ts";

/** What we offer, and where it is. */
export interface OfferRecord extends OfferSummary {
  readonly type: "offer";
  readonly path: string;
}

/** What we take, and where it goes; `isPaused` by its owner. */
export interface TakeRecord extends Omit<TakenOffer, "key"> {
  readonly type: "take";
  /** The device key of who offers it, in base64url. */
  readonly key: string;
  readonly directory: string;
  readonly isPaused: boolean;
}

export type TransferRecord = OfferRecord | TakeRecord;

const summary = {
  id,
  name,
  kind: word(["file", "folder"] as const),
  fileCount: range(0, entriesMax),
  bytes: range(0, offerBytesMax),
};

const check = checkOf<TransferRecord>(
  variant<TransferRecord>({
    offer: tagged<OfferRecord>("offer", { ...summary, path: rawText }),
    take: tagged<TakeRecord>("take", {
      ...summary,
      room: name,
      sequence,
      key: rawText,
      directory: rawText,
      isPaused: flag,
    }),
  }),
);

/**
 * What is unfinished, in files for their owner only: for each transfer what it is, `ID.json`, and beside
 * it the list of its contents, `ID.contents`, so that nothing is hashed or asked for twice.
 */
export class TransferRecords {
  readonly #directory: string;
  /** Writing and removing one after the other, so that the last of them is what stays. */
  #work: Promise<void> = Promise.resolve();

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * The records of a directory, which is made. Those that are damaged are left out: what they were of
   * can be taken again. Offers that were made before `since`, by the wall clock, are removed.
   * @throws {EarshotError} WHEN it cannot be used `file-unusable`.
   */
  static async open(
    directory: string,
    since = 0,
  ): Promise<{ readonly records: TransferRecords; readonly found: readonly TransferRecord[] }> {
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const names = (await readdir(directory)).filter((file) => file.endsWith(".json"));
      const records = new TransferRecords(directory);
      const found: TransferRecord[] = [];
      for (const file of names) {
        const path = join(directory, file);
        const record = readRecord(await readFile(path, "utf8"));
        if (record === undefined || `${record.id}.json` !== file) continue;
        const isOver = record.type === "offer" && (await stat(path)).mtimeMs < since;
        if (isOver) await records.remove(record.id);
        else found.push(record);
      }
      return { records, found };
    } catch (error) {
      throw toEarshotError(error, "file-unusable", `transfers cannot be kept in ${directory}`);
    }
  }

  /** Rejects when it cannot be written; it is lost in a restart then. */
  keep(record: TransferRecord): Promise<void> {
    const content = `${JSON.stringify(record)}\n`;
    return this.#then(() => replacePrivateFile(this.#path(record.id, "json"), content));
  }

  keepContents(offer: string, { encoded }: Contents): Promise<void> {
    return this.#then(() => replacePrivateFile(this.#path(offer, "contents"), encoded));
  }

  /** What was kept, or `undefined`. */
  async contents(offer: string): Promise<Contents | undefined> {
    try {
      return decodeContents(new Uint8Array(await readFile(this.#path(offer, "contents"))));
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error;
      return undefined;
    }
  }

  remove(offer: string): Promise<void> {
    return this.#then(async () => {
      await rm(this.#path(offer, "json"), { force: true });
      await rm(this.#path(offer, "contents"), { force: true });
    });
  }

  /** All that was begun is done. */
  settled(): Promise<void> {
    return this.#work;
  }

  #then(action: () => Promise<void>): Promise<void> {
    const done = this.#work.then(action);
    this.#work = done.catch(() => undefined);
    return done;
  }

  #path(offer: string, ending: string): string {
    return join(this.#directory, `${offer}.${ending}`);
  }
}

function readRecord(text: string): TransferRecord | undefined {
  try {
    return check(JSON.parse(text));
  } catch {
    return undefined;
  }
}
