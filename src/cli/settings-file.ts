import { mkdir, open, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { EarshotError, systemErrorCode, systemReason, toEarshotError } from "../base/errors.ts";
import { replacePrivateFile } from "../base/private-file.ts";
import type { KeptSettings } from "../tui/chat-options.ts";
import {
  changedSettings,
  readSettings,
  type SettingsContent,
  settingsUnitsMax,
  usualSettings,
} from "../tui/settings-text.ts";

/**
 * The settings of a person, in a file that they may write by hand as well. It need not be there. One that
 * cannot be read is told of in `content.problems` and never written.
 */
export class SettingsFile implements KeptSettings {
  readonly content: SettingsContent;
  readonly #path: string;
  /** Changes are made one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, content: SettingsContent) {
    this.#path = path;
    this.content = content;
  }

  /** Reads the file; never rejects. */
  static async open(path: string): Promise<SettingsFile> {
    try {
      return new SettingsFile(path, readSettings(await readText(path)));
    } catch (error) {
      const problem = `${toUnusable(path, error).message}; everything is as usual`;
      return new SettingsFile(path, { ...usualSettings, problems: [problem] });
    }
  }

  async change(name: string, value: string | undefined): Promise<string> {
    const changing = this.#last.then(() => this.#change(name, value));
    this.#last = changing.catch(() => undefined);
    return await changing;
  }

  async #change(name: string, value: string | undefined): Promise<string> {
    const path = this.#path;
    try {
      const before = await readText(path);
      const text = changedSettings(before, name, value);
      if (settingsUnitsMax < text.length) throw tooLong(path);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      // Who keeps such files elsewhere has a link here, which stays one.
      if (text !== before) await replacePrivateFile(await targetOf(path), text);
      return text;
    } catch (error) {
      throw toUnusable(path, error);
    }
  }
}

async function readText(path: string): Promise<string> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return "";
    throw error;
  }
  try {
    // A text has at least as many bytes as UTF-16 units, at most three of each unit.
    const buffer = new Uint8Array(3 * settingsUnitsMax + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    const text = decode(path, buffer.subarray(0, bytesRead));
    if (settingsUnitsMax < text.length) throw tooLong(path);
    return text;
  } finally {
    await file.close();
  }
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll("\r\n", "\n");
  } catch (error) {
    throw new EarshotError("file-unusable", `${path} is no UTF-8 text`, { cause: error });
  }
}

async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path;
  }
}

function tooLong(path: string): EarshotError {
  const message = `${path} has more than ${settingsUnitsMax} characters`;
  return new EarshotError("file-unusable", message);
}

function toUnusable(path: string, error: unknown): EarshotError {
  const message = `${path} cannot be used${systemReason(error)}`;
  return toEarshotError(error, "file-unusable", message);
}
