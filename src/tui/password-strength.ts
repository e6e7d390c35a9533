import { passwordLengthMin } from "../room/account-client.ts";
import { countOf } from "./count-text.ts";

/**
 * How long somebody would guess: bits of a password whose characters were chosen at random. A server
 * slows those who guess, so 50 bits are years; 70 are years also for who has stolen its disk.
 */
const fairBits = 50;
const goodBits = 70;

/** So few different characters are a pattern, however long it is. */
const distinctMin = 5;

/** What people are told of a password while they type it, in words; `undefined` while there is none. */
export function passwordStrength(password: string, nick: string): string | undefined {
  const characters = [...password];
  if (characters.length === 0) return undefined;
  if (characters.length < passwordLengthMin) {
    return `${countOf(passwordLengthMin - characters.length, "more character")} needed`;
  }
  const isNamed = nick !== "" && password.toLowerCase().includes(nick.toLowerCase());
  const isPattern = new Set(characters).size < distinctMin;
  const bits =
    (isNamed ? characters.length - [...nick].length : characters.length) * bitsOf(password);
  if (isPattern || bits < fairBits) return "strength: weak";
  return bits < goodBits ? "strength: fair" : "strength: good";
}

/** Bits of one of its characters, by the kinds of characters that are in it. */
function bitsOf(password: string): number {
  const kinds: readonly (readonly [kind: RegExp, count: number])[] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[^a-zA-Z0-9]/, 33],
  ];
  const count = kinds.reduce((sum, [kind, size]) => sum + (kind.test(password) ? size : 0), 0);
  return Math.log2(count);
}
