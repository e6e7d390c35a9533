import { setFlagsFromString } from "node:v8";
import { lobbyName } from "../room/limits.ts";
import type { ChatOptions } from "../tui/chat-options.ts";
import type { ChatCommand } from "./args.ts";
import { openDevice } from "./device.ts";
import { exitCodes } from "./exit-code.ts";
import type { UserMemory } from "./memory.ts";
import { systemNetwork } from "./network.ts";
import { onStopSignal } from "./stop-signal.ts";

/** Line mode and full screen wait 2 s at most for lines on their way; a hosted server closes in 2 more. */
const stopping = { graceMs: 5_000, lateExitCode: exitCodes.notDelivered };

/** Chats on the full screen, or in lines where there is no screen; gives the exit code. */
export async function chat(command: ChatCommand): Promise<number> {
  keepYoungSpaceSmall();
  const network = systemNetwork(command);
  const device = await openDevice(network, command.data);
  const stop = new AbortController();
  onStopSignal(stopping, () => stop.abort());
  const { waitMs, trustedWords } = command;
  const isOnScreen = !command.isPlain && (await hasScreen());
  // A program that fails to say something will say it again by itself.
  const isRemembering = command.isRemembering ?? (isOnScreen || process.stdin.isTTY);
  let opening: Promise<UserMemory> | undefined;
  // Nothing is kept open, or loaded, before somebody looks for a server or joins one.
  const openMemory = (): Promise<UserMemory> => {
    opening ??= import("./memory.ts").then(({ UserMemory }) =>
      isRemembering ? UserMemory.open(command.data) : UserMemory.none(),
    );
    return opening;
  };
  const options: ChatOptions = {
    connect: async (target, nick, onEvent) => {
      const { joinServer } = await import("./joining.ts");
      const { missedLinesMax, missedMax } = await import("./memory.ts");
      const memory = await openMemory();
      const missed = isOnScreen ? missedMax : missedLinesMax;
      const files = { data: command.data, program: "chat" } as const;
      const joining = { waitMs, trustedWords, memory, missedMax: missed, files };
      return joinServer(network, device, { ...joining, target, nick, onEvent });
    },
    clock: network.clock,
    rooms: command.rooms.length === 0 ? [lobbyName] : command.rooms,
    signal: stop.signal,
  };
  const kept = { device, openMemory };
  try {
    return isOnScreen
      ? await (await import("./chat-screen.ts")).chatOnScreen(command, network, kept, options)
      : await (await import("./chat-lines.ts")).chatInLines(command, network, kept, options);
  } finally {
    await (await opening)?.close();
  }
}

/**
 * After a burst of lines V8 would keep 33 MB for what dies young. With 2 MB a chat takes some 100 MiB instead of
 * 125 after 10,000 lines, and no more time. V8 looks at this before each growth, so it can be set now.
 */
function keepYoungSpaceSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

async function hasScreen(): Promise<boolean> {
  const { isTerminalUsable } = await import("../tui/terminal.ts");
  return isTerminalUsable(process.stdin, process.stdout, process.env);
}
