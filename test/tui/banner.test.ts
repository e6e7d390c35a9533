import { describe, expect, test } from "vitest";
import { offerBannerMs, offerBannersMax } from "../../src/tui/banner.ts";
import type { RoomScreen } from "../../src/tui/view-state.ts";
import { entry, someTime } from "../support/fake-client.ts";
import { transferOf } from "../support/transfer-sample.ts";
import { joiningView, type ViewRun } from "../support/view.ts";

function asked(run: ViewRun, by: string, seconds = 600): ViewRun {
  const persons = [by, "alice"].map((nick) => ({
    nick,
    person: `~${nick}`,
    answer: "asked" as const,
  }));
  const until = someTime + seconds * 1_000;
  return run.client({ type: "asked", room: `&${by}`, by, persons, until });
}

function answers(run: ViewRun): unknown[] {
  return run.takeEffects().filter(({ type }) => type === "ask");
}

function answer(room: string, isAccepted: boolean) {
  return expect.objectContaining({ question: { type: "answer", room, isAccepted } });
}

describe("a banner", () => {
  test("asks above the input line, the newest first, and counts the others", () => {
    const run = asked(asked(joiningView().enter(), "bob"), "carol", 90);
    const row = run
      .text()
      .split("\n")
      .find((each) => each.includes("Alt+Y"));
    expect(row).toMatch(
      /^ \(1\/2\) carol asks for a private chat +Alt\+Y accept · Alt\+X decline · 90 s$/,
    );
  });

  test("takes only its own two keys, and what is typed stays", () => {
    const run = asked(joiningView().enter().type("dra"), "bob").type("ft").keys("alt+y");
    expect(answers(run)).toEqual([answer("&bob", true)]);
    expect(run.text()).toContain("> draft");
    expect(answers(asked(run, "carol").keys("alt+x"))).toEqual([answer("&carol", false)]);
  });

  test("takes no key from who puts back what was cut", () => {
    const run = joiningView().enter().type("one").keys("ctrl+u").type("two").keys("ctrl+u");
    asked(run.keys("ctrl+y"), "bob").keys("alt+y");
    expect(run.text()).toContain("> one");
    expect(answers(run)).toEqual([]);
  });

  test("counts down and goes when it is too late to answer", () => {
    const run = asked(joiningView().enter(), "bob", 90).pass(30_000);
    expect(run.text()).toContain("decline · 60 s");
    expect(run.pass(59_999).text()).toContain("decline · 1 s");
    expect(run.pass(1).text()).not.toContain("Alt+Y");
    expect(run.keys("alt+x").text()).toContain("nothing waits for an answer");
  });

  test("is seen for a minute also where the server's clock is another", () => {
    const run = asked(joiningView().enter(), "bob", -3_600);
    expect(run.pass(59_999).text()).toContain("bob asks");
    expect(run.pass(1).text()).not.toContain("bob asks for a private chat");
  });

  test("fits where it is narrow", () => {
    const run = asked(joiningView({ size: { columns: 40, rows: 12 } }).enter(), "bob");
    expect(run.text()).toMatch(/^ bob asks for a .* Alt\+Y yes Alt\+X no$/m);
  });
});

describe("files that are offered", () => {
  function offered(run: ViewRun, id: string, name = "notes.pdf"): ViewRun {
    const body = { type: "offer", name, fileCount: 1, bytes: 2_400_000, device: "d" } as const;
    const said = { ...entry(Number(id), ""), id, body };
    return run.client({ type: "said", room: "lobby", entry: said, isOwn: false });
  }

  function files(run: ViewRun): unknown[] {
    return run.takeEffects().flatMap((effect) => (effect.type === "file" ? [effect.action] : []));
  }

  test("wait above the input line, behind private chats, and are taken or not", () => {
    const run = offered(offered(joiningView().enter().type("draft"), "1"), "2", "big.iso");
    expect(run.text()).toMatch(/ \(1\/2\) bob offers big\.iso \(2\.4 MB\) +Alt\+Y accept/);
    expect(files(run.keys("alt+y"))).toEqual([{ type: "accept", offer: "2" }]);
    run.client({ type: "file", action: "accept", offer: "2" });
    expect(run.text()).toContain("bob offers notes.pdf");
    expect(files(run.keys("alt+x"))).toEqual([{ type: "decline", offer: "1" }]);
    expect(asked(run, "carol").text()).toMatch(/\(1\/2\) carol asks/);
    expect(run.text()).toContain("> draft");
  });

  test("in a private chat that is asked for are taken or not with it", () => {
    const run = asked(joiningView().enter(), "carol");
    const offer = { id: "7", sequence: 1, name: "plan", fileCount: 3, bytes: 4_096, device: "d" };
    const { asked: waiting } = run.state.screen as RoomScreen;
    run.client({
      type: "asked",
      room: "&carol",
      by: "carol",
      persons: [],
      until: someTime + 600_000,
      offer: { ...offer, isFolder: true },
    });
    expect((run.state.screen as RoomScreen).asked).toHaveLength(waiting.length);
    expect(run.text()).toContain(" carol offers plan (4.1 kB, 3 files)");
    expect(files(run.keys("alt+y"))).toEqual([{ type: "accept", offer: "7" }]);
    expect(answers(run.keys("alt+x"))).toEqual([answer("&carol", false)]);
  });

  test("go after ten minutes, and when they are taken by a command", () => {
    const run = offered(joiningView().enter(), "1");
    expect(run.pass(offerBannerMs - 1).text()).toContain("Alt+Y");
    expect(run.pass(1).text()).not.toContain("Alt+Y");
    offered(run, "2").client({ type: "transfer", transfer: transferOf({ id: "2" }) });
    expect(run.text()).not.toContain("Alt+Y");
  });

  test("wait so many at a time and not one more", () => {
    const run = joiningView().enter();
    for (let id = 1; id <= offerBannersMax + 1; id += 1) offered(run, String(id));
    const { screen } = run.state;
    expect(screen.type === "room" && screen.offered.length).toBe(offerBannersMax);
  });
});
