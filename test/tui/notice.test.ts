import { describe, expect, test } from "vitest";
import { capabilitiesOf } from "../../src/tui/capabilities.ts";
import {
  copyBytesMax,
  copySequence,
  noticeCellsMax,
  noticeSequence,
  noticeTitleCellsMax,
} from "../../src/tui/notice.ts";

const kitty = capabilitiesOf({ TERM: "xterm-kitty" });
const foot = capabilitiesOf({ TERM: "foot" });
const plain = capabilitiesOf({ TERM: "xterm" });
const notice = { title: "bob in #lobby", body: "look; here" };

describe("a notice", () => {
  test("is written as the terminal wants it, and rings", () => {
    expect(noticeSequence(notice, plain)).toBe("\x07");
    expect(noticeSequence(notice, foot)).toBe("\x1b]777;notify;bob in #lobby;look; here\x1b\\\x07");
    expect(noticeSequence(notice, capabilitiesOf({ TERM: "xterm", WT_SESSION: "x" }))).toBe(
      "\x1b]9;bob in #lobby: look; here\x1b\\\x07",
    );
    expect(noticeSequence(notice, kitty)).toBe(
      "\x1b]99;i=earshot:d=0:p=title;bob in #lobby\x1b\\\x1b]99;i=earshot:p=body;look; here\x1b\\\x07",
    );
  });

  test("is wrapped for tmux and for screen, which pass it on or drop it", () => {
    const inTmux = capabilitiesOf({ TERM: "tmux-256color", VTE_VERSION: "7600" });
    expect(noticeSequence(notice, inTmux)).toBe(
      "\x1bPtmux;\x1b\x1b]777;notify;bob in #lobby;look; here\x1b\x1b\\\x1b\\\x07",
    );
    const inScreen = capabilitiesOf({ TERM: "screen", VTE_VERSION: "7600" });
    expect(noticeSequence(notice, inScreen)).toBe(
      "\x1bP\x1b]777;notify;bob in #lobby;look; here\x07\x1b\\\x07",
    );
  });

  test("carries nothing that ends the command, and no field more", () => {
    const hostile = { title: "a;b\x1b\\\x07c\u009c", body: "x\x07\x1b]52;c;aGk=\x07\ny\u202e" };
    expect(noticeSequence(hostile, foot)).toBe("\x1b]777;notify;a,b\\c;x]52;c;aGk= y\x1b\\\x07");
  });

  test("is cut to a longest title and text", () => {
    const sent = (titleCells: number, bodyCells: number) =>
      noticeSequence({ title: "t".repeat(titleCells), body: "b".repeat(bodyCells) }, foot);
    expect(sent(noticeTitleCellsMax, noticeCellsMax)).not.toContain("…");
    expect(sent(noticeTitleCellsMax + 1, noticeCellsMax)).toContain("t…;");
    expect(sent(noticeTitleCellsMax, noticeCellsMax + 1)).toContain("b…\x1b");
  });
});

describe("a copy", () => {
  test("is sent in base64, up to what terminals take", () => {
    expect(copySequence("hé", plain)).toBe("\x1b]52;c;aMOp\x1b\\");
    expect(copySequence("x".repeat(copyBytesMax), plain)).toHaveLength(100_000 - 8 + 9);
    expect(copySequence("x".repeat(copyBytesMax + 1), plain)).toBeUndefined();
  });

  test("is not sent to a console that would print it", () => {
    expect(copySequence("x", capabilitiesOf({ TERM: "linux" }))).toBeUndefined();
  });
});
