import { describe, expect, test } from "vitest";
import { encodeUtf8 } from "../../src/base/bytes.ts";
import { sanitizeText } from "../../src/base/text.ts";
import type { TerminalEvent } from "../../src/tui/key.ts";
import {
  escapeWaitMs,
  KeyDecoder,
  pasteUnitsMax,
  pasteWaitMs,
  sequenceUnitsMax,
  sequenceWaitMs,
} from "../../src/tui/key-decoder.ts";
import { SeededRandom } from "../support/random.ts";

const start = 1_000_000;

/**
 * An event in one line: modifiers of a key as C-, M-, S- before its name; text in quotes; a paste in
 * angles; the mouse with its cell.
 */
function describeEvent(event: TerminalEvent): string {
  if (event.type === "text") return `"${event.text}"`;
  if (event.type === "paste") return `<${event.text}>${event.isCut ? "cut" : ""}`;
  if (event.type === "focus") return event.isFocused ? "in" : "out";
  if (event.type === "reply") {
    const { type: _, about, ...told } = event;
    return `${about}=${JSON.stringify(Object.values(told))}`;
  }
  const { isCtrl, isAlt, isShift } = event;
  const name = event.type === "key" ? event.name : `${event.button}@${event.column},${event.row}`;
  return `${isCtrl ? "C-" : ""}${isAlt ? "M-" : ""}${isShift ? "S-" : ""}${name}`;
}

function decode(input: string | Uint8Array): string {
  const decoder = new KeyDecoder();
  const bytes = typeof input === "string" ? encodeUtf8(input) : input;
  const events = decoder.handleBytes(start, bytes);
  const at = decoder.pollTimeout();
  if (at !== undefined) events.push(...decoder.handleTimeout(at));
  return events.map(describeEvent).join(" ");
}

const sequences: readonly (readonly [string, string])[] = [
  ["a", '"a"'],
  ["héllo 漢👩‍👩‍👧", '"héllo 漢👩‍👩‍👧"'],
  ["\r", "enter"],
  ["\n", "enter"],
  ["\t", "tab"],
  ["\x7f", "backspace"],
  ["\x08", "C-h"],
  ["\x00", "C- "],
  ["\x01", "C-a"],
  ["\x1a", "C-z"],
  ["\x1f", "C-_"],
  ["a\rb", '"a" enter "b"'],
  ["\x1b", "escape"],
  ["\x1b\x1b", "escape escape"],
  ["\x1b\x1bx", "escape M-x"],
  ["\x1ba", "M-a"],
  ["\x1bA", "M-S-a"],
  ["\x1b.", "M-."],
  ["\x1b<", "M-<"],
  ["\x1bé", "M-é"],
  ["\x1b😀", "M-😀"],
  ["\x1b5", "M-5"],
  ["\x1b\r", "M-enter"],
  ["\x1b\x7f", "M-backspace"],
  ["\x1b\x01", "C-M-a"],
  ["\x1b[", "M-["],
  ["\x1bO", "M-S-o"],
  ["\x1b]", "M-]"],
  ["\x1bP", "M-S-p"],
  ["\x1b\x1b[", "escape M-["],
  // xterm, normal and application
  ["\x1b[A", "up"],
  ["\x1bOA", "up"],
  ["\x1b[B\x1b[C\x1b[D", "down right left"],
  ["\x1b[H\x1b[F\x1bOH\x1bOF", "home end home end"],
  ["\x1b[1;5C", "C-right"],
  ["\x1b[1;3D", "M-left"],
  ["\x1b[1;2A", "S-up"],
  ["\x1b[1;8B", "C-M-S-down"],
  ["\x1b[5A", "up"],
  ["\x1bO5C", "C-right"],
  ["\x1bO1;5C", "C-right"],
  ["\x1bOP\x1bOQ\x1bOR\x1bOS", "f1 f2 f3 f4"],
  ["\x1b[15~\x1b[17~\x1b[24~", "f5 f6 f12"],
  ["\x1b[1;5P", "C-f1"],
  ["\x1b[2~\x1b[3~\x1b[5~\x1b[6~", "insert delete page-up page-down"],
  ["\x1b[3;5~", "C-delete"],
  ["\x1b[1~\x1b[4~\x1b[7~\x1b[8~", "home end home end"],
  ["\x1b[Z", "S-tab"],
  ["\x1bOM\x1bOj\x1bOp\x1bOy", 'enter "*" "0" "9"'],
  // rxvt
  ["\x1b[a\x1bOa", "S-up C-up"],
  ["\x1b[7$\x1b[3^\x1b[3@", "S-home C-delete C-S-delete"],
  ["\x1b\x1b[A", "M-up"],
  ["\x1b\x1bOd", "C-M-left"],
  ["\x1b\x1b[I\x1b\x1b[1;1R\x1b\x1b[200~a\x1b[201~", "escape in escape cursor=[0] escape <a>"],
  // Linux console
  ["\x1b[[A\x1b[[E", "f1 f5"],
  // kitty
  ["\x1b[97;5u", "C-a"],
  ["\x1b[97;6u", "C-S-a"],
  ["\x1b[13;2u", "S-enter"],
  ["\x1b[13;3u", "M-enter"],
  ["\x1b[13u", "enter"],
  ["\x1b[27u", "escape"],
  ["\x1b[127;5u", "C-backspace"],
  ["\x1b[9;2u", "S-tab"],
  ["\x1b[97;1:3u", ""],
  ["\x1b[1;1:3A", ""],
  ["\x1b[97;1:2u", '"a"'],
  ["\x1b[97;69u", "C-a"],
  ["\x1b[97:65;2u", '"A"'],
  ["\x1b[49:33;2u", '"!"'],
  ["\x1b[228;2u", '"Ä"'],
  ["\x1b[57419u", "up"],
  ["\x1b[57358u", ""],
  ["\x1b[155u", ""],
  ["\x1b[1114112u", ""],
  ["\x1b[55296u", ""],
  ["\x1b[u", ""],
  ["\x1b[8238u", ""],
  // modifyOtherKeys
  ["\x1b[27;5;105~", "C-i"],
  ["\x1b[27;2;13~", "S-enter"],
  ["\x1b[27;4;65~", "M-S-a"],
  ["\x1b[27~", ""],
  // reports and answers
  ["\x1b[I\x1b[O", "in out"],
  ["\x1b[<0;10;20M\x1b[<0;10;20mx", 'left@9,19 "x"'],
  ["\x1b[<0;1;1M\x1b[<0;2;1m", "left@0,0 drag@1,0"],
  ["\x1b[<0;2;1m", ""],
  ["\x1b[<64;80;24M\x1b[<65;1;1M", "wheel-up@79,23 wheel-down@0,0"],
  ["\x1b[<68;1;1M\x1b[<24;3;4M", "S-wheel-up@0,0 C-M-left@2,3"],
  ["\x1b[<1;5;5M\x1b[<2;5;5M\x1b[<35;5;5M\x1b[<66;5;5M\x1b[<128;5;5M", ""],
  ["\x1b[<0;0;1M\x1b[<0;1M\x1b[<0;1;1;1M\x1b[<0;1;999999Mx", '"x"'],
  ["\x1b[M !!x", '"x"'],
  ["\x1b[24;80R", "cursor=[79]"],
  ["\x1b[1;1R", "cursor=[0]"],
  ["\x1b[1;2;3R\x1b[1R", ""],
  ["\x1b[R", "f3"],
  ["\x1b[?62;22c", "kind=[]"],
  ["\x1b[>1;10;0c\x1b[0n\x1b[4;2$y\x1b[8;24;80t", ""],
  ["\x1b[?2026;2$y\x1b[?2027;0$y", "mode=[2026,true] mode=[2027,false]"],
  ["\x1b]11;rgb:0000/8080/ffff\x07x", 'background=[[0,128,255]] "x"'],
  ["\x1b]11;rgb:00/8/fff\x1b\\x", 'background=[[0,136,255]] "x"'],
  ["\x1b]11;rgba:ffff/ffff/ffff/8080\x1b\\", "background=[[255,255,255]]"],
  ["\x1b]11;rgb:0000/0000\x07\x1b]11;red\x07\x1b]10;rgb:0/0/0\x07x", '"x"'],
  ["\x1b]52;c;aGk=\x07x", '"x"'],
  ["\x1bP1$r0m\x1b\\x", '"x"'],
  ["\x1bP>|xterm\x1b[A", "up"],
  ["\x1b\\", ""],
  ["\x1b[?1u", ""],
  ["\x1b[99~\x1b[1;5T", ""],
  // broken
  ["\x1b[1;5\x1b[A", "up"],
  ["\x1b[1\rx", 'enter "x"'],
  ["\x1b[1;é", '"é"'],
  ["\x1b[12", ""],
  // pastes
  ["\x1b[200~hi\x1b[201~", "<hi>"],
  ["\x1b[200~\x1b[201~", "<>"],
  ["\x1b[200~a\rb\r\nc\nd\te\x1b[201~\r", "<a\nb\nc\nd\te> enter"],
  ["\x1b[200~a\x1b[31m\x07\x1bb\u202ec\u009bd\x1b[201~x", '<a[31mbcd> "x"'],
  ["\x1b[201~x", '"x"'],
  // what text may not carry
  ["a\u202eb\u009bc\u200bd", '"abcd"'],
  ["\u202e", ""],
];

describe("the key decoder", () => {
  test.each(sequences)("reads %j as %s", (input, expected) => {
    expect(decode(input)).toBe(expected);
  });

  test("shows bytes that are not UTF-8 as replacement characters", () => {
    expect(decode(Uint8Array.of(0x61, 0xe9, 0x62))).toBe('"a\ufffdb"');
  });

  test("waits for what follows an Escape, then takes it for the key", () => {
    const decoder = new KeyDecoder();
    expect(decoder.pollTimeout()).toBeUndefined();
    expect(decoder.handleBytes(start, encodeUtf8("\x1b"))).toEqual([]);
    expect(decoder.pollTimeout()).toBe(start + escapeWaitMs);
    expect(decoder.handleTimeout(start + escapeWaitMs - 1)).toEqual([]);
    expect(decoder.handleTimeout(start + escapeWaitMs).map(describeEvent)).toEqual(["escape"]);
    expect(decoder.pollTimeout()).toBeUndefined();
    expect(decoder.handleTimeout(start + 1_000)).toEqual([]);
  });

  test("waits longer once a sequence is more than a key with Alt, and for answers", () => {
    const decoder = new KeyDecoder();
    decoder.handleBytes(start, encodeUtf8("\x1b[1;"));
    expect(decoder.pollTimeout()).toBe(start + sequenceWaitMs);
    expect(decoder.handleBytes(start + 400, encodeUtf8("5A")).map(describeEvent)).toEqual(["C-up"]);
    decoder.handleBytes(start, encodeUtf8("\x1b]11;rgb"));
    expect(decoder.pollTimeout()).toBe(start + sequenceWaitMs);
    expect(decoder.handleTimeout(start + sequenceWaitMs)).toEqual([]);
    expect(decoder.handleBytes(start, encodeUtf8("x")).map(describeEvent)).toEqual(['"x"']);
  });

  test("takes a paste whose end does not come as it is", () => {
    const decoder = new KeyDecoder();
    decoder.handleBytes(start, encodeUtf8("\x1b[200~hello \x1b[20"));
    expect(decoder.pollTimeout()).toBe(start + pasteWaitMs);
    expect(decoder.handleTimeout(start + pasteWaitMs).map(describeEvent)).toEqual(["<hello [20>"]);
  });

  test("gives up a sequence that is too long", () => {
    const longest = `\x1b[${"1".repeat(sequenceUnitsMax - 1)}`;
    expect(decode(`${longest}Ax`)).toBe('up "x"');
    expect(decode(`${longest}1`)).toBe("");
    const decoder = new KeyDecoder();
    decoder.handleBytes(start, encodeUtf8(`${longest}11`));
    expect(decoder.pollTimeout()).toBeUndefined();
  });

  test("keeps the longest paste whole and cuts one unit more off", () => {
    const chunk = Buffer.alloc(64 * 1024, "x");
    const decoder = new KeyDecoder();
    const paste = (extra: string) => {
      decoder.handleBytes(start, encodeUtf8("\x1b[200~"));
      for (let units = 0; units < pasteUnitsMax; units += chunk.length) {
        decoder.handleBytes(start, chunk);
      }
      const [event] = decoder.handleBytes(start, encodeUtf8(`${extra}\x1b[201~`));
      if (event?.type !== "paste") throw new Error("no paste");
      return { units: event.text.length, isCut: event.isCut };
    };
    expect(paste("")).toEqual({ units: pasteUnitsMax, isCut: undefined });
    expect(paste("x")).toEqual({ units: pasteUnitsMax, isCut: true });
  });

  test("gives the same events however the bytes are split", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = new SeededRandom(seed);
      const inputs = Array.from({ length: 12 }, () => random.pick(sequences)[0]);
      // What ends in the middle of a sequence would be joined with the next by any reader.
      const bytes = encodeUtf8(inputs.join(""));
      const whole = new KeyDecoder();
      const expected = join(whole.handleBytes(start, bytes));
      const split = new KeyDecoder();
      const events: TerminalEvent[] = [];
      for (let at = 0; at < bytes.length; ) {
        const end = at + random.between(1, 4);
        events.push(...split.handleBytes(start, bytes.subarray(at, end)));
        at = end;
      }
      expect(join(events), `seed ${seed}`).toBe(expected);
      expect(split.pollTimeout(), `seed ${seed}`).toBe(whole.pollTimeout());
    }
  });

  test("never throws and never lets a control character through, whatever the bytes", () => {
    const alphabet = [0x1b, 0x5b, 0x4f, 0x5d, 0x3b, 0x32, 0x30, 0x7e, 0x07, 0x9b, 0xc2, 0xe2, 0x24];
    for (let seed = 1; seed <= 500; seed += 1) {
      const random = new SeededRandom(seed);
      const decoder = new KeyDecoder();
      const bytes = Uint8Array.from({ length: 200 }, () =>
        random.chance(0.7) ? random.pick(alphabet) : random.between(0, 255),
      );
      const events = decoder.handleBytes(start, bytes);
      for (const event of events) {
        if (event.type !== "text" && event.type !== "paste") continue;
        expect(event.text, `seed ${seed}`).toBe(sanitizeText(event.text));
      }
    }
  });
});

/** Text may come in pieces, so neighbouring pieces are put together. */
function join(events: readonly TerminalEvent[]): string {
  const joined: TerminalEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if (event.type !== "text" || last?.type !== "text") joined.push(event);
    else joined[joined.length - 1] = { type: "text", text: sanitizeText(last.text + event.text) };
  }
  return joined.map(describeEvent).join(" ");
}
