import { exitCodes } from "./exit-code.ts";

export interface StopOptions {
  /** How long an orderly end may take. */
  readonly graceMs: number;
  /** With which the process ends when it took longer. */
  readonly lateExitCode: number;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/** Calls `onStop` at the first signal to stop; a second one ends the process at once. */
export function onStopSignal(options: StopOptions, onStop: () => void): void {
  let isStopping = false;
  const handleSignal = () => {
    if (isStopping) process.exit(exitCodes.refused);
    isStopping = true;
    setTimeout(() => process.exit(options.lateExitCode), options.graceMs).unref();
    onStop();
  };
  for (const signal of signals) process.on(signal, handleSignal);
}
