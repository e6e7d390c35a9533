import { describe, expect, test } from "vitest";
import { attemptGapMs, attemptsMax, ConnectionRace } from "../../src/room/connection-race.ts";

const start = 1_000_000;
const timedOut = { cause: "unreachable", code: 0, text: "no answer" } as const;
const keyChanged = {
  cause: "key-changed",
  code: 0,
  text: "another key",
  expectedKey: new Uint8Array(32),
  claimedKey: new Uint8Array(32),
} as const;

function addresses(count: number) {
  return Array.from({ length: count }, (_, n) => ({ host: `10.0.0.${n}`, port: 28_198 }));
}

/** Starts what is due; gives the hosts. */
function run(race: ConnectionRace, now: number, firstConnection: number): readonly string[] {
  const hosts: string[] = [];
  for (;;) {
    const address = race.poll(now);
    if (address === undefined) return hosts;
    race.handleStarted(firstConnection + hosts.length, address);
    hosts.push(address.host);
  }
}

describe("a race for a connection", () => {
  test("gives the best address a head start of 150 ms, and each of the others", () => {
    const race = new ConnectionRace(start, addresses(3));
    expect(run(race, start, 1)).toEqual(["10.0.0.0"]);
    expect(race.pollTimeout()).toBe(start + attemptGapMs);
    expect(run(race, start + attemptGapMs - 1, 2)).toEqual([]);
    expect(run(race, start + attemptGapMs, 2)).toEqual(["10.0.0.1"]);
    expect(run(race, start + 2 * attemptGapMs, 3)).toEqual(["10.0.0.2"]);
    expect(race.pollTimeout()).toBeUndefined();
    expect(race.connections).toEqual([1, 2, 3]);
    expect(race.addressOf(2)?.host).toBe("10.0.0.1");
    expect(race.addressOf(4)).toBeUndefined();
  });

  test("tries the next address at once when one fails", () => {
    const race = new ConnectionRace(start, addresses(2));
    run(race, start, 1);
    expect(race.handleClosed(start + 5, 1, timedOut)).toBeUndefined();
    expect(run(race, start + 5, 2)).toEqual(["10.0.0.1"]);
  });

  test("is lost when the last one has failed, and says that another server was met rather than nobody", () => {
    const race = new ConnectionRace(start, addresses(3));
    run(race, start, 1);
    run(race, start + attemptGapMs, 2);
    run(race, start + 2 * attemptGapMs, 3);
    expect(race.handleClosed(start + 500, 9, timedOut)).toBeUndefined();
    expect(race.handleClosed(start + 500, 2, keyChanged)).toBeUndefined();
    expect(race.handleClosed(start + 500, 1, timedOut)).toBeUndefined();
    expect(race.handleClosed(start + 500, 3, timedOut)).toEqual({
      reason: keyChanged,
      address: { host: "10.0.0.1", port: 28_198 },
    });
  });

  test("tries no more addresses when it is stopped", () => {
    const race = new ConnectionRace(start, addresses(2));
    run(race, start, 1);
    race.handleStop();
    expect(run(race, start + 1_000, 2)).toEqual([]);
    expect(race.handleClosed(start + 1_000, 1, timedOut)?.reason).toBe(timedOut);
  });

  test("has 8 addresses at most", () => {
    const race = new ConnectionRace(start, addresses(attemptsMax + 1));
    let count = 0;
    for (let n = 0; n < 20; n += 1) count += run(race, start + n * attemptGapMs, count + 1).length;
    expect(count).toBe(attemptsMax);
  });
});
