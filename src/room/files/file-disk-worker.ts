import { parentPort } from "node:worker_threads";
import type { DiskRequest } from "./disk-port.ts";
import { FileDisk } from "./file-disk.ts";

// The thread of `startDisk`.
let isStepping = false;

const disk = new FileDisk({
  reply: (reply) => parentPort?.postMessage(reply),
  now: () => performance.now(),
});

parentPort?.on("message", (message: { readonly job: number; readonly request: DiskRequest }) => {
  disk.handle(message.job, message.request);
  if (!isStepping) step();
});

function step(): void {
  isStepping = disk.step();
  // What was asked for meanwhile comes first.
  if (isStepping) setImmediate(step);
}
