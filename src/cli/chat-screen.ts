import { transportVersion } from "../transport/limits.ts";
import { runTui } from "../tui/app.ts";
import type { ChatOptions } from "../tui/chat-options.ts";
import type { ChatCommand } from "./args.ts";
import { settingsPath } from "./data-dir.ts";
import { defaultNick } from "./default-nick.ts";
import type { Device } from "./device.ts";
import type { UserMemory } from "./memory.ts";
import type { Network } from "./network.ts";
import { SettingsFile } from "./settings-file.ts";
import { usualNick } from "./usual-nick.ts";

/** What is kept for this user on this computer. */
export interface Kept {
  readonly device: Device;
  readonly openMemory: () => Promise<UserMemory>;
}

/**
 * Chats on the full screen; gives the exit code. The picker is drawn before what looks for servers is loaded, and what
 * only a server of our own needs is loaded with it.
 */
export async function chatOnScreen(
  command: ChatCommand,
  network: Network,
  kept: Kept,
  options: ChatOptions,
): Promise<number> {
  const { device } = kept;
  const settings = await SettingsFile.open(settingsPath(command.data));
  const { server, nick, isAscii, hasBell } = command;
  return runTui({
    ...options,
    stdin: process.stdin,
    stdout: process.stdout,
    env: process.env,
    openBrowser: async (onChange) =>
      (await import("./picker-browser.ts")).openBrowser(network, kept, onChange),
    trust: ({ label, key }) => device.knownServers.remember({ label, key, isCompared: true }),
    host: async (wish) => {
      const { hostedServer, hostHere } = await import("./hosting-here.ts");
      const hosting = await hostHere(network, command, wish);
      return hostedServer(hosting, network.clock, device);
    },
    ...(server !== undefined && { target: { type: "typed", text: server } }),
    ...(nick !== undefined && { nick }),
    nickDefault:
      server === undefined || nick !== undefined
        ? defaultNick()
        : usualNick(server, device.knownServers, (await kept.openMemory()).servers),
    version: transportVersion,
    discoveryPort: network.discoveryPort,
    settings,
    isAscii,
    hasBell,
    print: (line) => process.stdout.write(`${line}\n`),
  });
}
