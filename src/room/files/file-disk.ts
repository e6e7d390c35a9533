import assert from "node:assert/strict";
import { EarshotError } from "../../base/errors.ts";
import { decodeContents } from "./contents.ts";
import type {
  DiskProgress,
  DiskReply,
  DiskRequest,
  DiskResults,
  TargetRequest,
} from "./disk-port.ts";
import { listPath } from "./file-listing.ts";
import { SourceFiles } from "./source-files.ts";
import { type CheckedChunk, TargetFiles } from "./target-files.ts";

/** Work that takes longer has turns of this length, so that chunks are not kept waiting, milliseconds. */
const turnMs = 5;

type Result = DiskResults[keyof DiskResults];

/** Work that yields how far it is. */
type Work = Generator<number | CheckedChunk, Result>;

type Told = number | CheckedChunk[];

interface Job {
  readonly job: number;
  readonly offer: string;
  readonly work: Work;
}

/**
 * All that is done on the disk for files, one thing after the other and without waiting for anything: it
 * is meant for a thread of its own, where hashing stops nobody. What takes long is done in turns.
 */
export class FileDisk {
  readonly #reply: (reply: DiskReply) => void;
  readonly #now: () => number;
  readonly #sources = new Map<string, SourceFiles>();
  readonly #targets = new Map<string, TargetFiles>();
  #jobs: Job[] = [];

  constructor(options: {
    readonly reply: (reply: DiskReply) => void;
    readonly now: () => number;
  }) {
    this.#reply = options.reply;
    this.#now = options.now;
  }

  /** Does what is asked for, or begins to. */
  handle(job: number, request: DiskRequest): void {
    this.#answering(job, () => {
      const result = this.#start(request);
      if (typeof result === "object" && "next" in result) {
        this.#jobs.push({ job, offer: offerOf(request), work: result });
      } else {
        this.#done(job, result);
      }
    });
  }

  /** Has long work go on for a turn: whether there is more of it. */
  step(): boolean {
    const current = this.#jobs.shift();
    if (current === undefined) return false;
    this.#answering(current.job, () => {
      if (this.#advance(current)) this.#jobs.push(current);
    });
    return 0 < this.#jobs.length;
  }

  close(): void {
    for (const files of [...this.#sources.values(), ...this.#targets.values()]) files.close();
  }

  #start(request: DiskRequest): Result | Work {
    switch (request.type) {
      case "list":
        return listPath(request.path);
      case "open-source":
        this.#openSource(request.offer, new SourceFiles(request.entries));
        return true;
      case "hash":
        return hashed(this.#openSource(request.offer, new SourceFiles(request.entries)));
      case "open-target":
        return checked(this.#openTarget(request));
      case "read": {
        const files = this.#sources.get(request.offer) ?? this.#target(request.offer);
        files.read(request.chunk, request.into);
        return true;
      }
      case "store":
        return this.#target(request.offer).store(request.chunk, request.bytes);
      case "check-space":
        this.#target(request.offer).checkSpace(request.bytes);
        return true;
      case "finish":
        return this.#target(request.offer).finish();
      case "close":
      case "discard":
        this.#end(request.offer, request.type === "discard");
        return true;
    }
  }

  #openSource(offer: string, files: SourceFiles): SourceFiles {
    this.#end(offer, false);
    this.#sources.set(offer, files);
    return files;
  }

  #openTarget(request: TargetRequest): TargetFiles {
    this.#end(request.offer, false);
    const contents = decodeContents(request.encoded);
    assert(contents !== undefined, "contents were looked at when they came");
    const files = new TargetFiles({ ...request, contents });
    this.#targets.set(request.offer, files);
    return files;
  }

  #target(offer: string): TargetFiles {
    const files = this.#targets.get(offer);
    if (files === undefined) throw new EarshotError("file-unusable", "the transfer has ended");
    return files;
  }

  #end(offer: string, isDiscarding: boolean): void {
    this.#jobs = this.#jobs.filter((job) => job.offer !== offer);
    this.#sources.get(offer)?.close();
    this.#sources.delete(offer);
    const target = this.#targets.get(offer);
    this.#targets.delete(offer);
    if (isDiscarding) target?.discard();
    else target?.close();
  }

  /** Whether there is more of it. */
  #advance({ job, work }: Job): boolean {
    const endsAt = this.#now() + turnMs;
    let told: Told | undefined;
    do {
      const { done, value } = work.next();
      if (done === true) {
        if (told !== undefined) this.#tell(job, told);
        this.#done(job, value);
        return false;
      }
      told = both(told, value);
    } while (this.#now() < endsAt);
    this.#tell(job, told);
    return true;
  }

  #tell(job: number, progress: DiskProgress): void {
    this.#reply({ type: "progress", job, progress });
  }

  #done(job: number, result: Result): void {
    this.#reply({ type: "done", job, result });
  }

  #answering(job: number, action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof EarshotError)) throw error;
      this.#reply({ type: "failed", job, code: error.code, message: error.message });
    }
  }
}

function* hashed(files: SourceFiles): Work {
  const { encoded } = yield* files.hash();
  return encoded;
}

function* checked(files: TargetFiles): Work {
  yield* files.check();
  return true;
}

/** Of bytes the last count, of chunks all of this turn. */
function both(earlier: Told | undefined, later: number | CheckedChunk): Told {
  if (typeof later === "number") return later;
  if (typeof earlier !== "object") return [later];
  earlier.push(later);
  return earlier;
}

function offerOf(request: DiskRequest): string {
  return request.type === "list" ? "" : request.offer;
}
