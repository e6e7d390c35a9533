// Loaded into the program that is measured (`--import`): at every SIGUSR2 it writes the longest wait of its
// event loop since the last one, in milliseconds, into the file that EARSHOT_BENCH_LAG names.
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
process.on("SIGUSR2", () => {
  writeFileSync(process.env.EARSHOT_BENCH_LAG, `${delay.max / 1e6}\n`);
  delay.reset();
});
