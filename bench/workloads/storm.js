import { cpuSeconds } from "../statistics.js";
import { openAndEcho } from "./connections.js";

/** A thousand connections at once; each is up when its first echo is back. */
export const storm = {
  title: "1,000 connections at once over loopback",
  columns: [
    { key: "ms", head: "ms", isLessBetter: true },
    { key: "clientCpu", head: "client CPU s", isLessBetter: true },
    { key: "serverCpu", head: "server CPU s", isLessBetter: true },
  ],
  options: { connectionCount: 1000 },

  async client({ open, server, options }) {
    await openAndEcho(open);
    await server("mark");
    const cpuStarted = cpuSeconds();
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: options.connectionCount }, () => openAndEcho(open)));
    const ms = performance.now() - startedAt;
    const clientCpu = cpuSeconds() - cpuStarted;
    const report = await server("report");
    return { ms, clientCpu, serverCpu: report.cpuSeconds };
  },
};
