import { assertNever } from "../base/assert.ts";
import type { Timer } from "../base/clock.ts";
import { toEarshotError } from "../base/errors.ts";
import { type InputLine, LineSplitter } from "../base/line-splitter.ts";
import type { Secret } from "../base/secret.ts";
import { sanitizeText } from "../base/text.ts";
import type { ClientPort } from "../room/client-port.ts";
import { textBytesMax } from "../room/limits.ts";
import type { ChatOptions, ServerTarget } from "./chat-options.ts";
import { EventGate } from "./event-gate.ts";
import { accountRef, PlainChat } from "./plain-chat.ts";
import type { PlainEffect } from "./plain-effect.ts";
import { localTimeFormat } from "./time-format.ts";

/** What line mode needs; the cli has chosen the server, or hosts it, before. */
export interface PlainOptions extends ChatOptions {
  readonly target: ServerTarget;
  readonly nick: string;
  /** Every line of the input is said as it is: whoever piped it may not know of commands. */
  readonly isLiteral: boolean;
  /**
   * Asks for a password without showing what is typed, with stdin for itself meanwhile. `undefined`:
   * it was broken off. Rejects with an EarshotError when it cannot be asked.
   */
  readonly askPassword: (question: string) => Promise<Secret | undefined>;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & {
    readonly isTTY?: boolean;
    readonly writableLength?: number;
  };
}

/** Output that nobody reads: half a minute of a very busy room. Beyond it is a reader that is gone. */
const outputBytesMax = 64 * 1024 * 1024;

/** A signal leaves this much for what is on its way. */
const stopWaitMs = 1_500;

/**
 * Chats line by line, without escape codes, until the input ends or the output is closed. Exit code:
 * 0, 1 when something of a program's was refused, 2 when no server was reached, 3 when lines were not delivered in time.
 */
export async function runPlain(options: PlainOptions): Promise<number> {
  return await new PlainShell(options).run();
}

class PlainShell {
  readonly #options: PlainOptions;
  readonly #chat: PlainChat;
  /** A text has at least as many bytes as UTF-16 units: what is too long here is too long there. */
  readonly #lines = new LineSplitter(textBytesMax);
  #client: ClientPort | undefined;
  #timer: Timer | undefined;
  #isWorking = false;
  #isAskingPassword = false;
  #hasEnded = false;
  #onEnd: (exitCode: number) => void = () => undefined;

  constructor(options: PlainOptions) {
    this.#options = options;
    this.#chat = new PlainChat({
      rooms: options.rooms,
      nick: options.nick,
      timeFormat: options.timeFormat ?? localTimeFormat,
      isInteractive: options.stdin.isTTY === true,
      isLiteral: options.isLiteral,
      keptCount: () => this.#client?.keptCount ?? 0,
    });
  }

  async run(): Promise<number> {
    const { connect, target, nick, signal, stdin, stdout } = this.#options;
    const ended = new Promise<number>((resolve) => {
      this.#onEnd = resolve;
    });
    // Whoever read our output is gone, and so is everything there was to do.
    stdout.on("error", () => this.#end(0));
    const gate = new EventGate((event) => {
      this.#chat.handleClientEvent(event);
      this.#work();
    });
    try {
      this.#client = await connect(target, nick, (event) => gate.handleEvent(event));
    } catch (error) {
      this.#print(
        `-- ${toEarshotError(error, "internal", "the chat could not be started").message}`,
      );
      return 1;
    }
    signal?.addEventListener("abort", () => this.#stop());
    if (signal?.aborted) this.#stop();
    stdin.on("data", this.#onData);
    stdin.on("end", () => this.#handleInputEnd());
    stdin.on("error", () => this.#handleInputEnd());
    stdin.pause();
    gate.open();
    this.#work();
    const exitCode = await ended;
    stdin.pause();
    await this.#client.close();
    return exitCode;
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#handleInput(this.#lines.push(chunk));
  };

  /** What is typed meanwhile is the password's, and no line. */
  async #askPassword(question: string): Promise<void> {
    const { stdin, askPassword } = this.#options;
    this.#isAskingPassword = true;
    stdin.off("data", this.#onData);
    try {
      this.#chat.handlePassword(await askPassword(question));
    } catch (error) {
      const failure = toEarshotError(error, "internal", "the password could not be asked for");
      this.#chat.handleUnaskedPassword(failure.message);
    }
    stdin.on("data", this.#onData);
    this.#isAskingPassword = false;
    this.#work();
  }

  #handleInput(lines: readonly InputLine[]): void {
    for (const line of lines) {
      if (line.type === "line") this.#chat.handleLine(sanitizeText(line.text));
      else this.#chat.refuse("not sent: a line is longer than 16 MiB");
    }
    this.#work();
  }

  #handleInputEnd(): void {
    this.#handleInput(this.#lines.end());
    this.#chat.handleInputEnd(this.#options.clock.now());
    this.#work();
  }

  #stop(): void {
    this.#chat.handleInputEnd(this.#options.clock.now(), stopWaitMs);
    this.#work();
  }

  /** Does what there is to do. What that leads to at once is done by the same loop. */
  #work(): void {
    if (this.#isWorking || this.#client === undefined) return;
    this.#isWorking = true;
    const now = this.#options.clock.now();
    for (;;) {
      const effect = this.#chat.pollEffect(now);
      if (effect === undefined || this.#hasEnded) break;
      this.#perform(this.#client, effect);
    }
    this.#isWorking = false;
    if (this.#hasEnded) return;
    if (this.#isAskingPassword) {
      this.#schedule();
      return;
    }
    if (this.#chat.isTakingInput) this.#options.stdin.resume();
    else this.#options.stdin.pause();
    this.#schedule();
  }

  #perform(client: ClientPort, effect: PlainEffect): void {
    switch (effect.type) {
      case "print":
        this.#print(effect.line);
        break;
      case "join":
        client.join(effect.room, effect.ref, effect.invitation);
        break;
      case "leave":
        client.leave(effect.room);
        break;
      case "history":
        client.history(effect.room, effect.range, effect.ref);
        break;
      case "change-nick":
        client.changeNick(effect.nick);
        break;
      case "post":
        if (client.post(effect.room, effect.body) === undefined) this.#chat.handleRefusedPost();
        break;
      case "ask":
        client.ask(effect.question, effect.ref);
        break;
      case "account":
        client.account(effect.action, accountRef);
        break;
      case "file":
        client.file(effect.action);
        break;
      case "ask-password":
        void this.#askPassword(effect.question);
        break;
      case "read":
        client.read(effect.room, effect.sequence, effect.ordinal);
        break;
      case "forget":
        client.forget();
        break;
      case "end":
        this.#end(effect.exitCode);
        break;
      default:
        assertNever(effect);
    }
  }

  #print(line: string): void {
    const { stdout } = this.#options;
    if (this.#hasEnded) return;
    stdout.write(`${line}\n`);
    if (outputBytesMax < (stdout.writableLength ?? 0)) this.#end(1);
  }

  #schedule(): void {
    this.#timer?.cancel();
    const at = this.#chat.pollTimeout();
    if (at === undefined) return;
    this.#timer = this.#options.clock.setTimer(at, () => {
      this.#chat.handleTimeout(this.#options.clock.now());
      this.#work();
    });
  }

  #end(exitCode: number): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#timer?.cancel();
    this.#onEnd(exitCode);
  }
}
