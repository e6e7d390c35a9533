import { EarshotError } from "../base/errors.ts";
import { fingerprintOf, typedWordCountMin } from "../base/fingerprint.ts";
import type { TimeFormat } from "./time-format.ts";

/** By what somebody means a server: the name it announces, or the address they typed. */
export interface ServerLabel {
  readonly type: "name" | "address";
  readonly text: string;
}

/** Under a label that is known, another key is shown than the one that is kept for it. */
export interface KeyChange {
  readonly label: ServerLabel;
  /** The key that is shown now, base64url, and the one that is known. */
  readonly key: string;
  readonly knownKey: string;
  /** Clock.wallNow() when the known key was last met. */
  readonly lastSeenAt: number;
}

/** What is known about the key that a server shows. */
export type Trust =
  | { readonly type: "new" }
  | { readonly type: "known" }
  | { readonly type: "changed"; readonly change: KeyChange };

/** A server shows another key than the one that is known: nothing was told to it. */
export class ServerChangedError extends EarshotError {
  readonly change: KeyChange;

  constructor(change: KeyChange, timeFormat: TimeFormat) {
    const fingerprint = fingerprintOf(change.key);
    const words = fingerprint.split(" ").slice(0, typedWordCountMin).join(" ");
    super(
      "server-untrusted",
      `${changeText(change, timeFormat)}; it was "${fingerprintOf(change.knownKey)}" ` +
        `and is "${fingerprint}" now: if that is right, join with --trust "${words}"`,
    );
    this.name = "ServerChangedError";
    this.change = change;
  }
}

/** The trust in one word, at most 7 characters; a change is told loudly, without any colour. */
export function trustWord({ type }: Trust): string {
  return type === "changed" ? "CHANGED" : type;
}

/** What changed since when, as a phrase. */
export function changeText({ label, lastSeenAt }: KeyChange, timeFormat: TimeFormat): string {
  const when = `${timeFormat.date(lastSeenAt)} ${timeFormat.time(lastSeenAt)}`;
  return `${label.text} shows another key than on ${when}`;
}

/** What to tell at the first visit to a server: the words are in two lines, as they fit everywhere. */
export function firstVisitLines(name: string, key: string): readonly string[] {
  const words = fingerprintOf(key).split(" ");
  const half = words.length / 2;
  const lines = [words.slice(0, half), words.slice(half)].map((line) => line.join(" "));
  return [`first visit to ${name}: its screen must show`, ...lines];
}
