import { LoadClient } from "./load-client.js";
import { LoadServer } from "./load-server.js";
import { loadPeer } from "./peer.js";
import { cpuSeconds } from "./statistics.js";
import { workloads } from "./workloads.js";

/** One end of a measurement, as a process: `node end.js server|client JSON`. See pair.js. */
const role = process.argv[2];
const task = JSON.parse(process.argv[3]);

process.on("disconnect", () => process.exit());
process.on("uncaughtException", (error) => {
  process.send({ type: "failed", message: String(error?.stack ?? error) }, () => process.exit(1));
});

if (role === "server") await runServer();
else await runClient();

async function runServer() {
  const { port, hint, target } = await serve();
  process.on("message", async ({ id, name }) => {
    const value = name === "cpu" ? cpuSeconds() : await target[name]();
    process.send({ type: "answer", id, value });
  });
  process.send({ type: "ready", port, hint });
}

async function serve() {
  const { serve: serveOther, datagramBytesMax, isUnheard } = workloads[task.workload];
  if (serveOther !== undefined) return serveOther(task.host, task);
  const target = new LoadServer();
  const peer = await loadPeer(task.peer);
  const port = await peer.listen({
    host: task.host,
    datagramBytesMax,
    onConnection: (connection) => target.accept(connection),
  });
  return { port, hint: isUnheard ? undefined : peer.hint?.(task.host), target };
}

async function runClient() {
  const { host, port, hint, options } = task;
  const { client, datagramBytesMax } = workloads[task.workload];
  const peer = await loadPeer(task.peer);
  const answers = new Map();
  process.on("message", ({ id, value }) => {
    answers.get(id)(value);
    answers.delete(id);
  });
  let nextId = 0;
  const server = (name) =>
    new Promise((resolve) => {
      answers.set(nextId, resolve);
      process.send({ type: "call", id: nextId, name });
      nextId += 1;
    });
  const open = async () =>
    new LoadClient(await peer.connect({ host, port, hint, datagramBytesMax }));
  const result = await client({ host, port, peer, peerName: task.peer, options, open, server });
  process.send({ type: "result", result, cpu: cpuSeconds() });
}
