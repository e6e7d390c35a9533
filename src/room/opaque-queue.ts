import { opaqueRunsMax, opaqueWaitingMax } from "./limits.ts";
import type { OpaqueResult, OpaqueTask } from "./opaque-port.ts";

/** A step that was given out, to be answered under its number. */
export interface OpaqueRun {
  readonly run: number;
  readonly task: OpaqueTask;
}

interface PendingTask {
  readonly task: OpaqueTask;
  readonly onDone: (now: number, result: OpaqueResult) => void;
}

/**
 * Steps of OPAQUE, a few at a time: a crowd that logs in takes longer, and who chats does not notice.
 */
export class OpaqueQueue {
  readonly #waiting: PendingTask[] = [];
  readonly #running = new Map<number, PendingTask>();
  #runCount = 0;

  /** Queues a step; `false` when too many wait. */
  push(task: OpaqueTask, onDone: PendingTask["onDone"]): boolean {
    if (opaqueWaitingMax <= this.#waiting.length) return false;
    this.#waiting.push({ task, onDone });
    return true;
  }

  /** What is to be computed now; at most `opaqueRunsMax` are not answered. */
  start(): readonly OpaqueRun[] {
    const started: OpaqueRun[] = [];
    while (this.#running.size < opaqueRunsMax) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#runCount += 1;
      this.#running.set(this.#runCount, next);
      started.push({ run: this.#runCount, task: next.task });
    }
    return started;
  }

  /** The answer to a step. */
  finish(now: number, run: number, result: OpaqueResult): void {
    const pending = this.#running.get(run);
    this.#running.delete(run);
    pending?.onDone(now, result);
  }
}
