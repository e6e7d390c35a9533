import { describe, expect, test } from "vitest";
import { hitsMax, pauseMs, slowMs } from "../../src/tui/search.ts";
import { wakeAt } from "../../src/tui/view.ts";
import type { Effect } from "../../src/tui/view-state.ts";
import { enteredEvent } from "../support/client-events.ts";
import { entry, someTime } from "../support/fake-client.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

type Asked = Extract<Effect, { type: "ask" }>;

function inRooms(): ViewRun {
  const run = joiningView()
    .enter("bob")
    .client(enteredEvent("dev", ["alice"]));
  run.takeEffects();
  return run;
}

function questions(run: ViewRun): Asked[] {
  return run.takeEffects().filter((effect): effect is Asked => effect.type === "ask");
}

/** Types it and pauses; the question that is asked then. */
function typed(run: ViewRun, text: string): Asked | undefined {
  return questions(run.type(text).pass(pauseMs))[0];
}

/** The server answers with lines of these texts, the newest first. */
function found(run: ViewRun, asked: Asked, texts: readonly string[], cursor?: string): ViewRun {
  const hits = texts.map((text, index) => ({
    room: "dev",
    entry: entry(900 - index, text, { author: "bob", sentAt: someTime }),
  }));
  const answer = { type: "found" as const, hits, ...(cursor !== undefined && { cursor }) };
  const { question, ref = "" } = asked;
  return run.client({ type: "answer", ref, question, answer });
}

describe("search", () => {
  test("asks once after a pause in typing, in this room", () => {
    const run = inRooms().keys("ctrl+f").type("cache pat");
    expect(questions(run.pass(pauseMs - 1))).toEqual([]);
    run.type("h");
    expect(wakeAt(run.state)).toBe(run.now + pauseMs);
    expect(questions(run.pass(pauseMs))).toMatchObject([
      { question: { type: "search", words: ["cache", "path"], room: "lobby" } },
    ]);
    expect(wakeAt(run.state)).toBeUndefined();
    expect(questions(run.pass(10_000))).toEqual([]);
  });

  test("Tab looks in all rooms and back", () => {
    const run = inRooms().keys("ctrl+f");
    expect(run.text()).toContain("Search in #lobby");
    typed(run, "cache");
    expect(questions(run.keys("tab"))[0]?.question).not.toHaveProperty("room");
    expect(run.text()).toContain("Search in all rooms");
    expect(questions(run.keys("tab"))).toMatchObject([{ question: { room: "lobby" } }]);
  });

  test("understands filters, and in: is more than this room", () => {
    const asked = typed(inRooms().keys("ctrl+f"), "from:bob in:dev before:2026-11-20 has:link x");
    expect(asked?.question).toMatchObject({ from: "bob", room: "dev", has: "link", words: ["x"] });
  });

  test("says what is wrong with a filter", () => {
    const run = inRooms().keys("ctrl+f");
    expect(typed(run, "has:soul")).toBeUndefined();
    expect(run.text()).toContain("That cannot be looked for: has: takes link, file, code.");
  });

  test("shows when, who, where and the words, and Enter jumps there", () => {
    const run = inRooms().keys("ctrl+f");
    found(run, typed(run, "cache")!, ["the cache path is wrong", "a cache"]);
    expect(run.text()).toContain("2 found");
    expect(run.text()).toMatch(/▌ 09:31 bob +#dev +the cache path is wrong/);
    run.keys("down", "enter");
    expect(run.state.overlay).toBeUndefined();
    expect(run.state.screen).toMatchObject({ activeRoom: "dev" });
    expect(run.takeEffects()).toContainEqual(
      expect.objectContaining({ type: "history", room: "dev" }),
    );
  });

  test("Enter before the pause is over asks for what was typed", () => {
    const run = inRooms().keys("ctrl+f");
    found(run, typed(run, "cache")!, ["a cache"]);
    expect(questions(run.type("s").keys("enter"))).toMatchObject([
      { question: { words: ["caches"] } },
    ]);
    expect(run.state.overlay?.type).toBe("search");
  });

  test("shows a long line from a little before its word", () => {
    const run = inRooms().keys("ctrl+f");
    found(run, typed(run, "needle")!, [`${"hay ".repeat(100)}needle ${"hay ".repeat(100)}`]);
    expect(run.text()).toContain("needle");
  });

  test("takes no answer to what is not looked for any more", () => {
    const run = inRooms().keys("ctrl+f");
    const first = typed(run, "cache")!;
    const second = typed(run, "s")!;
    expect(found(run, first, ["a cache"]).text()).not.toContain("a cache");
    expect(found(run, second, ["caches"]).text()).toContain("caches");
    const third = typed(run, "x")!;
    expect(found(run.keys("escape"), third, ["late"]).text()).not.toContain("late");
  });

  test("asks for the next page at the end, up to so many hits", () => {
    const run = inRooms().keys("ctrl+f");
    const texts = (count: number) => Array.from({ length: count }, (_, index) => `x${index}`);
    found(run, typed(run, "x")!, texts(2), "next");
    expect(run.text()).toContain("2+ found");
    const [more] = questions(run.keys("ctrl+end"));
    expect(more?.question).toMatchObject({ cursor: "next" });
    found(run, more!, texts(hitsMax), "on");
    expect(run.text()).toContain(`${hitsMax} found`);
    expect(questions(run.keys("ctrl+end"))).toEqual([]);
  });

  test("says that the server still looks, and why it does not", () => {
    const run = inRooms().keys("ctrl+f");
    const asked = typed(run, "cache");
    expect(run.pass(slowMs - 1).text()).not.toContain("still looks");
    expect(run.pass(1).text()).toContain("the server still looks, 1 s");
    const { ref = "" } = asked!;
    run.client({ type: "error", ref, code: "too-fast", message: "search less often" });
    expect(run.text()).toContain("That cannot be looked for: search less often.");
  });

  test("looks through the lines that are here while there is no connection", () => {
    const run = inRooms().said(1, "the cache path").said(2, "nothing").said(3, "my cache", "alice");
    run.client({ type: "connection", state: "reconnecting", attempt: 1 });
    run.keys("ctrl+f");
    expect(typed(run, "cache")).toBeUndefined();
    expect(run.text()).toContain("offline, 2 found here");
    expect(typed(run, " from:bob")).toBeUndefined();
    expect(run.text()).toContain("offline, 1 found here");
    run.type("zzz").pass(pauseMs);
    expect(run.text()).toContain("Without a connection only the 3 lines");
  });

  test("opens with the words of /search, and asks at once", () => {
    const run = inRooms().type("/search cache").keys("enter");
    expect(questions(run)).toMatchObject([{ question: { words: ["cache"] } }]);
    expect(run.text()).toContain("look for: cache");
  });
});

describe("mentions", () => {
  test.each([[["f3"]], [[..."/mentions", "enter"]]])("are asked for at once with %j", (keys) => {
    const run = inRooms().keys(...keys);
    const [asked] = questions(run);
    expect(asked?.question).toMatchObject({ isMention: true, words: [] });
    expect(found(run, asked!, []).text()).toContain("Nobody has mentioned you there.");
  });

  test("are looked through by typing", () => {
    const run = inRooms().keys("f3");
    run.takeEffects();
    expect(typed(run, "build")?.question).toMatchObject({ isMention: true, words: ["build"] });
  });
});
