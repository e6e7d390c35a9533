import { setTimeout as pause } from "node:timers/promises";
import { openMany } from "./connections.js";

/** What a connection that says nothing costs the server. */
export const idle = {
  title: "Memory of an idle connection, server's end",
  columns: [
    { key: "processKib", head: "KiB of the process", isLessBetter: true },
    { key: "heapKib", head: "KiB of JavaScript", isLessBetter: true },
  ],
  // V8's young generation grows once and for all; kept small, it is not counted as connections.
  nodeFlags: ["--max-semi-space-size=1"],
  options: { connectionCount: 1000, warmCount: 100, pauseMs: 200 },
  quickOptions: { connectionCount: 500, warmCount: 100, pauseMs: 100 },

  async client({ open, server, options }) {
    // What is allocated once for all is there after the first hundred.
    await openMany(open, options.warmCount);
    await pause(options.pauseMs);
    const before = await server("memory");
    await openMany(open, options.connectionCount);
    await pause(options.pauseMs);
    const after = await server("memory");
    const bytesPerKib = 1024 * options.connectionCount;
    return {
      processKib: (after.rss - before.rss) / bytesPerKib,
      heapKib: (after.heap - before.heap) / bytesPerKib,
    };
  },
};
