import type { Clock, Timer } from "../base/clock.ts";
import { EarshotError, systemErrorCode } from "../base/errors.ts";
import { type InputLine, LineSplitter } from "../base/line-splitter.ts";
import type { Secret } from "../base/secret.ts";
import type { ClientEvent, ClientPort } from "../room/client-port.ts";
import type { BotCommand } from "./args.ts";
import type { BotPasswords } from "./bot-account.ts";
import type { BotEvent } from "./bot-event.ts";
import { requestCharactersMax } from "./bot-protocol.ts";
import { answerWaitMs, BotSession } from "./bot-session.ts";
import { openDevice } from "./device.ts";
import { exitCodeOf, exitCodes } from "./exit-code.ts";
import { chooseTarget, joinServer, noServer } from "./joining.ts";
import { LineOutput, type OutputEnd } from "./line-output.ts";
import { missedMax, UserMemory } from "./memory.ts";
import { type Network, systemNetwork } from "./network.ts";
import { readPasswordFile } from "./password.ts";
import { onStopSignal } from "./stop-signal.ts";

/** The session ends by itself after `answerWaitMs`; then the server is told good bye. */
const stopping = { graceMs: answerWaitMs + 2_000, lateExitCode: exitCodes.notDelivered };

/** Chats by JSON lines on stdin and stdout until the input ends; gives the exit code. */
export async function bot(command: BotCommand): Promise<number> {
  const network = systemNetwork(command);
  const driver = new BotDriver(network.clock);
  onStopSignal(stopping, () => driver.handleStop());
  let memory = UserMemory.none();
  try {
    const { rooms, passwordFile, roomPasswordFile, isRemembering, data } = command;
    if (isRemembering) memory = await UserMemory.open(data);
    const passwords = {
      account: await passwordFrom(passwordFile),
      room: await passwordFrom(roomPasswordFile),
    };
    const client = await join(network, command, memory, (event) => driver.handleEvent(event));
    const exitCode = await driver.run(client, rooms, passwords);
    await client.close();
    return exitCode;
  } catch (error) {
    if (!(error instanceof EarshotError)) throw error;
    driver.write({ type: "error", code: error.code, message: error.message });
    return exitCodeOf(error.code);
  } finally {
    await memory.close();
  }
}

async function passwordFrom(file: string | undefined): Promise<Secret | undefined> {
  return file === undefined ? undefined : await readPasswordFile(file);
}

async function join(
  network: Network,
  command: BotCommand,
  memory: UserMemory,
  onEvent: (event: ClientEvent) => void,
): Promise<ClientPort> {
  const { nick, waitMs, trustedWords, data } = command;
  const device = await openDevice(network, data);
  const target = await chooseTarget(network, device.knownServers, command);
  if (target === undefined) throw noServer(network, waitMs);
  return joinServer(network, device, {
    target,
    nick,
    takesSuggestion: false,
    waitMs,
    trustedWords,
    memory,
    missedMax,
    files: { data, program: "bot" },
    onEvent,
  });
}

/** Connects a bot session with stdin, stdout, the clock and the client. */
class BotDriver {
  readonly #clock: Clock;
  readonly #output: LineOutput;
  readonly #ended: Promise<number>;
  #end: (exitCode: number) => void = () => undefined;
  #session: BotSession | undefined;
  /** What the client told before there was a session. */
  readonly #earlyEvents: ClientEvent[] = [];
  #timer: Timer | undefined;
  /** Called at each progress; input that waits for answers goes on then. */
  #onProgress: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#output = new LineOutput(process.stdout, (end) => this.#handleOutputEnd(end));
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Gives the exit code when the bot is through. */
  async run(
    client: ClientPort,
    rooms: readonly string[],
    passwords: BotPasswords,
  ): Promise<number> {
    const write = (event: BotEvent) => this.write(event);
    const session = new BotSession(this.#clock.now(), client, { rooms, passwords, write });
    this.#session = session;
    for (const event of this.#earlyEvents) session.handleEvent(event);
    this.#handleProgress();
    return Promise.race([this.#ended, this.#readInput(session)]);
  }

  handleEvent(event: ClientEvent): void {
    if (this.#session === undefined) this.#earlyEvents.push(event);
    else this.#session.handleEvent(event);
    this.#handleProgress();
  }

  handleStop(): void {
    // Nothing has begun that could be ended in order.
    if (this.#session === undefined) process.exit(exitCodes.ok);
    this.#session.handleStop(this.#clock.now());
    this.#handleProgress();
  }

  write(event: BotEvent): void {
    this.#output.writeLine(JSON.stringify(event));
  }

  /** Reads no faster than requests are answered and events are read. */
  async #readInput(session: BotSession): Promise<number> {
    const splitter = new LineSplitter(requestCharactersMax);
    try {
      for await (const chunk of process.stdin) {
        for (const line of splitter.push(chunk)) await this.#handleLine(session, line);
        await this.#output.flushed();
      }
    } catch (error) {
      // Input that cannot be read any more has ended; anything else is our mistake.
      if (systemErrorCode(error) === undefined) throw error;
    }
    for (const line of splitter.end()) await this.#handleLine(session, line);
    session.handleInputEnd(this.#clock.now());
    this.#handleProgress();
    return this.#ended;
  }

  async #handleLine(session: BotSession, line: InputLine): Promise<void> {
    while (session.isSaturated) {
      await new Promise<void>((resolve) => {
        this.#onProgress = resolve;
      });
    }
    session.handleLine(this.#clock.now(), line);
    this.#handleProgress();
  }

  #handleOutputEnd(end: OutputEnd): void {
    if (end.type === "failed") process.stderr.write(`earshot: ${end.error.message}\n`);
    this.#end(end.type === "failed" ? exitCodes.refused : exitCodes.ok);
  }

  #handleProgress(): void {
    const exitCode = this.#session?.exitCode;
    if (exitCode !== undefined) this.#end(exitCode);
    this.#timer?.cancel();
    const timeoutAt = this.#session?.pollTimeout();
    if (timeoutAt !== undefined) {
      this.#timer = this.#clock.setTimer(timeoutAt, () => this.#handleTimeout());
    }
    this.#onProgress();
  }

  #handleTimeout(): void {
    this.#session?.handleTimeout(this.#clock.now());
    this.#handleProgress();
  }
}
