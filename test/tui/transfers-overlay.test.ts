import { describe, expect, test } from "vitest";
import type { Transfer } from "../../src/room/files/file-port.ts";
import { transferOf } from "../support/transfer-sample.ts";
import { joiningView, type ViewOptions, type ViewRun } from "../support/view.ts";

const received = { type: "received", path: "/home/alice/Downloads/old.txt" } as const;

function opened(transfers: readonly Transfer[], options: ViewOptions = {}): ViewRun {
  const run = joiningView({ size: { columns: 120, rows: 24 }, ...options }).enter();
  for (const transfer of transfers) run.client({ type: "transfer", transfer });
  run.keys("f5").takeEffects();
  return run;
}

function row(run: ViewRun, name: string): string | undefined {
  return run
    .text()
    .split("\n")
    .find((each) => each.includes(name));
}

describe("the transfers", () => {
  test("show how much, how fast, how long yet and by which way", () => {
    const run = opened([transferOf()]);
    expect(row(run, "notes.pdf")).toMatch(
      / ▌ down notes\.pdf +██████░{10} 43% {2}1\.0 MB of 2\.4 MB {2}11\.8 MB\/s {2}1 s left {2}direct/,
    );
  });

  test("have what is under way first, the newest first", () => {
    const run = opened([
      transferOf({ id: "2", name: "new" }),
      transferOf({ id: "3", name: "old" }, { state: received }),
      transferOf({ id: "4", name: "newer" }, { direction: "send" }),
    ]);
    const names = run
      .text()
      .split("\n")
      .slice(2, 5)
      .map((each) => each.slice(3, 14).trim());
    expect(names).toEqual(["up   newer", "down new", "down old"]);
  });

  test("are paused and resumed with Enter and cancelled with Alt+X", () => {
    const run = opened([transferOf()]).keys("enter");
    expect(run.takeEffects()).toEqual([{ type: "file", action: { type: "pause", offer: "1" } }]);
    const paused = { type: "paused", reason: "owner" } as const;
    run.client({ type: "transfer", transfer: transferOf({}, { state: paused }) }).keys("enter");
    expect(run.takeEffects()).toEqual([{ type: "file", action: { type: "resume", offer: "1" } }]);
    run.keys("alt+x");
    expect(run.takeEffects()).toEqual([{ type: "file", action: { type: "cancel", offer: "1" } }]);
  });

  test("that are received say where, and Enter copies that", () => {
    const run = opened([transferOf({}, { state: received })]);
    expect(run.text()).toContain("100%");
    expect(run.keys("alt+x").takeEffects()).toEqual([]);
    expect(run.keys("enter").takeEffects()).toEqual([{ type: "copy", text: received.path }]);
  });

  test("have no bar where it is narrow, and one of ASCII where there is nothing else", () => {
    const small = opened([transferOf()], { size: { columns: 40, rows: 12 } });
    expect(row(small, "notes.pdf")).toMatch(/43%/);
    expect(small.text()).not.toContain("█");
    expect(opened([transferOf()], { isAscii: true }).text()).toContain("######----------");
  });

  test("say how to send where there are none", () => {
    expect(opened([]).text()).toContain("/send NICK|#ROOM PATH");
  });
});
