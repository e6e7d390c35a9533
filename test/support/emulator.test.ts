import { describe, expect, test } from "vitest";
import { Emulator } from "./emulator.ts";

describe("the emulator", () => {
  test("shows what is written, with the cursor, the title and the modes", async () => {
    const emulator = new Emulator({ columns: 20, rows: 4 });
    emulator.stdout.write("\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[2;3Hhe漢👩‍👩\x1b]0;title\x07\x07");
    await emulator.until((screen) => screen.rows()[1]?.includes("漢") === true);
    expect(emulator.rows()).toEqual(["", "  he漢👩‍👩", "", ""]);
    expect(emulator.cursor).toEqual({ column: 10, row: 1, isVisible: false });
    expect(emulator.cell(4, 1)?.getWidth()).toBe(2);
    expect(emulator.title).toBe("title");
    expect(emulator.bellCount).toBe(1);
    expect(emulator.isAlternate && emulator.isPasteBracketed).toBe(true);
    emulator.dispose();
  });

  test("takes nothing while stalled and everything in order afterwards", async () => {
    const emulator = new Emulator({ columns: 20, rows: 4 });
    emulator.stdout.isStalled = true;
    emulator.stdout.write("one ");
    emulator.stdout.write("two");
    await emulator.settled();
    expect(emulator.picture()).toBe("");
    emulator.stdout.resumeTaking();
    await emulator.until((screen) => screen.picture() === "one two");
    emulator.dispose();
  });

  test("says what was on the screen when a wait was in vain", async () => {
    const emulator = new Emulator();
    emulator.stdout.write("hello");
    await expect(emulator.until((screen) => screen.title === "x", 20)).rejects.toThrow("hello");
    emulator.dispose();
  });
});
