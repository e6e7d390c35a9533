import { formatAddress } from "../base/address.ts";
import type { Clock } from "../base/clock.ts";
import { EarshotError } from "../base/errors.ts";
import { fingerprintOf } from "../base/fingerprint.ts";
import { startBrowser } from "../discovery/browser.ts";
import { lobbyName } from "../room/limits.ts";
import { transportVersion } from "../transport/limits.ts";
import type {
  ChatOptions,
  Connect,
  HostedServer,
  ListedServer,
  ServerBrowser,
  ServerTarget,
} from "../tui/chat-options.ts";
import type { ChatCommand } from "./args.ts";
import { settingsPath } from "./data-dir.ts";
import { defaultNick } from "./default-nick.ts";
import { type Device, openDevice } from "./device.ts";
import { exitCodeOf, exitCodes } from "./exit-code.ts";
import { hintSources } from "./hint-sources.ts";
import { type Hosting, startHosting } from "./hosting.ts";
import {
  chooseTarget,
  describeServer,
  joinServer,
  noServer,
  toListed,
  toSilent,
} from "./joining.ts";
import { unblock } from "./line-output.ts";
import { missedLinesMax, missedMax, UserMemory } from "./memory.ts";
import { type Network, systemNetwork, withHints } from "./network.ts";
import { promptPassword, readPasswordFile } from "./password.ts";
import { SettingsFile } from "./settings-file.ts";
import { Silence } from "./silence.ts";
import { onStopSignal } from "./stop-signal.ts";

/** Line mode and full screen wait 2 s at most for lines on their way; a hosted server closes in 2 more. */
const stopping = { graceMs: 5_000, lateExitCode: exitCodes.notDelivered };

/** Chats on the full screen, or in lines where there is no screen; gives the exit code. */
export async function chat(command: ChatCommand): Promise<number> {
  const network = systemNetwork(command);
  const device = await openDevice(network, command.data);
  const stop = new AbortController();
  onStopSignal(stopping, () => stop.abort());
  const { waitMs, trustedWords } = command;
  const isOnScreen = !command.isPlain && (await hasScreen());
  // A program that fails to say something will say it again by itself.
  const isRemembering = command.isRemembering ?? (isOnScreen || process.stdin.isTTY);
  const memory = isRemembering ? await UserMemory.open(command.data) : UserMemory.none();
  const missed = isOnScreen ? missedMax : missedLinesMax;
  const joining = { waitMs, trustedWords, memory, missedMax: missed };
  const options: ChatOptions = {
    connect: (target, nick, onEvent) =>
      joinServer(network, device, { ...joining, target, nick, onEvent }),
    clock: network.clock,
    rooms: command.rooms.length === 0 ? [lobbyName] : command.rooms,
    signal: stop.signal,
  };
  try {
    return isOnScreen
      ? await chatOnScreen(command, network, { device, memory }, options)
      : await chatInLines(command, network, device, options);
  } finally {
    await memory.close();
  }
}

async function hasScreen(): Promise<boolean> {
  const { isTerminalUsable } = await import("../tui/terminal.ts");
  return isTerminalUsable(process.stdin, process.stdout, process.env);
}

async function chatOnScreen(
  command: ChatCommand,
  network: Network,
  { device, memory }: { readonly device: Device; readonly memory: UserMemory },
  options: ChatOptions,
): Promise<number> {
  const [{ runTui }, settings] = await Promise.all([
    import("../tui/app.ts"),
    SettingsFile.open(settingsPath(command.data)),
  ]);
  const { server, nick, isAscii, hasBell } = command;
  return runTui({
    ...options,
    stdin: process.stdin,
    stdout: process.stdout,
    env: process.env,
    openBrowser: (onChange) => openBrowser(network, device, memory, onChange),
    trust: ({ label, key }) => device.knownServers.remember({ label, key, isCompared: true }),
    host: async () => {
      const hosting = await startHosting(network, hostingOptions(command));
      return hostedServer(hosting, network.clock, device);
    },
    ...(server !== undefined && { target: { type: "typed", text: server } }),
    ...(nick !== undefined && { nick }),
    nickDefault: defaultNick(),
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
  { knownServers }: Device,
  memory: UserMemory,
  onChange: () => void,
): Promise<ServerBrowser> {
  await knownServers.read();
  const sources = hintSources(network);
  const browser = await startBrowser({ ...withHints(network, knownServers), sources, onChange });
  const isSilent = () => browser.servers().length === 0;
  const silence = new Silence({ network, isSilent, onCause: onChange });
  return {
    servers: () => {
      const heard = browser.servers();
      const known = new Map(memory.servers.map((server) => [server.id, server]));
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

/** Without anybody to choose, the one server that answers is joined; when none does, one is hosted. */
async function chatInLines(
  command: ChatCommand,
  network: Network,
  device: Device,
  options: ChatOptions,
): Promise<number> {
  const { runPlain } = await import("../tui/plain.ts");
  let target = await chooseTarget(network, device.knownServers, command);
  let hosted: HostedServer | undefined;
  if (target === undefined) {
    print(`-- ${noServer(network, command.waitMs).message}`);
    const hosting = await startHosting(network, hostingOptions(command));
    print(`-- hosting ${hosting.name} here: ${describeAddresses(hosting)}`);
    print(`-- its words: ${fingerprintOf(hosting.id)}`);
    hosted = await hostedServer(hosting, network.clock, device);
    target = hosted.target;
  } else print(`-- joining ${describeTarget(target)}`);
  const { stdin, stdout } = process;
  unblock(stdout);
  const nick = command.nick ?? defaultNick();
  let failure: EarshotError | undefined;
  const connect: Connect = async (target, nick, onEvent) => {
    try {
      return await options.connect(target, nick, (event) => {
        if (event.type === "connection") failure ??= event.failure;
        onEvent(event);
      });
    } catch (error) {
      if (error instanceof EarshotError) failure = error;
      throw error;
    }
  };
  try {
    // Data that somebody pipes must not do anything but be said, unless they knew and asked for it.
    const isLiteral = !command.isPlain && !stdin.isTTY;
    const exitCode = await runPlain({
      ...options,
      askPassword: (question) =>
        command.passwordFile === undefined
          ? promptPassword(stdin, (text) => stdout.write(text), question)
          : readPasswordFile(command.passwordFile),
      connect,
      target,
      nick,
      isLiteral,
      stdin,
      stdout,
    });
    return failure === undefined ? exitCode : exitCodeOf(failure.code);
  } finally {
    await hosted?.close();
  }
}

function hostingOptions(command: ChatCommand) {
  return { name: undefined, port: undefined, data: command.data, hasMdns: true };
}

/** There is no doubt about a server that runs in this process, whoever had its name before. */
async function hostedServer(
  hosting: Hosting,
  clock: Clock,
  { knownServers }: Device,
): Promise<HostedServer> {
  const { id, name } = hosting;
  const label = { type: "name", text: name } as const;
  await knownServers
    .remember({ label, key: id, isCompared: true })
    .catch(async (error: unknown) => {
      await hosting.close("starting failed");
      throw error;
    });
  const server: ListedServer = {
    id,
    name,
    address: hosting.localAddress,
    members: 0,
    rooms: 0,
    versionMin: transportVersion,
    versionMax: transportVersion,
    via: "this computer",
    heardAt: clock.now(),
    trust: { type: "known" },
  };
  return {
    target: { type: "discovered", server },
    memberCount: () => hosting.memberCount,
    close: () => hosting.close("its host has left"),
  };
}

function describeAddresses(hosting: Hosting): string {
  return hosting.addresses.map((host) => formatAddress({ host, port: hosting.port })).join(", ");
}

function describeTarget(target: ServerTarget): string {
  return target.type === "typed" ? target.text : describeServer(target.server);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
