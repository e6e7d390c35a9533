import type { ErrorCode } from "../../base/errors.ts";
import type { ListedEntry, Listing } from "./file-listing.ts";
import type { CheckedChunk } from "./target-files.ts";

/** What is received and where, with the contents as they are sent. */
export interface TargetRequest {
  readonly directory: string;
  readonly offer: string;
  readonly kind: "file" | "folder";
  readonly name: string;
  readonly encoded: Uint8Array;
}

/** What the disk can be asked to do, all of it about one offer by its id but for listing. */
export type DiskRequest =
  /** What is under a path. */
  | { readonly type: "list"; readonly path: string }
  /** Files of ours are offered, whose contents are known. */
  | {
      readonly type: "open-source";
      readonly offer: string;
      readonly entries: readonly ListedEntry[];
    }
  /** The same, and gives the contents, encoded. Tells the bytes done. */
  | { readonly type: "hash"; readonly offer: string; readonly entries: readonly ListedEntry[] }
  /** Tells of each chunk whether it is here. */
  | ({ readonly type: "open-target" } & TargetRequest)
  /** Puts the bytes of a chunk into shared memory of that length. */
  | {
      readonly type: "read";
      readonly offer: string;
      readonly chunk: number;
      readonly into: Uint8Array;
    }
  /** Compares a chunk with its hash and writes it: whether it was right. */
  | {
      readonly type: "store";
      readonly offer: string;
      readonly chunk: number;
      readonly bytes: Uint8Array;
    }
  /** Fails unless so many bytes are free. */
  | { readonly type: "check-space"; readonly offer: string; readonly bytes: number }
  /** Gives the path of what was received, or nothing when a file's hash is wrong. Tells the bytes done. */
  | { readonly type: "finish"; readonly offer: string }
  /** Nothing more of the offer; what is under way for it is not answered. */
  | { readonly type: "close"; readonly offer: string }
  /** The same, and removes what was received. */
  | { readonly type: "discard"; readonly offer: string };

/** What comes of each request. */
export interface DiskResults {
  readonly list: Listing;
  readonly "open-source": true;
  readonly hash: Uint8Array;
  readonly "open-target": true;
  readonly read: true;
  readonly store: boolean;
  readonly "check-space": true;
  readonly finish: string | undefined;
  readonly close: true;
  readonly discard: true;
}

/** How far a request is: bytes done, or chunks that were looked at. */
export type DiskProgress = number | readonly CheckedChunk[];

export type DiskReply =
  | { readonly type: "progress"; readonly job: number; readonly progress: DiskProgress }
  | { readonly type: "done"; readonly job: number; readonly result: DiskResults[keyof DiskResults] }
  | {
      readonly type: "failed";
      readonly job: number;
      readonly code: ErrorCode;
      readonly message: string;
    };

/** The disk, wherever it works. Jobs of one offer are begun in order. */
export interface DiskPort {
  /**
   * Rejects with an `EarshotError`: `file-unusable`, `file-changed`, `disk-full` or `limit-reached`.
   * Memory of chunks is in use until then.
   */
  ask<T extends DiskRequest["type"]>(
    request: Extract<DiskRequest, { readonly type: T }>,
    onProgress?: (progress: DiskProgress) => void,
  ): Promise<DiskResults[T]>;
  stop(): Promise<void>;
}
