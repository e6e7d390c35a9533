import { describe, expect, test } from "vitest";
import { EarshotError } from "../../src/base/errors.ts";
import { fingerprintOf } from "../../src/base/fingerprint.ts";
import { ServerChangedError } from "../../src/tui/trust.ts";
import { sampleId } from "../discovery/samples.ts";
import { enteredEvent, readyEvent } from "../support/client-events.ts";
import { heardServer, joiningView, sampleChange, utcTimeFormat, ViewRun } from "../support/view.ts";

const change = sampleChange;
const [first, second] = fingerprintOf(change.key).split(" ");
const lab = heardServer("lab", { trust: { type: "changed", change } });
const failure = new ServerChangedError(change, utcTimeFormat);

/** In front of the changed server, chosen in the picker. */
function stopped(): ViewRun {
  return new ViewRun().servers(lab).keys("enter");
}

describe("a server whose key has changed", () => {
  test("is not joined by choosing it", () => {
    const run = stopped();
    expect(run.takeEffects()).toEqual([]);
    expect(run.state.screen).toMatchObject({ type: "changed", change });
  });

  test("is joined when the first two words of its new key were typed and kept", () => {
    const run = stopped().type(`${first} ${second}`).keys("enter");
    expect(run.takeEffects()).toEqual([{ type: "trust", change }]);
    run.event({ type: "trusted", change });
    expect(run.text()).toContain("Nickname: alice");
    run.keys("enter");
    expect(run.takeEffects()).toMatchObject([
      { type: "connect", target: { server: { id: lab.id, trust: { type: "known" } } } },
    ]);
  });

  test.each([
    "",
    "yes",
    fingerprintOf(change.key).split(" ")[0]!,
    fingerprintOf(change.knownKey),
    `${second} ${first}`,
  ])("is not joined with %j", (typed) => {
    const run = stopped().paste(typed).keys("enter");
    expect(run.takeEffects()).toEqual([]);
    expect(run.text()).toContain("! these are not the first two words");
    expect(run.type("x").text(), "typing goes on").not.toContain("!");
  });

  test("leads back on Escape", () => {
    const run = stopped().keys("escape");
    expect(run.text()).toContain("Find a server");
    expect(run.takeEffects()).toEqual([]);
    expect(run.event({ type: "trusted", change }).text(), "too late").toContain("Find a server");
  });

  test("is not the one of which the answer comes late", () => {
    const run = stopped().type(`${first} ${second}`).keys("enter", "escape");
    const other = { ...change, key: sampleId(3) };
    run.servers(heardServer("lab", { trust: { type: "changed", change: other } })).keys("enter");
    run.event({ type: "trusted", change });
    expect(run.state.screen).toMatchObject({ type: "changed", change: other });
  });

  test("stays away when its new key cannot be kept", () => {
    const run = stopped().type(`${first} ${second}`).keys("enter");
    run.event({ type: "trust-failed", change, message: "the disk is full" });
    expect(run.text()).toContain("! the disk is full");
  });

  test("empties the line on Ctrl-C, has its own help, and quits like any screen", () => {
    const run = stopped().type("what").keys("ctrl+c");
    expect(run.text()).not.toContain("what");
    expect(run.keys("f1").text()).toContain("Help: a server that has changed");
    expect(run.keys("escape", "ctrl+q").takeEffects()).toEqual([{ type: "quit" }]);
  });

  test("is noticed on the way to a typed address, and joined there once its words are typed", () => {
    const target = { type: "typed", text: "10.0.0.5" } as const;
    const run = joiningView({ target });
    run.takeEffects();
    run.client({ type: "connection", state: "closed", attempt: 1, reason: "changed", failure });
    expect(run.takeEffects()).toEqual([{ type: "disconnect" }]);
    expect(run.text()).toContain("CHANGED: lab shows another key");
    run.type(`${first} ${second}`).keys("enter").event({ type: "trusted", change });
    expect(run.takeEffects()).toEqual([
      { type: "trust", change },
      { type: "connect", target, nick: "alice" },
    ]);
  });

  test("is noticed when it cannot even be connected to", () => {
    const run = joiningView().event({ type: "connect-failed", failure });
    expect(run.state.screen).toMatchObject({ type: "changed", change });
    const other = new EarshotError("no-server", "there is none");
    expect(joiningView().event({ type: "connect-failed", failure: other }).text()).toContain(
      "! cannot join: there is none",
    );
  });
});

test("the first visit is told in the first room, and only there", () => {
  // Without panes beside the messages.
  const run = joiningView({ size: { columns: 69, rows: 24 } });
  const server = { id: sampleId(1), name: "lab" };
  run.client(readyEvent("alice", { server, isFirstVisit: true }));
  for (const room of ["lobby", "dev"]) {
    run.client(enteredEvent(room, ["alice"]));
  }
  const text = run.text().replace(/[\s│]+/g, " ");
  expect(text).toContain("first visit to lab: its screen must show");
  expect(text).toContain(fingerprintOf(server.id).split(" ")[0]);
  expect(run.keys("ctrl+n").text()).not.toContain("first visit");
});
