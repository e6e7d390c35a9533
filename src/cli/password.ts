import { lstat, readFile } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import type { ReadStream } from "node:tty";
import { EarshotError, systemReason } from "../base/errors.ts";
import { Secret } from "../base/secret.ts";

/** Bytes of a password, or of a file with one. */
export const passwordBytesMax = 1_024;

/**
 * The password in the first line of a file. It is never an argument or a variable of the environment,
 * where other programs see it.
 *
 * @throws {EarshotError} WHEN it cannot be read, is empty or too long `file-unusable`.
 */
export async function readPasswordFile(path: string): Promise<Secret> {
  const text = await readSmallFile(path).catch((error: unknown) => {
    if (error instanceof EarshotError) throw error;
    throw unusable(`password file ${path} cannot be read${systemReason(error)}`);
  });
  const [password = ""] = text.split(/\r?\n/, 1);
  if (password === "") throw unusable(`password file ${path} is empty`);
  return new Secret(password);
}

/** What a password is typed into. */
export type PasswordInput = Pick<
  ReadStream,
  "isTTY" | "setRawMode" | "on" | "off" | "resume" | "pause"
>;

/**
 * Asks for a password, which is not shown while it is typed. Gives `undefined` when it is broken off
 * by Ctrl-C, Ctrl-D or the end of the input.
 *
 * @throws {EarshotError} WHEN the input is no terminal, which would show it `terminal-unusable`.
 */
export async function promptPassword(
  input: PasswordInput,
  write: (text: string) => void,
  question: string,
): Promise<Secret | undefined> {
  if (!input.isTTY) {
    const message = "a password is typed into a terminal only: use --password-file";
    throw new EarshotError("terminal-unusable", message);
  }
  write(question);
  input.setRawMode(true);
  input.resume();
  const line = new HiddenLine();
  const decoder = new StringDecoder("utf8");
  await new Promise<void>((resolve) => {
    const finish = () => {
      input.off("data", onData);
      input.off("end", finish);
      resolve();
    };
    const onData = (chunk: Buffer) => {
      line.type(decoder.write(chunk));
      if (line.isOver) finish();
    };
    input.on("data", onData);
    input.on("end", finish);
  });
  input.setRawMode(false);
  input.pause();
  write("\n");
  return line.entered;
}

/** A line that is typed without being seen, with the keys that a terminal itself would know. */
class HiddenLine {
  #text = "";
  #entered: Secret | undefined;
  #isOver = false;

  /** It was entered or broken off. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What was entered; `undefined` while it was not, or when it was broken off. */
  get entered(): Secret | undefined {
    return this.#entered;
  }

  type(characters: string): void {
    for (const character of characters) if (!this.#isOver) this.#typeOne(character);
  }

  #typeOne(character: string): void {
    switch (character) {
      case "\r":
      case "\n":
        this.#entered = new Secret(this.#text);
        this.#isOver = true;
        return;
      case "\u0003":
      case "\u0004":
        this.#isOver = true;
        return;
      case "\u0015":
        this.#text = "";
        return;
      case "\u007f":
      case "\b":
        this.#text = [...this.#text].slice(0, -1).join("");
        return;
      default:
        if (" " <= character && this.#text.length < passwordBytesMax) this.#text += character;
    }
  }
}

async function readSmallFile(path: string): Promise<string> {
  const { size } = await lstat(path);
  if (passwordBytesMax < size) {
    throw unusable(`password file ${path} is ${size} bytes long, at most ${passwordBytesMax}`);
  }
  return await readFile(path, "utf8");
}

function unusable(message: string): EarshotError {
  return new EarshotError("file-unusable", message);
}
