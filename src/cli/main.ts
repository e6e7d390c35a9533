#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { assertNever } from "../base/assert.ts";
import { EarshotError } from "../base/errors.ts";
import { type Command, parseCommand } from "./args.ts";
import { exitCodeOf, exitCodes } from "./exit-code.ts";
import { helpText } from "./help.ts";
import { flushed } from "./line-output.ts";

// Whatever is written is for this user only: keys, history, the notes beside them.
process.umask(0o077);
// Whoever hung up does not want the rest.
process.stdout.on("error", () => undefined);
const exitCode = await main();
await flushed(process.stdout);
process.exit(exitCode);

async function main(): Promise<number> {
  try {
    return await run(parseCommand(process.argv.slice(2), process.env));
  } catch (error) {
    if (!(error instanceof EarshotError)) throw error;
    process.stderr.write(`earshot: ${error.message}\n`);
    return exitCodeOf(error.code);
  }
}

/** Loads only what the command needs: `earshot list` has no use for a terminal library. */
async function run(command: Command): Promise<number> {
  switch (command.command) {
    case "chat":
      return (await import("./chat.ts")).chat(command);
    case "serve":
      return (await import("./serve.ts")).serve(command);
    case "list":
      return (await import("./list.ts")).list(command);
    case "bot":
      return (await import("./bot.ts")).bot(command);
    case "send":
      return (await import("./send.ts")).send(command);
    case "receive":
      return (await import("./receive.ts")).receive(command);
    case "tail":
      return (await import("./tail.ts")).tail(command);
    case "history":
      return (await import("./history.ts")).history(command);
    case "search":
      return (await import("./search-log.ts")).searchLog(command);
    case "rooms":
      return (await import("./rooms.ts")).rooms(command);
    case "who":
      return (await import("./rooms.ts")).who(command);
    case "export":
      return (await import("./export.ts")).exportLog(command);
    case "doctor":
      return (await import("./doctor.ts")).doctor(command);
    case "store":
      return (await import("./store.ts")).store(command);
    case "help":
      process.stdout.write(helpText(command.topic));
      return exitCodes.ok;
    case "version":
      process.stdout.write(`${await version()}\n`);
      return exitCodes.ok;
    default:
      return assertNever(command);
  }
}

async function version(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  const manifest: { readonly version: string } = JSON.parse(text);
  return manifest.version;
}
