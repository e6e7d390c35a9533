import { Worker } from "node:worker_threads";
import { EarshotError } from "../../base/errors.ts";
import type { DiskPort, DiskProgress, DiskReply, DiskRequest, DiskResults } from "./disk-port.ts";
import { FileDisk } from "./file-disk.ts";

interface Pending {
  readonly offer: string | undefined;
  readonly resolve: (result: DiskResults[keyof DiskResults]) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: DiskProgress) => void) | undefined;
}

/** Where requests go. */
type Post = (job: number, request: DiskRequest) => void;

/** The questions that are under way, and who waits for their answers. */
class DiskJobs {
  readonly #post: Post;
  readonly #pending = new Map<number, Pending>();
  #last = 0;

  constructor(post: Post) {
    this.#post = post;
  }

  ask<T extends DiskRequest["type"]>(
    request: Extract<DiskRequest, { readonly type: T }>,
    onProgress?: (progress: DiskProgress) => void,
  ): Promise<DiskResults[T]> {
    const asked: DiskRequest = request;
    if (asked.type === "close" || asked.type === "discard") this.#forget(asked.offer);
    this.#last += 1;
    const job = this.#last;
    return new Promise<DiskResults[T]>((resolve, reject) => {
      this.#pending.set(job, {
        offer: asked.type === "list" ? undefined : asked.offer,
        resolve: resolve as Pending["resolve"],
        reject,
        onProgress,
      });
      this.#post(job, asked);
    });
  }

  handle(reply: DiskReply): void {
    const pending = this.#pending.get(reply.job);
    if (pending === undefined) return;
    switch (reply.type) {
      case "progress":
        pending.onProgress?.(reply.progress);
        return;
      case "done":
        this.#pending.delete(reply.job);
        pending.resolve(reply.result);
        return;
      case "failed":
        this.#pending.delete(reply.job);
        pending.reject(new EarshotError(reply.code, reply.message));
        return;
    }
  }

  /** What is under way for an offer that is closed is not answered. */
  #forget(offer: string): void {
    for (const [job, pending] of this.#pending) {
      if (pending.offer === offer) this.#pending.delete(job);
    }
  }

  /** Nothing will be answered any more. */
  fail(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/**
 * The disk in a thread of its own, which is begun with the first request: hashing a gigabyte takes the
 * better part of a second, in which nobody could type. `onFailure` is told when it ends by itself.
 */
export function startDisk(onFailure: (error: Error) => void): DiskPort {
  let worker: Worker | undefined;
  const jobs = new DiskJobs((job, request) => {
    worker ??= begin();
    worker.postMessage({ job, request });
  });
  const begin = () => {
    const begun = new Worker(new URL("./file-disk-worker.js", import.meta.url));
    begun.on("message", (reply: DiskReply) => jobs.handle(reply));
    begun.on("error", (error) => {
      // The next request begins another one.
      worker = undefined;
      jobs.fail(error);
      onFailure(error);
    });
    // Who wants to end the program need not wait for it.
    begun.unref();
    return begun;
  };
  return {
    ask: (request, onProgress) => jobs.ask(request, onProgress),
    async stop() {
      await worker?.terminate();
    },
  };
}

/** The disk in this thread, for tests: each piece of work has its turn of the event loop. */
export function diskInThread(): DiskPort {
  const disk = new FileDisk({
    reply: (reply) => setImmediate(() => jobs.handle(reply)),
    now: () => performance.now(),
  });
  let isStepping = false;
  const step = () => {
    isStepping = disk.step();
    if (isStepping) setImmediate(step);
  };
  const jobs = new DiskJobs((job, request) => {
    setImmediate(() => {
      disk.handle(job, request);
      if (!isStepping) step();
    });
  });
  return {
    ask: (request, onProgress) => jobs.ask(request, onProgress),
    stop: async () => disk.close(),
  };
}
