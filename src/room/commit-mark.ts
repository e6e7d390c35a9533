import assert from "node:assert/strict";
import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "../base/checksum.ts";
import { systemErrorCode } from "../base/errors.ts";

/** A slot is the number of a commit in 6 bytes and their CRC-32. */
const slotBytes = 10;

/** Each slot lies in a sector of its own, so that a torn write leaves the other one whole. */
const slotOffsets = [0, 512] as const;

const numberBytes = 6;

/**
 * The number of the newest commit, in a file of its own beside the database: LevelDB opens without a
 * word when the newest writes are gone, and this says that they were there. It is synced before a
 * commit is acknowledged, which costs 0.3 ms where the commit itself costs 0.3 ms.
 */
export class CommitMark {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Opens the file, or makes an empty one. */
  static async open(path: string): Promise<CommitMark> {
    try {
      return new CommitMark(await open(path, "r+", 0o600));
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT") throw error;
      return new CommitMark(await open(path, "wx+", 0o600));
    }
  }

  /** The newest number that was written, or `undefined` when there is none that is whole. */
  async read(): Promise<number | undefined> {
    const slots = await Promise.all(slotOffsets.map((offset) => this.#readSlot(offset)));
    const numbers = slots.filter((number) => number !== undefined);
    return numbers.length === 0 ? undefined : Math.max(...numbers);
  }

  /** Writes the number of a commit that is on disk; the older one of the two slots is lost by it. */
  async write(commit: number): Promise<void> {
    assert(0 < commit && commit < 2 ** (8 * numberBytes));
    const slot = Buffer.alloc(slotBytes);
    slot.writeUIntBE(commit, 0, numberBytes);
    slot.writeUInt32BE(crc32(slot.subarray(0, numberBytes)), numberBytes);
    const { bytesWritten } = await this.#file.write(slot, 0, slotBytes, slotOffsets[commit % 2]);
    assert(bytesWritten === slotBytes);
    await this.#file.datasync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #readSlot(offset: number): Promise<number | undefined> {
    const slot = Buffer.alloc(slotBytes);
    const { bytesRead } = await this.#file.read(slot, 0, slotBytes, offset);
    if (bytesRead < slotBytes) return undefined;
    const isWhole = slot.readUInt32BE(numberBytes) === crc32(slot.subarray(0, numberBytes));
    return isWhole ? slot.readUIntBE(0, numberBytes) : undefined;
  }
}
