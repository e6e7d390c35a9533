import { EarshotError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { sanitizeLine } from "../base/text.ts";
import { type CommandName, type OptionDefinition, optionTable } from "./option-table.ts";

/** One option as it was typed. */
export interface OptionToken {
  readonly name: string;
  /** With its dashes. */
  readonly rawName: string;
  readonly value?: string | undefined;
  /** The value was typed behind a `=`. */
  readonly inlineValue?: boolean | undefined;
}

/** The options of one command line, checked against the table as they are added. */
export class OptionValues {
  readonly #values = new Map<string, string[]>();

  /** @throws {EarshotError} WHEN the command has no such option, or the option no such value `argument-invalid`. */
  add(token: OptionToken, command: CommandName): void {
    const option = optionTable.find((candidate) => candidate.name === token.name);
    if (option === undefined) throw unknownOption(token.rawName, command);
    if (!option.commands.includes(command)) {
      throw invalid(`${token.rawName} is for ${option.commands.join(", ")}, not for ${command}`);
    }
    const earlier = this.#values.get(option.name) ?? [];
    if (0 < earlier.length && !option.isRepeatable)
      throw invalid(`${token.rawName} is given twice`);
    this.#values.set(option.name, [...earlier, tokenValue(option, token)]);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  one(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** @throws {EarshotError} WHEN it is no whole number from `min` to `max` `argument-invalid`. */
  number(name: string, min: number, max: number): number | undefined {
    const text = this.one(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (min <= value && value <= max) return value;
    throw invalid(`--${name} is ${text}, must be a whole number from ${min} to ${max}`);
  }
}

/** What is said of a word that is none, with the one that was meant if it can be guessed. */
export function didYouMean(word: string | undefined): string {
  return word === undefined ? "; try earshot help" : `; did you mean ${word}?`;
}

/** The failure that the command line makes no sense, as a phrase. */
export function invalid(message: string): EarshotError {
  return new EarshotError("argument-invalid", message);
}

function tokenValue(option: OptionDefinition, token: OptionToken): string {
  if (option.value === undefined) {
    if (token.value !== undefined) throw invalid(`${token.rawName} takes no value`);
    return "";
  }
  const looksLikeOption = !token.inlineValue && token.value?.startsWith("-");
  if (token.value === undefined || token.value === "" || looksLikeOption) {
    throw invalid(`${token.rawName} needs a value: ${token.rawName} ${option.value}`);
  }
  return token.value;
}

function unknownOption(rawName: string, command: CommandName): EarshotError {
  const names = optionTable
    .filter((option) => option.commands.includes(command))
    .map((option) => `--${option.name}`);
  return invalid(`${sanitizeLine(rawName)} is no option${didYouMean(nearest(rawName, names))}`);
}
