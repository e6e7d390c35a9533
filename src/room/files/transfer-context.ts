import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { ChunkMemory } from "./chunk-memory.ts";
import type { DiskPort } from "./disk-port.ts";
import type { TransferRecords } from "./transfer-records.ts";

/** What offerings and takings work with. */
export interface TransferContext {
  readonly disk: DiskPort;
  readonly memory: ChunkMemory;
  readonly clock: Clock;
  readonly random: Random;
  readonly records: TransferRecords;
  /** Something of a transfer has changed; `isNews` when it is more than progress. */
  readonly onChanged: (offer: string, isNews: boolean) => void;
  /** An exchange has something to do. */
  readonly onWork: (offer: string) => void;
}
