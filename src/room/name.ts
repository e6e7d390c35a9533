import { EarshotError } from "../base/errors.ts";
import { sanitizeLine } from "../base/text.ts";
import { isOneKindOfDigits, isOneScript, skeletonsOf } from "./skeleton.ts";

/** Code points of a nickname; at most 96 bytes of UTF-8. */
export const nickLengthMax = 24;

/** Code points of a room's name; at most 128 bytes of UTF-8. */
export const roomLengthMax = 32;

/** Names that would be taken for the system or for everybody. */
export const reservedNicks: readonly string[] = [
  "admin",
  "all",
  "chanserv",
  "everyone",
  "guest",
  "here",
  "nickserv",
  "root",
  "server",
  "system",
];

/** What the reserved names look like; made when it is asked for. */
let reservedSkeletons: ReadonlySet<string> | undefined;

const alphabet = /^[\p{L}\p{Nd}][\p{L}\p{M}\p{Nd}_.-]*$/u;

/** What the name of a private chat looks like. */
const privateName = /^&[A-Za-z0-9_-]{21}$/;

/** Letters and marks that nobody sees: with one of them two names look the same and are not. */
const invisible = /\p{Default_Ignorable_Code_Point}/u;

const alphabetRule = "use letters, digits, _ . - and begin with a letter or digit";

/**
 * The nickname as everybody will see it: NFKC, 1 to 24 code points, upper and lower case kept, in one
 * script (UTS 39 section 5.2), and nothing that looks like a reserved name.
 * @throws {EarshotError} WHEN `nickname-invalid`; the message says what to do.
 */
export function parseNick(input: string): string {
  const nick = canonical(input);
  const problem = nameProblem(nick, nickLengthMax);
  if (problem !== undefined) throw new EarshotError("nickname-invalid", `nickname ${problem}`);
  const deception = deceptionIn(nick);
  if (deception !== undefined) {
    throw new EarshotError("nickname-invalid", `nickname ${nick} ${deception}: choose another`);
  }
  return nick;
}

/** Two nicknames with one key are the same to people: NFKC and lower case. */
export function nickKey(nick: string): string {
  return nick.normalize("NFKC").toLowerCase().normalize("NFKC");
}

/**
 * The room's name without its `#`: NFKC, lower case, 1 to 32 code points.
 * @throws {EarshotError} WHEN `room-invalid`; the message says what to do.
 */
export function parseRoom(input: string): string {
  // Private chats are named by the server.
  if (privateName.test(input)) return input;
  const room = nickKey(canonical(input).replace(/^#/, ""));
  const problem = nameProblem(room, roomLengthMax);
  if (problem !== undefined) throw new EarshotError("room-invalid", `room name ${problem}`);
  return room;
}

/** A free nickname like the one that is taken: `anna` gives `anna2`, then `anna3`. */
export function suggestNick(taken: string, isTaken: (nick: string) => boolean): string {
  const letters = [...taken];
  while (1 < letters.length && /^\p{Nd}$/u.test(letters.at(-1) ?? "")) letters.pop();
  for (let number = 2; ; number += 1) {
    const suffix = String(number);
    const nick = letters.slice(0, nickLengthMax - suffix.length).join("") + suffix;
    if (!isTaken(nick)) return nick;
  }
}

/** How the nickname would deceive others about who it is. */
function deceptionIn(nick: string): string | undefined {
  if (!isOneScript(nick)) return "mixes alphabets";
  if (!isOneKindOfDigits(nick)) return "mixes kinds of digits";
  reservedSkeletons ??= new Set(reservedNicks.flatMap(skeletonsOf));
  const isReserved = skeletonsOf(nick).some((skeleton) => reservedSkeletons?.has(skeleton));
  return isReserved ? "is reserved, or looks like a name that is" : undefined;
}

function canonical(input: string): string {
  // Before normalising too, which takes too long for an endless row of marks.
  return sanitizeLine(sanitizeLine(input).normalize("NFKC")).trim();
}

function nameProblem(name: string, lengthMax: number): string | undefined {
  const length = [...name].length;
  if (length === 0) return "is empty";
  if (lengthMax < length) return `is ${length} characters long, at most ${lengthMax}`;
  if (invisible.test(name)) return `has invisible characters: ${alphabetRule}`;
  if (!alphabet.test(name)) return `${name} has characters that are not allowed: ${alphabetRule}`;
  return undefined;
}
