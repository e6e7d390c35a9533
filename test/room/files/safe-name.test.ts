import { describe, expect, test } from "vitest";
import { partBytesMax } from "../../../src/room/files/limits.ts";
import { nameKey, numberedName, safeName, safeTopName } from "../../../src/room/files/safe-name.ts";

describe("a safe name", () => {
  test.each([
    ["../x", "x"],
    ["..\\x", "x"],
    ["/etc/x", "x"],
    ["C:\\x", "x"],
    ["\\\\srv\\x", "x"],
    ["a/../../b", "b"],
    ["~/.ssh/a", "a"],
    ["a/", "a"],
    [".", "unnamed"],
    ["..", "unnamed"],
    ["", "unnamed"],
    [" . ", "unnamed"],
    ["///", "unnamed"],
    ["CON", "_CON"],
    ["con.txt", "_con.txt"],
    ["COM1 ", "_COM1"],
    ["COM1 .txt", "_COM1 .txt"],
    ["lpt\u00b9", "_lpt\u00b9"],
    ["CONIN$", "_CONIN$"],
    ["console", "console"],
    ["x:ads", "x_ads"],
    ['<a>|b?*"', "_a__b___"],
    ["a\0b", "ab"],
    ["trailing.", "trailing"],
    ["trailing. . ", "trailing"],
    [" leading", "leading"],
    ["\u001b[2Jx", "[2Jx"],
    ["exe\u202etxt.pdf", "exetxt.pdf"],
    ["a\nb\tc", "a b c"],
    ["\ud800", "\ufffd"],
  ])("F1: makes of %j only %j", (hostile, safe) => {
    expect(safeName(hostile)).toBe(safe);
  });

  test("leaves names of any script as they are", () => {
    for (const name of [
      "Bericht über Öl.pdf",
      "отчёт.txt",
      "報告書.docx",
      "تقرير.pdf",
      "👩‍🚀.png",
      ".bashrc",
    ]) {
      expect(safeName(name)).toBe(name);
    }
  });

  test("F1: has at most 255 bytes, cuts no character, and keeps the ending", () => {
    const whole = `${"x".repeat(partBytesMax - 4)}.pdf`;
    expect(safeName(whole)).toBe(whole);
    expect(safeName(`x${whole}`)).toBe(whole);
    const long = safeName(`${"é".repeat(300)}.tar.gz`);
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(partBytesMax);
    expect(long).toMatch(/^é+\.tar\.gz$/);
    expect(Buffer.byteLength(safeName("x".repeat(300)))).toBe(partBytesMax);
  });

  test("is not hidden in a directory of the user's", () => {
    expect(safeTopName(".bashrc")).toBe("_.bashrc");
    expect(safeTopName("../.ssh")).toBe("_.ssh");
  });

  test("stays as it is when it is made safe again", () => {
    for (const name of [
      "CON",
      "x:ads",
      "a. ",
      `${"é".repeat(300)}.gz`,
      "\u202e",
      `a${" ".repeat(300)}b`,
    ]) {
      expect(safeName(safeName(name))).toBe(safeName(name));
    }
  });
});

describe("a numbered name", () => {
  test("has its number before the ending", () => {
    expect(numberedName("report.pdf", 1)).toBe("report (1).pdf");
    expect(numberedName("backup.tar.gz", 12)).toBe("backup (12).tar.gz");
    expect(numberedName(".bashrc", 1)).toBe(".bashrc (1)");
    expect(numberedName("README", 3)).toBe("README (3)");
    expect(numberedName("Dr. Who and all the others", 1)).toBe("Dr. Who and all the others (1)");
  });

  test("still has at most 255 bytes", () => {
    const name = numberedName(`${"é".repeat(125)}.pdf`, 10_000);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(partBytesMax);
    expect(name).toMatch(/^é+ \(10000\)\.pdf$/);
  });
});

test("names that macOS or Windows take for the same have the same key", () => {
  expect(nameKey("README")).toBe(nameKey("readme"));
  expect(nameKey("caf\u00e9")).toBe(nameKey("CAFE\u0301"));
  expect(nameKey("stra\u00dfe")).toBe(nameKey("STRASSE"));
  expect(nameKey("a")).not.toBe(nameKey("b"));
});
