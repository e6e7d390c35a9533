import type { ChatOptions, ServerTarget } from "./chat-options.ts";

/** What line mode needs; the cli has chosen the server, or hosts it, before. */
export interface PlainOptions extends ChatOptions {
  readonly target: ServerTarget;
  readonly nick: string;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Chats line by line, without escape codes, until the input ends; gives the exit code. */
export async function runPlain(_options: PlainOptions): Promise<number> {
  return 0;
}
