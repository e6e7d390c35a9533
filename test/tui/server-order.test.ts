import { describe, expect, test } from "vitest";
import { inPickerOrder } from "../../src/tui/server-order.ts";
import { heardServer, sampleChange, ViewRun } from "../support/view.ts";

const changed = heardServer("a-changed", { trust: { type: "changed", change: sampleChange } });
const old = heardServer("a-old", { versionMin: 0, versionMax: 0 });
const fresh = heardServer("b-new", { trust: { type: "new" } });
const far = heardServer("c-far", { rttMs: 250 });
const near = heardServer("d-near", { rttMs: 9 });
const nearer = heardServer("e-nearer", { rttMs: 1 });

function names(...servers: ReturnType<typeof heardServer>[]): string[] {
  return inPickerOrder(servers, 1).map(({ name }) => name);
}

describe("the picker lists", () => {
  test("known servers first, then new ones, then those that changed or cannot be joined", () => {
    expect(names(changed, old, fresh, near)).toEqual(["d-near", "b-new", "a-changed", "a-old"]);
  });

  test("near servers before far ones, and those of which it is not known last", () => {
    const { rttMs: _, ...unknown } = heardServer("a-unknown");
    expect(names(unknown, far, near)).toEqual(["d-near", "c-far", "a-unknown"]);
  });

  test("servers that are as near to people by their names, whatever the milliseconds", () => {
    expect(names(near, nearer)).toEqual(["d-near", "e-nearer"]);
  });
});

describe("the marked server", () => {
  function detail(run: ViewRun): string | undefined {
    return run.text().split("\n").at(-3)?.trim();
  }

  test("tells when it was heard last", () => {
    const run = new ViewRun();
    run.servers(heardServer("lab", { heardAt: run.now - 400 }));
    expect(detail(run)).toBe("heard 0.4 s ago");
    expect(detail(run.pass(20_000))).toBe("heard 21 s ago");
  });

  test("tells why it cannot be joined, that it is new, has another key, or a name that is not its own", () => {
    const run = new ViewRun();
    const shared = heardServer("z", { id: "z2", trust: { type: "new" }, isNameShared: true });
    run.servers(near, fresh, shared, changed, old);
    expect(detail(run)).toMatch(/^heard/);
    expect(detail(run.keys("down"))).toMatch(/^first visit · heard/);
    expect(detail(run.keys("down"))).toMatch(/^another server has this name too/);
    expect(detail(run.keys("down"))).toMatch(/^another key than before: Enter says more/);
    expect(detail(run.keys("down"))).toMatch(/^cannot be joined: it is older than this earshot/);
  });

  test("is followed where it is, and tells of its ways", () => {
    const other = { host: "10.0.0.3", port: 28198 };
    const run = new ViewRun().servers(heardServer("lab", { otherAddresses: [other] }));
    expect(detail(run)).toContain("2 ways to it");
  });
});
