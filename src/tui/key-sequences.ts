import { sanitizeText } from "../base/text.ts";
import type { KeyEvent, KeyName } from "./key.ts";

/** The modifiers of a key. */
export interface Modifiers {
  readonly isCtrl: boolean;
  readonly isAlt: boolean;
  readonly isShift: boolean;
}

const plain: Modifiers = { isCtrl: false, isAlt: false, isShift: false };

/** A key with its modifiers as an event. */
export function keyEvent(name: string, modifiers: Partial<Modifiers> = plain): KeyEvent {
  return { type: "key", name, ...plain, ...modifiers };
}

/**
 * The key that a C0 control or DEL stands for. Line feed is Enter too: a terminal that was not raw
 * yet when the key was pressed has turned its carriage return into one.
 */
export function controlKey(unit: number, isAlt: boolean): KeyEvent {
  if (unit === 0x0d || unit === 0x0a) return keyEvent("enter", { isAlt });
  if (unit === 0x09) return keyEvent("tab", { isAlt });
  if (unit === 0x1b) return keyEvent("escape", { isAlt });
  if (unit === 0x7f) return keyEvent("backspace", { isAlt });
  if (unit === 0x00) return keyEvent(" ", { isCtrl: true, isAlt });
  return keyEvent(String.fromCharCode(unit + 0x40).toLowerCase(), { isCtrl: true, isAlt });
}

/** A printable character pressed with Alt. Letters are told in lower case, with Shift. */
export function altKey(character: string): KeyEvent {
  const name = character.toLowerCase();
  return keyEvent(name, { isAlt: true, isShift: name !== character });
}

const cursorKeys: Readonly<Record<string, KeyName>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
};

/** rxvt says Shift (after CSI) or Ctrl (after SS3) by a small letter. */
const rxvtCursorKeys: Readonly<Record<string, KeyName>> = {
  a: "up",
  b: "down",
  c: "right",
  d: "left",
};

/** … and the modifiers of its numbered keys by what stands in place of `~`. */
const rxvtFinals: Readonly<Record<string, Partial<Modifiers>>> = {
  $: { isShift: true },
  "^": { isCtrl: true },
  "@": { isCtrl: true, isShift: true },
};

/** The application keypad; without Num Lock its keys send cursor keys instead. */
const keypad = "*+,-./0123456789=";
const keypadFinals = "jklmnopqrstuvwxyX";

const numberedKeys: Readonly<Record<number, KeyName>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "page-up",
  6: "page-down",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
  15: "f5",
  17: "f6",
  18: "f7",
  19: "f8",
  20: "f9",
  21: "f10",
  23: "f11",
  24: "f12",
};

const kittyKeys: Readonly<Record<number, KeyName>> = {
  8: "backspace",
  9: "tab",
  13: "enter",
  27: "escape",
  127: "backspace",
  57414: "enter",
  57417: "left",
  57418: "right",
  57419: "up",
  57420: "down",
  57421: "page-up",
  57422: "page-down",
  57423: "home",
  57424: "end",
  57425: "insert",
  57426: "delete",
};

/** A complete control sequence: what stands between `ESC [` or `ESC O` and its last character. */
export interface Sequence {
  readonly introducer: "[" | "O";
  readonly body: string;
  readonly final: string;
}

/**
 * What a control sequence means, or `undefined` for one that is no key: an answer of the terminal
 * (cursor position, device attributes, modes) or a key that we have no name for. Sources: xterm's ctlseqs, rxvt's and the Linux console's tables, kitty's keyboard protocol.
 */
export function sequenceKey(sequence: Sequence): KeyEvent | undefined {
  const { introducer, body, final } = sequence;
  if (introducer === "O") return shiftThreeKey(body, final);
  if (body === "[") return linuxConsoleKey(final);
  if (!/^[\d;:]*$/.test(body) || isRelease(body)) return undefined;
  const fields = body.split(";").map((field) => Number.parseInt(field, 10));
  if (final === "u") return codeKey(body);
  if (final === "~" && fields[0] === 27) return modifiedCodeKey(fields);
  if (final === "Z") return keyEvent("tab", { isShift: true });
  // A position report ends in R as F3 does; only F3 without a number is sure to be a key.
  if (final === "R" && body !== "") return undefined;
  const number = numberedKeys[fields[0] ?? 0];
  if (final === "~") return named(number, modifiersOf(body));
  const rxvtModifiers = rxvtFinals[final];
  if (rxvtModifiers !== undefined) return named(number, rxvtModifiers);
  const shifted = rxvtCursorKeys[final];
  if (shifted !== undefined) return keyEvent(shifted, { isShift: true });
  return named(cursorKeys[final], modifiersOf(body));
}

function shiftThreeKey(body: string, final: string): KeyEvent | undefined {
  if (final === "M") return keyEvent("enter");
  const rxvt = rxvtCursorKeys[final];
  if (rxvt !== undefined) return keyEvent(rxvt, { isCtrl: true });
  const at = keypadFinals.indexOf(final);
  if (at !== -1) return { type: "text", text: keypad.charAt(at) };
  // Old terminals put the modifier alone between `ESC O` and the letter.
  return named(cursorKeys[final], modifiersOf(body.includes(";") ? body : `1;${body}`));
}

function linuxConsoleKey(final: string): KeyEvent | undefined {
  const number = "ABCDE".indexOf(final) + 1;
  return 0 < number ? keyEvent(`f${number}`) : undefined;
}

/** kitty: `code[:shifted[:base]];modifiers[:event];text`. */
function codeKey(body: string): KeyEvent | undefined {
  const [code = Number.NaN, shifted = Number.NaN] = body
    .split(";", 1)
    .flatMap((field) => field.split(":"))
    .map((part) => Number.parseInt(part, 10));
  return characterKey(code, modifiersOf(body), shifted);
}

/** xterm's modifyOtherKeys: `27;modifiers;code~`. */
function modifiedCodeKey(fields: readonly number[]): KeyEvent | undefined {
  const [, modifiers, code] = fields;
  if (code === undefined) return undefined;
  return characterKey(code, modifiersOf(`1;${modifiers}`), Number.NaN);
}

function characterKey(code: number, modifiers: Modifiers, shifted: number): KeyEvent | undefined {
  const name = kittyKeys[code];
  if (name !== undefined) return keyEvent(name, modifiers);
  // kitty names the keys that have no character in a private area.
  const isPrintable = 0x20 <= code && !(0x7f <= code && code < 0xa0);
  if (!isPrintable || (57344 <= code && code <= 63743) || !isCodePoint(code)) return undefined;
  const character = String.fromCodePoint(code);
  if (modifiers.isCtrl || modifiers.isAlt) return keyEvent(character.toLowerCase(), modifiers);
  if (!modifiers.isShift) return typed(character);
  return typed(isCodePoint(shifted) ? String.fromCodePoint(shifted) : character.toUpperCase());
}

function typed(character: string): KeyEvent | undefined {
  const text = sanitizeText(character);
  return text === "" ? undefined : { type: "text", text };
}

/** Whether a second field says that the key went up: `modifiers:3` in kitty's protocol. */
function isRelease(body: string): boolean {
  return body.split(";")[1]?.split(":")[1] === "3";
}

function isCodePoint(code: number): boolean {
  return 0x20 <= code && code <= 0x10ffff && !(0xd800 <= code && code <= 0xdfff);
}

/** The second field is 1 plus a bit each: Shift 1, Alt 2, Ctrl 4; locks and the rest are ignored. */
function modifiersOf(body: string): Modifiers {
  const field = Number.parseInt(body.split(";")[1] ?? "", 10);
  const bits = 1 <= field ? field - 1 : 0;
  return { isShift: (bits & 1) !== 0, isAlt: (bits & 2) !== 0, isCtrl: (bits & 4) !== 0 };
}

function named(name: KeyName | undefined, modifiers: Partial<Modifiers>): KeyEvent | undefined {
  return name === undefined ? undefined : keyEvent(name, modifiers);
}
