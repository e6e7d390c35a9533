import { assertNever } from "../base/assert.ts";
import { sanitizeText } from "../base/text.ts";
import type { KeyEvent, TerminalEvent } from "./key.ts";
import { altKey, controlKey, keyEvent, type Sequence, sequenceKey } from "./key-sequences.ts";
import { MouseReader } from "./mouse.ts";
import { commandReply, sequenceReply } from "./terminal-reply.ts";

/** An Escape that nothing follows for this long is the key: more than tmux and ssh hold bytes back. */
export const escapeWaitMs = 50;

/** An unfinished sequence or answer is given up after this long without a byte: ssh over bad Wi-Fi. */
export const sequenceWaitMs = 500;

/** A paste whose end does not come is taken as it is after this long, so that keys work again. */
export const pasteWaitMs = 10_000;

/** A longer control sequence is none: the longest known (kitty with text) stays below 60. */
export const sequenceUnitsMax = 256;

/** UTF-16 units of a paste that are kept: the longest message is 16 MiB. */
export const pasteUnitsMax: number = 16 * 2 ** 20;

type State =
  | { readonly type: "ground" }
  /** An escape sequence that may go on. */
  | { readonly type: "sequence"; readonly text: string }
  /** Inside an answer of the terminal (OSC, DCS …); `text` is its beginning. */
  | { readonly type: "answer"; readonly text: string }
  /** `text` is what is kept of `units`; `tail` may be the start of the bracket that ends it. */
  | {
      readonly type: "paste";
      readonly text: string;
      readonly units: number;
      readonly tail: string;
    };

type Answer = State & { readonly type: "answer" };
type Paste = State & { readonly type: "paste" };

const ground: State = { type: "ground" };
const pasteEnd = "\x1b[201~";

/** Where reading goes on in the text, and what was found before. */
interface Step {
  readonly next: number;
  readonly event?: TerminalEvent | undefined;
}

/**
 * Makes events of the bytes that a terminal sends. Sans-IO: give it what was read and call
 * `handleTimeout` when `pollTimeout` has come. However the bytes are split over reads, the events are
 * the same, but that text may come in other pieces. Answers that we do not ask for and
 * sequences it does not know give no event. Bytes that are not UTF-8 become U+FFFD.
 */
export class KeyDecoder {
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #mouse = new MouseReader();
  #state: State = ground;
  #heardAt = 0;

  /** Takes the bytes of one read, of any length. */
  handleBytes(now: number, bytes: Uint8Array): TerminalEvent[] {
    const decoded = this.#utf8.decode(bytes, { stream: true });
    this.#heardAt = now;
    const state = this.#state;
    if (state.type === "sequence") this.#state = ground;
    const text = state.type === "sequence" ? state.text + decoded : decoded;
    const events: TerminalEvent[] = [];
    for (let at = 0; at < text.length; ) {
      const { next, event } = this.#step(text, at);
      if (event !== undefined) events.push(event);
      at = next;
    }
    return events;
  }

  /** When `handleTimeout` is to be called, or `undefined` while nothing is waited for. */
  pollTimeout(): number | undefined {
    const state = this.#state;
    switch (state.type) {
      case "ground":
        return undefined;
      case "sequence":
        return this.#heardAt + (isAltKey(state.text) ? escapeWaitMs : sequenceWaitMs);
      case "answer":
        return this.#heardAt + sequenceWaitMs;
      case "paste":
        return this.#heardAt + pasteWaitMs;
      default:
        return assertNever(state);
    }
  }

  /** Gives up waiting: a lone Escape is a key, half a sequence is nothing. */
  handleTimeout(now: number): KeyEvent[] {
    const at = this.pollTimeout();
    if (at === undefined || now < at) return [];
    const state = this.#state;
    this.#state = ground;
    if (state.type === "paste") return [pasteEvent(state, state.tail)];
    if (state.type !== "sequence" || !isAltKey(state.text)) return [];
    return abandonedKeys(state.text);
  }

  #step(text: string, at: number): Step {
    switch (this.#state.type) {
      case "ground":
        return this.#readGround(text, at);
      case "answer":
        return this.#readAnswer(this.#state, text, at);
      case "paste":
        return this.#readPaste(this.#state, text, at);
      case "sequence":
        // Only what is at the end of a read is unfinished.
        return { next: text.length };
      default:
        return assertNever(this.#state);
    }
  }

  #readGround(text: string, at: number): Step {
    const unit = text.charCodeAt(at);
    if (unit === 0x1b) return this.#readEscape(text, at);
    if (isControl(unit)) return { next: at + 1, event: controlKey(unit, false) };
    let next = at + 1;
    while (next < text.length && !isControl(text.charCodeAt(next))) next += 1;
    const typed = sanitizeText(text.slice(at, next));
    return { next, event: typed === "" ? undefined : { type: "text", text: typed } };
  }

  #readEscape(text: string, at: number): Step {
    const character = String.fromCodePoint(text.codePointAt(at + 1) ?? 0x1b);
    switch (text.charAt(at + 1)) {
      case "":
        return this.#wait(text, at);
      case "\x1b":
        return this.#readDoubleEscape(text, at);
      case "[":
        return this.#readControlSequence(text, at);
      case "O":
        return this.#readShiftThree(text, at);
      case "]":
      case "P":
      case "X":
      case "^":
      case "_":
        if (text.length === at + 2) return this.#wait(text, at);
        this.#state = { type: "answer", text: "" };
        return { next: at + 1 };
      case "\\":
        // The end of an answer, also of one that had ended already.
        return { next: at + 2 };
      default:
        return { next: at + 1 + character.length, event: altCharacter(character) };
    }
  }

  /** Before a sequence a second Escape says Alt (rxvt, iTerm2); otherwise the first was the key. */
  #readDoubleEscape(text: string, at: number): Step {
    const third = text.charAt(at + 2);
    if (third === "") return this.#wait(text, at);
    if (third !== "[" && third !== "O") return { next: at + 1, event: keyEvent("escape") };
    const { next, event } = this.#readEscape(text, at + 1);
    // The whole has to wait, not only what follows the first Escape.
    if (this.#state.type === "sequence") return this.#wait(text, at);
    // A paste, and what the terminal says of itself, come without any key.
    if (this.#state.type === "paste") return { next, event: keyEvent("escape") };
    if (event !== undefined && event.type !== "key") {
      return { next: at + 1, event: keyEvent("escape") };
    }
    return { next, event: event && { ...event, isAlt: true } };
  }

  #readControlSequence(text: string, at: number): Step {
    const start = at + 2;
    if (text.startsWith("M", start)) return this.#skipMouse(text, at);
    const linux = text.startsWith("[", start) ? 1 : 0;
    let end = start + linux;
    while (linux === 0 && isParameter(text.charCodeAt(end)) && end < start + sequenceUnitsMax) {
      // rxvt ends keys pressed with Shift in what is no final character elsewhere.
      if (text[end] === "$" && /^\d+$/.test(text.slice(start, end))) break;
      end += 1;
    }
    if (text.length <= end) return this.#wait(text, at);
    const sequence: Sequence = {
      introducer: "[",
      body: text.slice(start, end),
      final: text.charAt(end),
    };
    return this.#finishSequence(sequence, end);
  }

  #finishSequence(sequence: Sequence, end: number): Step {
    // A sequence that something else interrupts is thrown away, and reading goes on with that.
    if (!/[$@-~]/.test(sequence.final)) return { next: end };
    if (sequence.body === "200" && sequence.final === "~") {
      this.#state = { type: "paste", text: "", units: 0, tail: "" };
      return { next: end + 1 };
    }
    return { next: end + 1, event: this.#readReport(sequence) ?? sequenceKey(sequence) };
  }

  /** What is no key: the mouse, answers, and the focus (`CSI I` and `CSI O`, mode 1004). */
  #readReport({ body, final }: Sequence): TerminalEvent | undefined {
    if (body.startsWith("<")) return this.#mouse.read(body, final);
    const isFocus = body === "" && (final === "I" || final === "O");
    return isFocus ? { type: "focus", isFocused: final === "I" } : sequenceReply(body, final);
  }

  #readShiftThree(text: string, at: number): Step {
    const start = at + 2;
    let end = start;
    while (/[\d;]/.test(text.charAt(end)) && end < start + sequenceUnitsMax) end += 1;
    if (text.length <= end) return this.#wait(text, at);
    const final = text.charAt(end);
    if (!/[A-Za-z]/.test(final)) return { next: start, event: altKey("O") };
    const sequence: Sequence = { introducer: "O", body: text.slice(start, end), final };
    return { next: end + 1, event: sequenceKey(sequence) };
  }

  /** The oldest mouse report: three characters after `CSI M`. */
  #skipMouse(text: string, at: number): Step {
    const end = at + 6;
    return text.length < end ? this.#wait(text, at) : { next: end };
  }

  #readAnswer(answer: Answer, text: string, at: number): Step {
    let end = at;
    while (end < text.length && text[end] !== "\x07" && text[end] !== "\x1b") end += 1;
    const heard = (answer.text + text.slice(at, end)).slice(0, sequenceUnitsMax);
    const isEnded = end < text.length;
    this.#state = isEnded ? ground : { type: "answer", text: heard };
    if (!isEnded) return { next: end };
    const event = heard.startsWith("]") ? commandReply(heard.slice(1)) : undefined;
    return { next: text[end] === "\x07" ? end + 1 : end, event };
  }

  #readPaste(paste: Paste, text: string, at: number): Step {
    const pasted = paste.tail + text.slice(at);
    const end = pasted.indexOf(pasteEnd);
    if (end !== -1) {
      this.#state = ground;
      const next = at + end + pasteEnd.length - paste.tail.length;
      return { next, event: pasteEvent(paste, pasted.slice(0, end)) };
    }
    const tailStart = Math.max(0, pasted.length - pasteEnd.length + 1);
    this.#state = {
      ...addToPaste(paste, pasted.slice(0, tailStart)),
      tail: pasted.slice(tailStart),
    };
    return { next: text.length };
  }

  #wait(text: string, at: number): Step {
    this.#state = { type: "sequence", text: text.slice(at) };
    return { next: text.length };
  }
}

function addToPaste(paste: Paste, pasted: string): Paste {
  const kept = pasted.slice(0, Math.max(0, pasteUnitsMax - paste.units));
  return { ...paste, text: paste.text + kept, units: paste.units + pasted.length };
}

function pasteEvent(paste: Paste, rest: string): KeyEvent {
  const { text: kept, units } = addToPaste(paste, rest);
  const text = sanitizeText(kept.replace(/\r\n?/g, "\n"));
  return pasteUnitsMax < units ? { type: "paste", text, isCut: true } : { type: "paste", text };
}

/** What was waited for is one or two Escapes, or a character pressed with Alt. */
function isAltKey(text: string): boolean {
  return text.length <= 2 || (text.length === 3 && text.startsWith("\x1b\x1b"));
}

function abandonedKeys(text: string): KeyEvent[] {
  const last = text.charAt(text.length - 1);
  const hasAlt = last !== "\x1b";
  const escapes = text.length - (hasAlt ? 2 : 0);
  const keys = Array.from({ length: escapes }, () => keyEvent("escape"));
  return hasAlt ? [...keys, altKey(last)] : keys;
}

function altCharacter(character: string): KeyEvent {
  const unit = character.charCodeAt(0);
  return isControl(unit) ? controlKey(unit, true) : altKey(character);
}

function isControl(unit: number): boolean {
  return unit < 0x20 || unit === 0x7f;
}

/** Parameter and intermediate characters of a control sequence (ECMA-48 section 5.4). */
function isParameter(unit: number): boolean {
  return 0x20 <= unit && unit <= 0x3f;
}
