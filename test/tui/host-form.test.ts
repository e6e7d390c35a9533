import { describe, expect, test } from "vitest";
import { heardServer, ViewRun } from "../support/view.ts";

function form(size = { columns: 80, rows: 24 }): ViewRun {
  const run = new ViewRun({ size }).servers(heardServer("lab")).keys("f4");
  run.takeEffects();
  return run;
}

describe("the form for a server of one's own", () => {
  test("hosts as usual with Enter alone, on all adapters", () => {
    const run = form();
    expect(run.text()).toContain("Adapters: [x] eth0");
    expect(run.keys("enter").takeEffects()).toEqual([{ type: "host", wish: {} }]);
    expect(run.text()).toContain("starting a server here");
  });

  test("takes a name, a port and the adapters that are chosen", () => {
    const run = form().type("front desk").keys("tab").type("4000").keys("tab", " ");
    expect(run.text()).toContain("Adapters: [ ] eth0");
    const wish = { name: "front desk", port: 4_000, interfaces: ["wlan0"] };
    expect(run.keys("enter").takeEffects()).toEqual([{ type: "host", wish }]);
  });

  test("also while no server answers", () => {
    const run = new ViewRun().servers().pass(1_000).keys("f4");
    expect(run.text()).toContain("Host a server on this computer");
    expect(run.keys("escape").text()).toContain("No server answers.");
  });

  test.each([
    ["0", "a port is a number from 1 to 65535"],
    ["65536", "a port is a number from 1 to 65535"],
    ["x", "a port is a number from 1 to 65535"],
  ])("does not take %s for a port", (port, why) => {
    const run = form().keys("tab").type(port).keys("enter");
    expect(run.takeEffects()).toEqual([]);
    expect(run.text()).toContain(`! ${why}`);
  });

  test.each(["1", "65535"])("takes %s for a port", (port) => {
    const run = form().keys("tab").type(port).keys("enter");
    expect(run.takeEffects()).toEqual([{ type: "host", wish: { port: Number(port) } }]);
  });

  test("wants an adapter", () => {
    const run = form().keys("up", " ", "up", " ", "enter");
    expect(run.takeEffects()).toEqual([]);
    expect(run.text()).toContain("! no adapter is chosen");
  });

  test("keeps what was typed when the server cannot be hosted", () => {
    const run = form().type("front desk").keys("enter");
    run.event({ type: "host-failed", message: "the port is taken" });
    expect(run.text()).toContain("Name:     front desk");
    expect(run.text()).toContain("! cannot host: the port is taken");
  });

  test.each([
    { columns: 40, rows: 8 },
    { columns: 40, rows: 12 },
    { columns: 80, rows: 24 },
    { columns: 120, rows: 40 },
  ])("has its lines, keys and cursor on $columns x $rows", (size) => {
    const run = form(size).keys("up");
    expect(run.text()).toContain("[x] wlan0");
    expect(run.text()).toContain("Enter start");
    const { cursor, rows } = run.picture();
    expect(rows.length).toBeLessThanOrEqual(size.rows);
    const line = run.text().split("\n")[cursor?.row ?? 0];
    expect(line).toContain("[x] wlan0");
  });
});
