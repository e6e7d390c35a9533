import { describe, expect, test } from "vitest";
import { hintSources, isLoopbackOnly, loadedLater } from "../../src/cli/hint-sources.ts";
import type { HintSource, ServerHint } from "../../src/discovery/server-hint.ts";
import { SimulatedClock } from "../support/clock.ts";
import { SeededRandom } from "../support/random.ts";

const hint: ServerHint = { address: { host: "10.0.0.5", port: 28_198 } };

/** A source that is loaded when told to, and what happened to it. */
function laterSource() {
  const log: string[] = [];
  const source: HintSource = (onHint) => {
    log.push("search");
    onHint(hint);
    return {
      refresh: () => log.push("refresh"),
      close: async () => {
        log.push("close");
      },
    };
  };
  let finish = () => {};
  const loaded = new Promise<HintSource>((resolve) => {
    finish = () => resolve(source);
  });
  const search = loadedLater(() => loaded)(() => log.push("hint"));
  return { log, search, finish };
}

describe("sources of hints", () => {
  test("are none for who keeps to this computer, whatever loopback is called", () => {
    const [clock, random] = [new SimulatedClock(), new SeededRandom(1)];
    const network = { discoveryPort: 1, clock, random, isSweeping: false };
    expect(isLoopbackOnly({ interfaces: [] })).toBe(false);
    expect(isLoopbackOnly({ interfaces: ["lo"] })).toBe(true);
    expect(isLoopbackOnly({ interfaces: ["127.0.0.1"] })).toBe(true);
    expect(hintSources({ ...network, interfaces: ["lo"] })).toEqual([]);
    expect(hintSources({ ...network, interfaces: [] })).toHaveLength(2);
  });

  test("search as soon as they are loaded", async () => {
    const { log, search, finish } = laterSource();
    search.refresh();
    finish();
    await expect.poll(() => log).toEqual(["search", "hint"]);
    search.refresh();
    await search.close();
    expect(log).toEqual(["search", "hint", "refresh", "close"]);
  });

  test("never search when nobody asks any more by then", async () => {
    const { log, search, finish } = laterSource();
    const closing = search.close();
    finish();
    await closing;
    expect(log).toEqual([]);
  });
});
