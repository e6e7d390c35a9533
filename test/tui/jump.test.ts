import { describe, expect, test } from "vitest";
import { idleLinesMax, linesMax } from "../../src/tui/conversation-lines.ts";
import { pastLimit } from "../../src/tui/page-ref.ts";
import type { Effect } from "../../src/tui/view-state.ts";
import { enteredEvent } from "../support/client-events.ts";
import { entry, someTime } from "../support/fake-client.ts";
import { SeededRandom } from "../support/random.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

type History = Extract<Effect, { type: "history" }>;

const newest = 5_000;

/** A lobby of 5,000 lines with the last 100 here. */
function inLongLobby(): ViewRun {
  const run = joiningView({ size: { columns: 80, rows: 24 } }).enter("bob");
  run.client({ type: "reset", room: "lobby" });
  return answered(run);
}

/** Answers every question about history as a server with that log does. */
function answered(run: ViewRun, limit = pastLimit): ViewRun {
  for (;;) {
    const asked = run.takeEffects().filter((effect) => effect.type === "history");
    if (asked.length === 0) return run;
    for (const effect of asked) run.client(pageOf(effect, limit));
  }
}

function pageOf({ ref, range }: History, limit: number) {
  const at = (place: History["range"]["before"]) =>
    typeof place === "object" ? Math.round((place.time - someTime) / 60_000) : place;
  const [before, after, around] = [at(range.before), at(range.after), at(range.around)];
  let [from, to] = [newest - limit + 1, newest];
  if (before !== undefined) [from, to] = [before - limit, before - 1];
  if (after !== undefined) [from, to] = [after + 1, after + limit];
  if (around !== undefined) [from, to] = [around - limit / 2, around + limit / 2 - 1];
  const [first, last] = [Math.max(1, from), Math.min(newest, to)];
  const entries = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const sequence = first + index;
    return entry(sequence, `line ${sequence}`, { sentAt: someTime + sequence * 60_000 });
  });
  const hasMore = after === undefined ? 1 < first : last < newest;
  return { type: "page", room: "lobby", ref, entries, damaged: [], hasMore } as const;
}

/** The numbers of the lines that are seen. */
function seen(run: ViewRun): number[] {
  return [...run.text().matchAll(/line (\d+)/g)].map(([, digits]) => Number(digits));
}

function goTo(run: ViewRun, place: string): ViewRun {
  return answered(run.type(`/goto ${place}`).keys("enter"));
}

describe("going to a line", () => {
  test("that is here shows it in the upper part, pointed at", () => {
    const run = goTo(inLongLobby(), "4950");
    expect(seen(run)).toContain(4950);
    expect(run.text()).toMatch(/▌\d\d:\d\d +(bob)? │ line 4950/);
    expect(run.text()).toContain("▼ scrolled up · End");
  });

  test("that is not here asks for what is around it, and shows it when it comes", () => {
    const run = inLongLobby().type("/goto #1234").keys("enter");
    expect(run.text()).toContain("looking for line #1234");
    expect(answered(run).text()).toMatch(/▌\d\d:\d\d +(bob)? │ line 1234/);
    expect(run.text()).not.toContain("looking for");
    expect(run.text()).toMatch(/▼ 3,7\d\d below · End/);
  });

  test("of a day begins with the first line of that day", () => {
    const run = goTo(inLongLobby(), new Date(someTime + 86_400_000).toISOString().slice(0, 10));
    const offset = new Date(someTime).getTimezoneOffset();
    expect(seen(run)).toContain(14 * 60 + 29 + offset);
  });

  test("leads back to the newest line by End and by Escape, and by saying something", () => {
    for (const key of ["end", "escape"]) {
      expect(seen(goTo(inLongLobby(), "100").keys(key)).at(-1)).toBe(newest);
    }
    expect(seen(goTo(inLongLobby(), "100").type("hi").keys("enter")).at(-1)).toBe(newest);
  });

  test("that does not exist says so", () => {
    expect(inLongLobby().type("/goto nowhere").keys("enter").text()).toContain("/goto needs");
  });

  test("takes no page that was asked for on the way to another line", () => {
    const run = inLongLobby().type("/goto 1000").keys("enter");
    const [first] = run.takeEffects().filter((effect) => effect.type === "history");
    run.type("/goto 3000").keys("enter");
    if (first?.type === "history") run.client(pageOf(first, pastLimit));
    expect(seen(answered(run))).toContain(3000);
  });
});

describe("a part of the past", () => {
  test("goes on above and below without a hole, down to what is live", () => {
    const run = goTo(inLongLobby(), "4700");
    const lines = new Set<number>();
    for (let step = 0; step < 60 && !seen(run).includes(newest); step += 1) {
      for (const line of seen(run)) lines.add(line);
      answered(run.keys("page-down"));
    }
    expect(seen(run).at(-1)).toBe(newest);
    for (let line = 4700; line < newest; line += 1) {
      if (line < Math.max(...lines)) expect(lines).toContain(line);
    }
    run.said(newest + 1, `line ${newest + 1}`);
    expect(seen(run).at(-1)).toBe(newest + 1);
  });

  test("stays as it is seen while lines come, and counts them", () => {
    const run = goTo(inLongLobby(), "1000");
    const before = seen(run);
    run.said(newest + 1, `line ${newest + 1}`);
    expect(seen(run)).toEqual(before);
    expect(run.text()).toMatch(/▼ 3,9\d\d below · End/);
  });

  test("shows an edit of a line in it", () => {
    const run = goTo(inLongLobby(), "1000");
    const body = { type: "edit", target: 1000, text: "changed" } as const;
    const said = { ...entry(newest + 1, ""), body };
    run.client({ type: "said", room: "lobby", entry: said, isOwn: false });
    expect(run.text()).toContain("changed");
  });

  test("is the same whatever keys lead there, and every line comes once and in order", () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const random = new SeededRandom(seed);
      const run = inLongLobby();
      for (let step = 0; step < 60; step += 1) {
        const keys = ["page-up", "page-up", "page-down", "shift+up", "ctrl+home", "end"];
        if (random.chance(0.1)) goTo(run, String(random.between(1, newest)));
        else answered(run.keys(random.pick(keys)));
        const numbers = seen(run);
        const whole = numbers.map((_, index) => (numbers[0] ?? 0) + index);
        expect(numbers, `seed ${seed} step ${step}`).toEqual(whole);
        expect(numbers.length, `seed ${seed} step ${step}`).toBeGreaterThan(10);
      }
    }
  });
});

describe("more lines than are kept", () => {
  test(`are gone through above ${linesMax} of them, and led back from`, () => {
    const run = joiningView({ size: { columns: 80, rows: 24 } }).enter("bob");
    const room = { type: "page", room: "lobby", damaged: [], hasMore: true } as const;
    const pageTo = (last: number, count: number) => {
      const entries = Array.from({ length: count }, (_, index) => {
        const sequence = last - count + 1 + index;
        return entry(sequence, `line ${sequence}`);
      });
      return { ...room, entries };
    };
    run.client({ type: "reset", room: "lobby" });
    run.client(pageTo(20_000, linesMax));
    run.takeEffects();
    run.keys("ctrl+home");
    const [asked] = run.takeEffects().filter((effect) => effect.type === "history");
    expect(asked).toMatchObject({ range: { before: 20_001 - linesMax } });
    if (asked?.type === "history") run.client({ ...pageTo(10_000, 100), ref: asked.ref });
    run.keys("page-up", "page-up");
    expect(Math.min(...seen(run))).toBeLessThan(20_001 - linesMax);
    for (let page = 0; page < 60; page += 1) run.keys("page-down");
    expect(Math.min(...seen(run)), "through the seam").toBeGreaterThan(20_001 - linesMax);
    expect(seen(run.keys("end")).at(-1)).toBe(20_000);
  });

  test(`are ${idleLinesMax} in a room that is not shown`, () => {
    const run = joiningView().enter("bob");
    run.client(enteredEvent("dev", ["alice"]));
    for (let sequence = 1; sequence <= idleLinesMax + 1; sequence += 1) {
      const said = entry(sequence, `line ${sequence}`);
      run.client({ type: "said", room: "dev", entry: said, isOwn: false });
    }
    const { screen } = run.state;
    const dev =
      screen.type === "room" ? screen.rooms.find(({ name }) => name === "dev") : undefined;
    expect(dev?.conversation.lines).toHaveLength(idleLinesMax);
    expect(dev?.conversation.past).toBe("more");
  });
});

describe("going to where one is called", () => {
  test("finds the line above and below, by the whole nickname only", () => {
    const run = joiningView({ size: { columns: 80, rows: 24 } }).enter("bob");
    for (let sequence = 1; sequence <= 90; sequence += 1) {
      const text = sequence % 30 === 0 ? `ALICE: line ${sequence}` : `malice line ${sequence}`;
      run.said(sequence, text);
    }
    expect(run.keys("alt+p").text()).toMatch(/▌ +│ ALICE: line 90/);
    expect(run.keys("alt+p").text()).toMatch(/▌.*ALICE: line 60/);
    expect(run.keys("alt+n").text()).toMatch(/▌.*ALICE: line 90/);
    expect(run.keys("alt+n").text()).toContain("nobody calls you below");
  });
});
