import { Worker } from "node:worker_threads";

/** What is advertised as `_earshot._udp`. */
export interface Service {
  readonly name: string;
  readonly hostname: string;
  readonly port: number;
  readonly txt: Readonly<Record<string, string>>;
}

/** A service, and the names of the adapters on which it is advertised. */
export interface Advertisement {
  readonly service: Service;
  readonly adapterNames: readonly string[];
}

/** A DNS-SD responder on some adapters. */
export interface Responder {
  close(): Promise<void>;
}

/** Saying goodbye takes some 0.1 s. */
const closeMsMax = 1_000;

/** What the library needs is a tenth of it; a flood of questions must not take the server's memory. */
const heapMebibytesMax = 64;

/**
 * Runs the library in a thread of its own: it throws at bytes from the network where nobody can catch it
 * (a question that comes when the adapter has lost its IPv4 address is enough), which would end the
 * server, and loading it takes 0.1 s of a core. Rejects when it cannot be loaded or does not start;
 * `onFailure` is told when it ends later.
 */
export async function startResponder(
  advertisement: Advertisement,
  onFailure: (error: Error) => void,
): Promise<Responder> {
  const worker = new Worker(new URL("./dns-sd-worker.js", import.meta.url), {
    workerData: advertisement,
    resourceLimits: { maxOldGenerationSizeMb: heapMebibytesMax },
  });
  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  await new Promise<unknown>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  worker.on("error", onFailure);
  return {
    async close() {
      worker.off("error", onFailure);
      worker.on("error", () => undefined);
      worker.postMessage("close");
      const timer = setTimeout(() => worker.terminate(), closeMsMax);
      await exited;
      clearTimeout(timer);
    },
  };
}
