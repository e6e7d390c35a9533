import { exitCodes } from "./exit-code.ts";

/** How long an orderly end may take; then the process ends all the same. */
export const stopMsMax = 1_800;

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Calls `onStop` at the first signal to stop; a second one ends the process at once. */
export function onStopSignal(onStop: (signal: string) => void): void {
  let isStopping = false;
  for (const signal of signals) {
    process.on(signal, () => {
      if (isStopping) process.exit(exitCodes.refused);
      isStopping = true;
      onStop(signal);
    });
  }
}
