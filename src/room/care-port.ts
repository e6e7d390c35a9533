import type { ErrorCode } from "../base/errors.ts";

/** What is done to the store besides what the chat needs. */
export type CareTask = "backup" | "measure";

export type CareResult =
  | { readonly type: "measured"; readonly bytes: number }
  | { readonly type: "backed-up"; readonly directory: string; readonly entryCount: number }
  | { readonly type: "failed"; readonly code: ErrorCode; readonly message: string };

/** Cares for the store of a server, one task at a time. */
export interface CarePort {
  run(task: CareTask, onDone: (result: CareResult) => void): void;
}
