import { inspect } from "node:util";

const redacted = "[secret]";

/**
 * Something that must be seen nowhere: whoever prints, logs, joins or encodes it by mistake shows
 * `[secret]`. It is read only where it is used, by `reveal`.
 */
export class Secret {
  readonly #value: string;

  static {
    // Not a method: declarations that are made file by file cannot name it.
    Object.defineProperty(Secret.prototype, inspect.custom, { value: () => redacted });
  }

  constructor(value: string) {
    this.#value = value;
    Object.defineProperty(this, inspect.custom, { value: () => redacted });
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }
}
