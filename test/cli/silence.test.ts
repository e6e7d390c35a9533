import { describe, expect, test } from "vitest";
import { Silence, silenceMsMin } from "../../src/cli/silence.ts";
import { SimulatedClock } from "../support/clock.ts";
import { SeededRandom } from "../support/random.ts";

/** A silence on a network in which servers come and go, and what was explained. */
function begin(explain: () => Promise<string> = async () => "Nobody is there.") {
  const clock = new SimulatedClock();
  const told: (string | undefined)[] = [];
  const state = { isSilent: true, explainCount: 0 };
  const network = {
    interfaces: [],
    discoveryPort: 1,
    clock,
    random: new SeededRandom(1),
    isSweeping: false,
  };
  const silence: Silence = new Silence({
    network,
    isSilent: () => state.isSilent,
    onCause: () => told.push(silence.cause),
    explain: () => {
      state.explainCount += 1;
      return explain();
    },
  });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { silence, state, told, pass };
}

describe("a silence", () => {
  test("is explained after 3 s, once", async () => {
    const { silence, state, told, pass } = begin();
    await pass(silenceMsMin - 1);
    expect(state.explainCount).toBe(0);
    await pass(1);
    expect(told).toEqual(["Nobody is there."]);
    await pass(60_000);
    expect(state.explainCount).toBe(1);
    silence.close();
  });

  test("that is none is not explained", async () => {
    const { state, pass } = begin();
    state.isSilent = false;
    await pass(silenceMsMin);
    expect(state.explainCount).toBe(0);
  });

  test("has no cause any more when the network is asked anew, until that was silent too", async () => {
    const { silence, told, pass } = begin();
    await pass(silenceMsMin);
    silence.refresh();
    expect(silence.cause).toBeUndefined();
    await pass(silenceMsMin);
    expect(told).toHaveLength(2);
  });

  test("is not explained late: a server came, the network was asked anew, or nobody looks", async () => {
    for (const happening of ["server", "refresh", "close"] as const) {
      let finish: (cause: string) => void = () => {};
      const { silence, state, told, pass } = begin(
        () =>
          new Promise((resolve) => {
            finish = resolve;
          }),
      );
      await pass(silenceMsMin);
      if (happening === "server") state.isSilent = false;
      else silence[happening]();
      finish("too late");
      await pass(0);
      expect([happening, told, silence.cause]).toEqual([happening, [], undefined]);
    }
  });

  test("that cannot be explained stays so", async () => {
    const { silence, told, pass } = begin(() => Promise.reject(new Error("no way")));
    await pass(silenceMsMin);
    expect([told, silence.cause]).toEqual([[], undefined]);
  });
});
