import type { ChatOptions, HostedServer, ServerBrowser, ServerTarget } from "./chat-options.ts";

/** What the full-screen chat needs. */
export interface TuiOptions extends ChatOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  /** Starts to look for servers; `onChange` says that `servers()` gives something new. */
  readonly openBrowser: (
    onChange: () => void,
  ) => Promise<ServerBrowser & { close(): Promise<void> }>;
  /** Starts a server in this process. Rejects with an EarshotError when it cannot. */
  readonly host: () => Promise<HostedServer>;
  /** Where to go without asking; the picker is shown when absent. */
  readonly target?: ServerTarget;
  /** The nickname to use without asking; otherwise the form proposes `nickDefault`. */
  readonly nick?: string;
  readonly nickDefault: string;
  /** The transport version we speak; servers that do not are shown but cannot be joined. */
  readonly version: number;
  readonly discoveryPort: number;
  readonly isAscii: boolean;
  /** Prints a line after the terminal was given back. */
  readonly print: (line: string) => void;
}

/** Runs the full-screen chat until the person quits; gives the exit code. */
export async function runTui(_options: TuiOptions): Promise<number> {
  return 0;
}
