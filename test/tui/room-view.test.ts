import { describe, expect, test } from "vitest";
import type { Transfer } from "../../src/room/files/file-port.ts";
import type { Picture, Size } from "../../src/tui/picture.ts";
import { pictureOf } from "../../src/tui/picture-of.ts";
import { filesShownMax } from "../../src/tui/rooms-pane.ts";
import { enteredEvent } from "../support/client-events.ts";
import { entry } from "../support/fake-client.ts";
import { livelyRoom } from "../support/lively-room.ts";
import { personOf } from "../support/log-entries.ts";
import { joiningView, pictureText, type ViewRun } from "../support/view.ts";

/** The rows of the picture; negative numbers count from below. */
function rows(run: ViewRun, from: number, to?: number): string[] {
  const all = run.picture().rows.map((row) =>
    row
      .map(({ text }) => text)
      .join("")
      .trimEnd(),
  );
  return all.slice(from, to);
}

function roomAt(columns: number, rowCount: number, ...others: string[]): ViewRun {
  return joiningView({ size: { columns, rows: rowCount } }).enter(...others);
}

/** The picture of the same state made anew: nothing is kept for rooms that were never seen. */
function freshPicture({ state }: ViewRun): Picture {
  const { screen } = state;
  if (screen.type !== "room") throw new Error(`on the ${screen.type} screen`);
  return pictureOf({ ...state, screen: { ...screen, rooms: [...screen.rooms] } });
}

describe("what is above the input line", () => {
  test("is made once for all that is typed", () => {
    const run = livelyRoom({ columns: 120, rows: 40 });
    const before = run.picture().rows;
    const after = run.type("hello").keys("left", "backspace").picture().rows;
    expect(pictureText(run.picture())).toContain("> helo");
    for (let row = 1; row < 36; row += 1) expect(after[row]).toBe(before[row]);
  });

  test("is as if it were made anew, whatever happens", () => {
    const run = livelyRoom({ columns: 120, rows: 40 });
    const steps: (() => unknown)[] = [
      () => run.said(5, "alice: are you there?", "王小明"),
      () => run.type("yes").keys("enter"),
      () => run.keys("alt+s"),
      () => run.keys("up"),
      () => run.keys("escape"),
      () => run.keys("f8"),
      () => run.keys("f7"),
      () => run.keys("f7", "f8"),
      () => run.event({ type: "background", rgb: [255, 255, 255] }),
      () => run.client(enteredEvent("kitchen", ["alice", "bob"])),
      () => run.keys("alt+1"),
      () => run.keys("alt+2"),
      () => run.client({ type: "joined", room: "kitchen", nick: "dave" }),
      () => run.resize({ columns: 90, rows: 30 }),
      () => run.keys("alt+enter").type("two rows"),
      () => run.keys("pageup"),
      () => run.pass(60_000),
    ];
    for (const [index, step] of steps.entries()) {
      step();
      expect(run.picture(), `after step ${index}`).toEqual(freshPicture(run));
    }
  });
});

describe("the room by its width", () => {
  test("has rooms and people beside the messages at 120x40", () => {
    const run = livelyRoom({ columns: 120, rows: 40 });
    expect(rows(run, 0, 8)).toMatchInlineSnapshot(`
      [
        " #lobby                                                                                          ● lab · open · F1 help",
        " ROOMS          │ -- beginning of #lobby                                                              │ PEOPLE 3",
        "▌1 lobby        │ ───────────────────────────────── Thu 19 Nov 2026 ───────────────────────────────── │ ● alice",
        "                │ 09:31            bob │ the build box is back                                        │ ● bob",
        "                │ ───────────────────────────────── Fri 20 Nov 2026 ───────────────────────────────── │ ● 王小明",
        "                │ 09:31            bob │ morning! here is the plan:                                   │",
        "                │                      │ 1. tag                                                       │",
        "                │                      │ 2. build                                                     │",
      ]
    `);
    expect(rows(run, -3)).toMatchInlineSnapshot(`
      [
        " 1 waiting · 3 members",
        ">",
        " Enter send · PageUp older · F8 people · F1 help · Ctrl+Q quit",
      ]
    `);
  });

  test("has the rooms beside the messages at 80x24, and F8 puts the people there", () => {
    const run = livelyRoom({ columns: 80, rows: 24 });
    expect(rows(run, 0, 6)).toMatchInlineSnapshot(`
      [
        " #lobby                                                  ● lab · open · F1 help",
        " ROOMS          │ -- beginning of #lobby",
        "▌1 lobby        │ ────────────────────── Thu 19 Nov 2026 ──────────────────────",
        "                │ 09:31        bob │ the build box is back",
        "                │ ────────────────────── Fri 20 Nov 2026 ──────────────────────",
        "                │ 09:31        bob │ morning! here is the plan:",
      ]
    `);
    expect(rows(run.keys("f8"), 0, 6)).toMatchInlineSnapshot(`
      [
        " #lobby                                                  ● lab · open · F1 help",
        " -- beginning of #lobby                                        │ PEOPLE 3",
        " ────────────────────── Thu 19 Nov 2026 ────────────────────── │ ● alice",
        " 09:31        bob │ the build box is back                      │ ● bob",
        " ────────────────────── Fri 20 Nov 2026 ────────────────────── │ ● 王小明",
        " 09:31        bob │ morning! here is the plan:                 │",
      ]
    `);
    expect(rows(run.keys("f8", "f7"), 0, 3)).toMatchInlineSnapshot(`
      [
        " [#lobby]                                                               F1 help",
        " -- beginning of #lobby",
        " ────────────────────────────── Thu 19 Nov 2026 ───────────────────────────────",
      ]
    `);
  });

  test("has the rooms in the title at 60x20, and F8 puts the people over the messages", () => {
    const run = livelyRoom({ columns: 60, rows: 20 });
    expect(rows(run, 0, 5)).toMatchInlineSnapshot(`
      [
        " [#lobby]                                           F1 help",
        " -- beginning of #lobby",
        " ──────────────────── Thu 19 Nov 2026 ─────────────────────",
        " 09:31        bob │ the build box is back",
        " ──────────────────── Fri 20 Nov 2026 ─────────────────────",
      ]
    `);
    expect(rows(run, -3)).toMatchInlineSnapshot(`
      [
        " ● lab · open · 1 waiting · #lobby · 3 members",
        ">",
        " Enter send · PageUp older · F8 people · F1 help · Ctrl+Q q…",
      ]
    `);
    expect(rows(run.keys("f8"), 0, 4)).toMatchInlineSnapshot(`
      [
        " #lobby                              ● lab · open · F1 help",
        " PEOPLE 3",
        " ● alice",
        " ● bob",
      ]
    `);
    expect(rows(run.keys("escape"), 0, 2)).toMatchInlineSnapshot(`
      [
        " [#lobby]                                           F1 help",
        " -- beginning of #lobby",
      ]
    `);
  });

  test("is all there at 40x12, and at 40x11 without title and hints", () => {
    expect(rows(livelyRoom({ columns: 40, rows: 12 }), 0)).toMatchInlineSnapshot(`
      [
        " [#lobby]                       F1 help",
        "                │ ready when you are",
        " 09:31       -- │ 王小明 joined ·",
        "                │ carol lost the",
        "                │ connection (power",
        "                │ or cable)",
        " 09:31    alice │ on it               ✓",
        "                │ the cache path is",
        "                │ wrong               …",
        " ● lab · open · 1 waiting · #lobby · 3 …",
        ">",
        " Enter send · PageUp older · F8 people …",
      ]
    `);
    expect(rows(livelyRoom({ columns: 40, rows: 11 }), -3)).toMatchInlineSnapshot(`
      [
        "                │ wrong               …",
        " ● lab · open · 1 waiting · #lobby · 3 …",
        ">",
      ]
    `);
  });

  test("has all the room there is for messages at 300x80", () => {
    const run = livelyRoom({ columns: 300, rows: 80 });
    const [title = "", first = "", , third = ""] = rows(run, 0, 4);
    expect(title).toMatch(/^ #lobby {200,}.*F1 help$/);
    expect(first.indexOf("PEOPLE")).toBe(281);
    expect(third).toContain("bob │ the build box is back");
    expect(rows(run, 0)).toHaveLength(80);
  });
});

describe("the title", () => {
  test("tells what the room is about, also when that changes", () => {
    const run = roomAt(80, 24);
    const topic = { type: "topic", text: "Friday's release" } as const;
    const said = { ...entry(1, ""), body: topic };
    run.client({ type: "said", room: "lobby", entry: said, isOwn: false });
    expect(rows(run, 0, 1)[0]).toMatch(/^ #lobby · Friday's release +● lab · open · F1 help$/);
  });

  test("says that it is reconnecting, how often it tried, and when next", () => {
    const run = livelyRoom({ columns: 80, rows: 24 });
    const retryAt = run.now + 3_500;
    const event = { type: "connection", state: "reconnecting", attempt: 2 } as const;
    run.client({ ...event, retryAt, reason: "timed out" });
    expect(rows(run, 0, 1)[0]).toContain("◐ lab · reconnecting, try 2 in 4 s (timed out)");
    expect(rows(run, -3)[0]).toBe(" 1 waiting · 3 members");
    run.pass(1_000);
    expect(rows(run, 0, 1)[0]).toContain("try 2 in 3 s");
    run.resize({ columns: 60, rows: 20 });
    expect(rows(run, -3)[0]).toBe(" ◐ lab · reconnecting, try 2 in 3 s · 1 waiting · #lobby · …");
  });
});

describe("the status", () => {
  test("says what is new below while older lines are read", () => {
    const run = roomAt(80, 24);
    for (let sequence = 1; sequence <= 60; sequence += 1) run.said(sequence, `line ${sequence}`);
    run.keys("page-up");
    expect(run.text()).toMatch(/▼ scrolled up · End$/m);
    for (let sequence = 61; sequence <= 72; sequence += 1) run.said(sequence, `line ${sequence}`);
    expect(run.text()).toMatch(/▼ 12 new below · End$/m);
  });

  test("counts down to a planned stop, which is told in words only once", () => {
    const run = roomAt(80, 24);
    const stop = { type: "shutdown", reason: "upgrade", isRestart: true } as const;
    run.client({ ...stop, inMs: 30_000 }).pass(10_000);
    run.client({ ...stop, inMs: 20_000 });
    expect(rows(run, -3)[0]).toContain("stops in 20 s (upgrade)");
    expect(run.text().match(/lab stops in/g)).toHaveLength(1);
    expect(rows(run.pass(20_000), -3)[0]).not.toContain("stops");
  });

  test("says that we are away, that one cannot write, and who has our line not yet", () => {
    const run = roomAt(120, 24, "bob");
    run.client({ type: "changed", room: "lobby", nick: "alice", isAway: true });
    const mode = { type: "mode", slowMs: 5_000, isReadOnly: true } as const;
    const said = { ...entry(1, ""), body: mode };
    run.client({ type: "said", room: "lobby", entry: said, isOwn: false });
    const progress = { type: "progress", room: "lobby", sequence: 1, memberCount: 3 } as const;
    run.client({ ...progress, deliveredCount: 1 });
    expect(rows(run, -3)[0]).toBe(
      " 2 members · you are away · read only · one line each 5 s · delivered 1/3, /seen names them",
    );
  });
});

describe("the rooms", () => {
  const persons = [
    { nick: "alice", person: personOf("alice"), answer: "accepted" },
    { nick: "bob", person: personOf("bob"), answer: "accepted" },
  ] as const;

  function say(run: ViewRun, room: string, sequence: number, text: string): ViewRun {
    return run.client({ type: "said", room, entry: entry(sequence, text), isOwn: false });
  }

  function withRooms(size: Size): ViewRun {
    const run = joiningView({ size }).enter("bob");
    run.client(enteredEvent("&chat", ["alice"], { persons }));
    for (const room of ["dev", "ops"]) run.client(enteredEvent(room, ["alice"]));
    say(run, "dev", 1, "tests are green");
    say(run, "ops", 1, "alice: look");
    say(run, "ops", 2, "never mind");
    return say(run, "&chat", 1, "psst");
  }

  test("are numbered, with what is unread and who calls, private chats apart", () => {
    expect(rows(withRooms({ columns: 80, rows: 24 }), 1, 9).map((row) => row.slice(0, 17))).toEqual(
      [
        " ROOMS          │",
        "▌1 lobby        │",
        " 2 dev        1 │",
        " 3 ops     @1 2 │",
        "                │",
        " PRIVATE        │",
        " 4 bob        1 │",
        "                │",
      ],
    );
  });

  test("are gone to by their numbers, and back", () => {
    const run = withRooms({ columns: 80, rows: 24 });
    const title = () => rows(run, 0, 1)[0]?.trim().split(" ")[0];
    expect([title(), run.keys("alt+4") && title(), run.keys("alt+0") && title()]).toEqual([
      "#lobby",
      "@bob",
      "#lobby",
    ]);
    expect(run.keys("alt+9").text()).toContain("no room 9");
  });

  test("that wait are gone to in the order of who is meant, then back", () => {
    const run = withRooms({ columns: 80, rows: 24 });
    expect(rows(run, -3)[0]).toMatch(/Alt\+A: @1 in #ops$/);
    const seen = ["first", "second", "third", "back"].map(
      () => rows(run.keys("alt+a"), 0, 1)[0]?.trim().split(" ")[0],
    );
    expect(seen).toEqual(["#ops", "@bob", "#dev", "#lobby"]);
    expect(run.keys("alt+down").text()).toContain("nothing is unread");
  });

  test("always have the shown one among them, and say how many are hidden", () => {
    const names = Array.from({ length: 50 }, (_, index) => `room${index + 1}`);
    const run = roomAt(80, 14);
    for (const room of names) run.client(enteredEvent(room, ["alice"]));
    expect(rows(run, 10, 11)[0]).toMatch(/^ … 43 more/);
    for (let step = 0; step < 30; step += 1) run.keys("ctrl+n");
    expect(run.text()).toContain("▌31 room30");
  });
});

describe("files that move", () => {
  function moving(run: ViewRun, id: string, change: Partial<Transfer> = {}): ViewRun {
    const offer = { id, name: `${id}.pdf`, kind: "file", fileCount: 1, bytes: 1_000 } as const;
    const transfer: Transfer = {
      ...{ offer, direction: "receive", bytes: 431, bytesPerSecond: 1, leftMs: 1, peerCount: 1 },
      state: { type: "running", path: { type: "relayed" } },
      ...change,
    };
    return run.client({ type: "transfer", transfer });
  }

  test("are below the rooms, with how far they are, until they are over", () => {
    const run = moving(roomAt(80, 24), "notes");
    moving(run, "log", { direction: "send", state: { type: "waiting" } });
    moving(run, "old", { state: { type: "cancelled" } });
    expect(rows(run, 3, 8).map((row) => row.slice(0, 17))).toEqual([
      "                │",
      " FILES          │",
      " ↓ notes.p… 43% │",
      " ↑ log… waiting │",
      "                │",
    ]);
  });

  test(`are ${filesShownMax} at most`, () => {
    const run = roomAt(80, 24);
    for (let index = 0; index <= filesShownMax; index += 1) moving(run, `f${index}`);
    const pane = rows(run, 1, 20).map((row) => row.slice(0, 16));
    const files = Array.from({ length: filesShownMax }, (_, index) => `f${index + 1}.pdf`);
    expect(pane.filter((row) => row.includes("pdf")).map((row) => row.slice(3, 9))).toEqual(files);
  });
});

describe("the people", () => {
  test("stand by who is there, away and offline, in letters too", () => {
    const run = roomAt(120, 24, "bob", "carol", "zoe");
    run.client({ type: "changed", room: "lobby", nick: "bob", isAway: true });
    run.client({ type: "changed", room: "lobby", nick: "zoe", role: "moderator" });
    expect(rows(run, 1, 6).map((row) => row.slice(102))).toMatchInlineSnapshot(`
      [
        "│ PEOPLE 4",
        "│ ● alice",
        "│ ● carol",
        "│ ● @zoe",
        "│ ◐ bob       away",
      ]
    `);
  });

  test("are as many as fit, and how many more there are", () => {
    const nicks = Array.from({ length: 5_000 }, (_, index) => `guest${index}`);
    const run = roomAt(120, 12).client(enteredEvent("lobby", ["alice", ...nicks]));
    expect(run.text()).toContain("PEOPLE 5,001");
    expect(run.text()).toContain("… 4,995 more");
  });

  test("of a private chat are there also while they are not", () => {
    const run = roomAt(120, 24);
    const persons = ["alice", "bob"].map(
      (nick) => ({ nick, person: personOf(nick), answer: "accepted" }) as const,
    );
    run.client(enteredEvent("&chat", ["alice"], { persons, ref: "chosen" }));
    expect(rows(run, 3, 4)[0]).toMatch(/○ bob +off$/);
  });
});

describe("the bare view", () => {
  test("has nothing but messages from the margin on, and the mouse is the terminal's", () => {
    const run = roomAt(80, 24, "bob").said(1, "the build box is back").said(2, "ready");
    run.takeEffects();
    run.keys("alt+l");
    expect(run.takeEffects()).toContainEqual({ type: "mouse", isOn: false });
    expect(rows(run, 1, 6)).toEqual([
      " ────────────────────────────── Fri 20 Nov 2026 ───────────────────────────────",
      "09:31 bob",
      "the build box is back",
      "ready",
      "",
    ]);
    run.keys("escape");
    expect(run.takeEffects()).toContainEqual({ type: "mouse", isOn: true });
    expect(run.text()).toContain("ROOMS");
  });

  test("breaks an address nowhere but at the margin, and each of its rows leads to all of it", () => {
    const link = `https://lab/${"x".repeat(100)}`;
    const run = roomAt(60, 24, "bob").said(1, `see ${link}`).keys("alt+l");
    const parts = run
      .picture()
      .rows.flat()
      .filter((part) => part.link !== undefined);
    expect(parts.map((part) => part.link)).toEqual([link, link]);
    expect(parts.map(({ text }) => text).join("")).toBe(link);
  });
});

test("what calls us is marked in the line, as a whole word and in any case", () => {
  const run = joiningView({ settings: { highlights: ["deploy"] } }).enter("bob");
  run.said(1, "ALICE, malice: `alice` Deploy redeploy");
  const called = run
    .picture()
    .rows.flat()
    .filter(({ style }) => style.foreground === 1);
  expect(called.map(({ text }) => text)).toEqual(["ALICE", "Deploy"]);
});

test("a typed message of several rows is shown, and at most six of them", () => {
  const run = joiningView({ size: { columns: 40, rows: 24 } }).enter();
  run.type("one").keys("alt+enter").type("two");
  expect(rows(run, -3, -1)).toEqual(["> one", "  two"]);
  for (let row = 0; row < 10; row += 1) run.keys("alt+enter");
  expect(run.picture().cursor).toEqual({ column: 2, row: 22 });
  expect(run.picture().rows).toHaveLength(24);
});
