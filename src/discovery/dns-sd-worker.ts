import { parentPort, workerData } from "node:worker_threads";
import { getResponder } from "@homebridge/ciao";
import type { Advertisement } from "./dns-sd-responder.ts";

// The thread of `startResponder`: it advertises, says so, and says goodbye when it is told to. Whatever
// is thrown here ends the thread and nothing else.
const { service, adapterNames }: Advertisement = workerData;
const { name, hostname, port, txt } = service;
const responder = getResponder({ interface: adapterNames });
parentPort?.once("message", () => {
  void responder.shutdown().finally(() => process.exit());
});
const options = { name, hostname, port, txt, type: "earshot", protocol: "udp" } as const;
await responder.createService(options).advertise();
parentPort?.postMessage("advertised");
