import { formatAddress } from "../base/address.ts";
import { EarshotError } from "../base/errors.ts";
import { fingerprintOf } from "../base/fingerprint.ts";
import type { ChatOptions, Connect, HostedServer, ServerTarget } from "../tui/chat-options.ts";
import { runPlain } from "../tui/plain.ts";
import type { ChatCommand } from "./args.ts";
import type { Kept } from "./chat-screen.ts";
import { exitCodeOf } from "./exit-code.ts";
import type { Hosting } from "./hosting.ts";
import { hostedServer, hostHere } from "./hosting-here.ts";
import { chooseTarget, describeServer, noServer } from "./joining.ts";
import { unblock } from "./line-output.ts";
import type { Network } from "./network.ts";
import { promptPassword, readPasswordFile } from "./password.ts";
import { usualNick } from "./usual-nick.ts";

/** Without anybody to choose, the one server that answers is joined; when none does, one is hosted. */
export async function chatInLines(
  command: ChatCommand,
  network: Network,
  { device, openMemory }: Kept,
  options: ChatOptions,
): Promise<number> {
  let target = await chooseTarget(network, device.knownServers, command);
  let hosted: HostedServer | undefined;
  if (target === undefined) {
    print(`-- ${noServer(network, command.waitMs).message}`);
    const hosting = await hostHere(network, command);
    print(`-- hosting ${hosting.name} here: ${describeAddresses(hosting)}`);
    print(`-- its words: ${fingerprintOf(hosting.id)}`);
    hosted = await hostedServer(hosting, network.clock, device);
    target = hosted.target;
  } else print(`-- joining ${describeTarget(target)}`);
  const { stdin, stdout } = process;
  unblock(stdout);
  const where = target.type === "typed" ? target.text : target.server.id;
  const { servers } = await openMemory();
  const nick = command.nick ?? usualNick(where, device.knownServers, servers);
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

function describeAddresses(hosting: Hosting): string {
  return hosting.addresses.map((host) => formatAddress({ host, port: hosting.port })).join(", ");
}

function describeTarget(target: ServerTarget): string {
  return target.type === "typed" ? target.text : describeServer(target.server);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
