import type { Rgb } from "./colour.ts";
import type { TerminalReply } from "./terminal-reply.ts";

/**
 * Characters whose width terminals do not agree on, and the cells that we give them. `ambiguous` is
 * narrow but in terminals that were told to draw it wide, for Chinese and Japanese.
 */
const samples = {
  emoji: { text: "😀", width: 2 },
  skinTone: { text: "👍🏽", width: 2 },
  joined: { text: "👩‍👩‍👧", width: 2 },
  flag: { text: "🇩🇪", width: 2 },
  ambiguous: { text: "│", width: 1 },
} as const;

/** A kind of character that this terminal draws in more cells than we give it. */
export type WideKind = keyof typeof samples;

/** What was found out about a terminal; absent while it has not answered, for ever with some. */
export interface TerminalFacts {
  /** What is drawn wider than it should be, and has to be drawn as something else. */
  readonly wideKinds: ReadonlySet<WideKind>;
  /** Whether it shows what stands between the brackets of mode 2026 at once. */
  readonly isSynchronised: boolean;
  readonly background: Rgb | undefined;
}

/** What is taken for true until the terminal answers. */
export const unknownFacts: TerminalFacts = {
  wideKinds: new Set(),
  isSynchronised: false,
  background: undefined,
};

const synchronisedMode = 2026;

/**
 * Asks a terminal what it can do. Sans-IO: write `question` while nothing is on the screen, give
 * it the answers. Nobody waits for them: facts hold from when they come, and what comes after the
 * answer to the last question, or unasked, is not believed.
 */
export class TerminalProbe {
  readonly #kinds = Object.keys(samples) as WideKind[];
  #facts: TerminalFacts = unknownFacts;
  #isAsking = false;
  #sampleCount = 0;

  get facts(): TerminalFacts {
    return this.#facts;
  }

  /**
   * The bytes that ask: each sample is drawn in the corner and the cursor's place asked for (CPR),
   * then mode 2026 (DECRQM), the background (OSC 11) and, for an end, the terminal's kind (DA1).
   */
  question(): string {
    this.#isAsking = true;
    this.#sampleCount = 0;
    const drawn = this.#kinds.map((kind) => `\x1b[1;1H${samples[kind].text}\x1b[6n`).join("");
    return `${drawn}\x1b[1;1H\x1b[2K\x1b[?${synchronisedMode}$p\x1b]11;?\x1b\\\x1b[c`;
  }

  /** Takes an answer and says whether it has changed the facts. */
  handleReply(reply: TerminalReply): boolean {
    if (!this.#isAsking) return false;
    const before = this.#facts;
    switch (reply.about) {
      case "cursor":
        this.#handleColumn(reply.column);
        break;
      case "mode":
        if (reply.mode === synchronisedMode) {
          this.#facts = { ...before, isSynchronised: reply.isKnown };
        }
        break;
      case "background":
        this.#facts = { ...before, background: reply.rgb };
        break;
      case "kind":
        this.#isAsking = false;
        break;
    }
    return this.#facts !== before;
  }

  #handleColumn(column: number): void {
    const kind = this.#kinds[this.#sampleCount];
    this.#sampleCount += 1;
    if (kind === undefined || column <= samples[kind].width) return;
    this.#facts = { ...this.#facts, wideKinds: new Set([...this.#facts.wideKinds, kind]) };
  }
}

/**
 * What to draw for a grapheme on a terminal that would give it more cells than it has: the first of
 * several people, a hand of no colour, a flag's letters, ASCII for a line.
 */
export function drawnForm(grapheme: string, wideKinds: ReadonlySet<WideKind>): string {
  if (wideKinds.size === 0) return grapheme;
  if (wideKinds.has("ambiguous")) {
    const plain = plainForms[grapheme];
    if (plain !== undefined) return plain;
  }
  if (wideKinds.has("flag") && /^\p{Regional_Indicator}{2}$/u.test(grapheme)) {
    return Array.from(grapheme, letterOf).join("");
  }
  let drawn = grapheme;
  if (wideKinds.has("joined")) drawn = drawn.replace(/^(\p{Emoji}.*?)\u200d.*$/su, "$1");
  return wideKinds.has("skinTone") ? drawn.replace(/(?<=.)\p{Emoji_Modifier}/gu, "") : drawn;
}

const plainForms: Readonly<Record<string, string>> = {
  "│": "|",
  "─": "-",
  "▌": "*",
  "…": "~",
  "·": "-",
  "✓": "+",
  "●": "*",
  "○": "o",
  "◐": "*",
  "█": "#",
  "░": "-",
  "▼": "v",
};

/** The regional indicators are the letters from U+1F1E6. */
function letterOf(indicator: string): string {
  return String.fromCodePoint((indicator.codePointAt(0) ?? 0) - 0x1f1e6 + 0x41);
}
