import { describe, expect, test } from "vitest";
import { cpuMsOf } from "../support/cpu-time.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

const long = Array.from({ length: 100 }, (_, index) => `row ${index}`).join("\n");

/** In the lobby with a folded message of 100 lines, and a short one below. */
function folded(): ViewRun {
  const run = joiningView().enter("bob").said(1, long).said(2, "short");
  run.takeEffects();
  return run;
}

/** The rows that are read, between title and hints. */
function read(run: ViewRun): string[] {
  return run
    .text()
    .split("\n")
    .slice(1, -1)
    .map((row) => row.trim())
    .filter((row) => row !== "");
}

describe("a folded message", () => {
  test.each([[["f4"]], [[..."/open", "enter"]]])("is read on the whole screen after %j", (keys) => {
    const run = folded().keys(...keys);
    expect(run.text().split("\n")[0]).toMatch(/^ bob 09:31 · 100 lines, 689 B +20 %$/);
    expect(read(run)).toEqual(Array.from({ length: 22 }, (_, index) => `row ${index}`));
    expect(run.text()).toContain("Esc back");
    expect(run.picture().cursor).toBeUndefined();
  });

  test.each(["escape", "q", "f4", "enter"])("gives the conversation back with %s", (key) => {
    const run = folded().type("draft").keys("f4", key);
    expect(run.text()).toContain("> draft");
    expect(run.text()).toContain("F4 opens");
    expect(run.takeEffects().filter(({ type }) => type !== "typing")).toEqual([]);
  });

  test("is scrolled by rows and pages, to its end and to its beginning, and not past them", () => {
    const run = folded().keys("f4", "down", "down", "up");
    expect(read(run)[0]).toBe("row 1");
    expect(read(run.keys("page-down"))[0]).toBe("row 22");
    expect(read(run.keys("page-up"))[0]).toBe("row 1");
    expect(read(run.keys("page-up", "up"))[0]).toBe("row 0");
    expect(read(run.keys("end")).at(-1)).toBe("row 99");
    expect(read(run)).toHaveLength(22);
    expect(run.text()).toContain(" 100 %");
    expect(read(run.keys("down", "page-down")).at(-1)).toBe("row 99");
    expect(read(run.keys("up"))[0]).toBe("row 77");
    expect(read(run.keys("home"))[0]).toBe("row 0");
  });

  test("keeps its place when the terminal changes its size", () => {
    const run = folded().keys("f4", "page-down").resize({ columns: 40, rows: 12 });
    expect(read(run)[0]).toBe("row 21");
    expect(run.text()).toContain("Esc back");
    expect(read(run.keys("end").resize({ columns: 80, rows: 24 })).at(-1)).toBe("row 99");
  });

  test("is the lowest one that is seen; where none is, that is said", () => {
    const run = folded().said(3, `last\n${long}`);
    expect(read(run.keys("f4"))[0]).toBe("last");
    run.keys("escape");
    for (let sequence = 4; sequence < 40; sequence += 1) run.said(sequence, "x");
    expect(run.keys("f4").text()).toContain("no folded message is on the screen");
    expect(read(run.keys("page-up", "page-up", "f4"))[0]).toMatch(/row 0|last/);
  });

  test("goes on being read while others talk, and what is typed does nothing", () => {
    const run = folded().keys("f4", "page-down").said(3, "news").type("zz").paste("zz");
    expect(read(run)[0]).toBe("row 21");
    expect(run.keys("escape").text()).toContain("news");
    expect(run.text()).not.toContain("zz");
  });

  test("of 16 MiB opens and ends at once", () => {
    const run = joiningView().enter().said(1, "lorem ipsum ".repeat(1_398_101));
    const tookMs = cpuMsOf(() => {
      run.keys("f4", "end", "up", "page-up");
      expect(read(run)[0]).toMatch(/^(lorem|ipsum)/);
    });
    expect(tookMs).toBeLessThan(2_000);
  });

  test("is written to a file on demand, and the answer stands in the room", () => {
    const run = folded().type("/save notes.txt").keys("enter");
    expect(run.takeEffects()).toEqual([{ type: "save", file: "notes.txt", text: long }]);
    run.event({ type: "saved", path: "/home/alice/notes.txt" });
    expect(run.text()).toContain("-- │ saved as /home/alice/notes.txt");
    run.event({ type: "save-failed", message: "disk is full" });
    expect(run.text()).toContain("-- │ not saved: disk is full");
  });

  test("is not written when none is seen", () => {
    const run = joiningView().enter().type("/save notes.txt").keys("enter");
    expect(run.takeEffects().filter(({ type }) => type === "save")).toEqual([]);
    expect(run.text()).toContain("no folded message is on the screen");
  });
});
