import { startBrowser } from "../discovery/browser.ts";
import type { RememberedServer } from "../room/memory/client-store.ts";
import { transportVersion } from "../transport/limits.ts";
import { runTui } from "../tui/app.ts";
import type { ChatOptions, ServerBrowser } from "../tui/chat-options.ts";
import type { ChatCommand } from "./args.ts";
import { settingsPath } from "./data-dir.ts";
import { defaultNick } from "./default-nick.ts";
import type { Device } from "./device.ts";
import { hintSources } from "./hint-sources.ts";
import { toListed, toSilent } from "./listed-server.ts";
import type { UserMemory } from "./memory.ts";
import { type Network, withHints } from "./network.ts";
import { SettingsFile } from "./settings-file.ts";
import { Silence } from "./silence.ts";
import { usualNick } from "./usual-nick.ts";

/** What is kept for this user on this computer. */
export interface Kept {
  readonly device: Device;
  readonly openMemory: () => Promise<UserMemory>;
}

/** Chats on the full screen; gives the exit code. What only a server of our own needs is loaded with it. */
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
    openBrowser: (onChange) => openBrowser(network, kept, onChange),
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

/** What discovery hears, with what is known about each server's key. */
async function openBrowser(
  network: Network,
  { device: { knownServers }, openMemory }: Kept,
  onChange: () => void,
): Promise<ServerBrowser> {
  await knownServers.read();
  const sources = hintSources(network);
  const browser = await startBrowser({ ...withHints(network, knownServers), sources, onChange });
  // Who looks at the picker is going to join.
  void import("./joining.ts");
  let remembered: readonly RememberedServer[] = [];
  const remembering = openMemory().then((memory) => {
    remembered = memory.servers;
    onChange();
  });
  // What is wrong with it is told when somebody joins.
  remembering.catch(() => undefined);
  const isSilent = () => browser.servers().length === 0;
  const silence = new Silence({ network, isSilent, onCause: onChange });
  return {
    servers: () => {
      const heard = browser.servers();
      const known = new Map(remembered.map((server) => [server.id, server]));
      const listed = heard.map((server) => toListed(knownServers, server, known.get(server.id)));
      for (const { id } of heard) known.delete(id);
      return [...listed, ...[...known.values()].map((server) => toSilent(knownServers, server))];
    },
    // One of several addresses is one adapter to people.
    adapters: () => [...new Map(browser.adapters().map((found) => [found.name, found])).values()],
    cause: () => silence.cause,
    refresh: () => {
      silence.refresh();
      browser.refresh();
    },
    close: () => {
      silence.close();
      return browser.close();
    },
  };
}
