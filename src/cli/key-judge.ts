import { EarshotError, toEarshotError } from "../base/errors.ts";
import { fingerprintOf, isFingerprintTyped } from "../base/fingerprint.ts";
import type { ShownKey, Verdict } from "../room/client-port.ts";
import { localTimeFormat } from "../tui/time-format.ts";
import { ServerChangedError, type ServerLabel } from "../tui/trust.ts";
import type { KnownServers } from "./known-servers.ts";

export interface KeyJudgeOptions {
  readonly knownServers: KnownServers;
  /** By what the server is meant. */
  readonly label: ServerLabel;
  /** The key that it announced, base64url; `undefined` where only an address is known. */
  readonly announcedKey: string | undefined;
  /** The key that a link names, base64url: no other one will do. */
  readonly linkedKey?: string;
  /** The words with which its fingerprint has to begin, whatever is known. */
  readonly trustedWords: string | undefined;
}

/** Decides whether a server is the one that is meant, by the keys that are known. */
export class KeyJudge {
  readonly #options: KeyJudgeOptions;
  #expectedKey: string | undefined;

  private constructor(options: KeyJudgeOptions) {
    const { announcedKey, linkedKey, knownServers, label } = options;
    this.#options = options;
    this.#expectedKey = announcedKey ?? linkedKey ?? knownServers.keyOf(label);
  }

  /**
   * @throws {EarshotError} WHEN the key that was announced or that the link names is not the known one,
   * or not the one of the words `server-untrusted`; `known-servers-unusable`.
   */
  static async open(options: KeyJudgeOptions): Promise<KeyJudge> {
    await options.knownServers.read();
    const judge = new KeyJudge(options);
    const claimedKey = options.announcedKey ?? options.linkedKey;
    const failure = claimedKey === undefined ? undefined : judge.#failureOf(claimedKey);
    if (failure !== undefined) throw failure;
    return judge;
  }

  /** The only key to talk to, 32 bytes; `undefined` when the server is new. */
  get expectedKey(): Uint8Array | undefined {
    return this.#expectedKey === undefined
      ? undefined
      : Buffer.from(this.#expectedKey, "base64url");
  }

  /**
   * The key that the server has if it is accepted, base64url; `undefined` when the server is new, or
   * when words may let another one in.
   */
  get certainKey(): string | undefined {
    const key = this.#expectedKey;
    return key === undefined || this.#failureOf(key) !== undefined ? undefined : key;
  }

  /**
   * What to think of the key that is shown at this address. A key that is accepted is remembered first,
   * and where it was.
   */
  async judge(shown: ShownKey, address?: string): Promise<Verdict> {
    const { announcedKey, linkedKey, knownServers, label, trustedWords } = this.#options;
    const key = Buffer.from(shown.key).toString("base64url");
    if (announcedKey !== undefined && key !== announcedKey) {
      return { type: "retry", reason: "another server answers at its address" };
    }
    const failure = this.#failureOf(key);
    if (failure !== undefined) return { type: "refused", failure };
    if (!shown.isProven) {
      this.#expectedKey = key;
      return { type: "retry", reason: "its key is not the known one, but was accepted" };
    }
    const isNew = knownServers.judge(label, key).type === "new";
    // A link came another way than over this network, as the words do.
    const isCompared = trustedWords !== undefined || linkedKey !== undefined;
    try {
      await knownServers.remember({ label, key, isCompared, address });
    } catch (error) {
      // Who is known already stays so.
      if (knownServers.keyOf(label) !== key) {
        return {
          type: "refused",
          failure: toEarshotError(error, "internal", "an unexpected failure"),
        };
      }
    }
    return { type: "accepted", isFirstVisit: isNew && !isCompared };
  }

  #failureOf(key: string): EarshotError | undefined {
    const { knownServers, label, linkedKey, trustedWords } = this.#options;
    if (linkedKey !== undefined && key !== linkedKey) {
      const message = `${label.text} shows another key than the link names: its words are "${fingerprintOf(key)}", those of the link "${fingerprintOf(linkedKey)}"`;
      return new EarshotError("server-untrusted", message);
    }
    if (trustedWords !== undefined) {
      const fingerprint = fingerprintOf(key);
      if (isFingerprintTyped(trustedWords, fingerprint)) return undefined;
      const message = `the words of ${label.text} are "${fingerprint}", not "${trustedWords}"`;
      return new EarshotError("server-untrusted", message);
    }
    const trust = knownServers.judge(label, key);
    if (trust.type !== "changed") return undefined;
    return new ServerChangedError(trust.change, localTimeFormat);
  }
}
