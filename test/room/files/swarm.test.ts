import { describe, expect, test } from "vitest";
import { chunkBytesMin } from "../../../src/room/files/limits.ts";
import { SeededRandom } from "../../support/random.ts";
import { Swarm, type SwarmDevice } from "../../support/swarm.ts";

const hourMs = 3_600_000;
const chosen = process.env["EARSHOT_SEED"];
const seed = chosen === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(chosen);

describe(`a swarm (EARSHOT_SEED=${seed})`, () => {
  test("of two gets every chunk once, with the link never idle", () => {
    const swarm = new Swarm({ seed, sizes: [100 * chunkBytesMin + 5] });
    const taker = swarm.addTaker();
    swarm.connectAll();
    swarm.run(hourMs);
    expect([swarm.origin.sent, taker.received, taker.again]).toEqual([101, 101, 0]);
    expect(taker.completeAt).toBeLessThan((100 * chunkBytesMin) / 12_500 / 0.98);
  });

  test.each([
    [10, 100],
    [30, 40],
  ])("of %i takers puts at most three copies on the link of its origin", (count, chunks) => {
    const swarm = new Swarm({ seed, sizes: [chunks * chunkBytesMin] });
    for (let index = 0; index < count; index += 1) swarm.addTaker();
    swarm.connectAll();
    swarm.run(hourMs);
    const takers = swarm.devices.slice(1);
    for (const { received, name } of takers) expect(received, name).toBe(chunks);
    expect(swarm.origin.sent).toBeLessThanOrEqual(3 * chunks);
    // One after the other it would be as many times this as there are takers.
    const aloneMs = (chunks * chunkBytesMin) / 12_500;
    const lastAt = Math.max(...takers.map(({ completeAt }) => completeAt ?? hourMs));
    expect(lastAt).toBeLessThan(6 * aloneMs);
    const again = takers.reduce((sum, taker) => sum + taker.again, 0);
    expect(again).toBeLessThan(0.1 * chunks * count);
  });

  test("of 30 takers of whom each knows few others puts at most three copies on its link, too", () => {
    const swarm = new Swarm({ seed, sizes: [40 * chunkBytesMin] });
    // As the server introduces: a newcomer to five who came before.
    for (let index = 0; index < 30; index += 1) {
      const earlier = swarm.devices.slice(1);
      const newcomer = swarm.addTaker();
      swarm.connect(newcomer, swarm.origin);
      for (let count = 0; count < 5 && 0 < earlier.length; count += 1) {
        const [known] = earlier.splice(swarm.random.between(0, earlier.length - 1), 1);
        swarm.connect(newcomer, known!);
      }
    }
    swarm.run(hourMs);
    for (const { received, name } of swarm.devices.slice(1)) expect(received, name).toBe(40);
    expect(swarm.origin.sent).toBeLessThanOrEqual(3 * 40);
  });

  test("of takers that cannot reach each other is served by the origin alone, at its speed", () => {
    const swarm = new Swarm({ seed, sizes: [40 * chunkBytesMin] });
    for (let index = 0; index < 3; index += 1) swarm.connect(swarm.addTaker(), swarm.origin);
    swarm.run(hourMs);
    expect(swarm.origin.sent).toBe(3 * 40);
    const lastAt = Math.max(...swarm.devices.slice(1).map((taker) => taker.completeAt ?? hourMs));
    expect(lastAt).toBeLessThan((3 * 40 * chunkBytesMin) / 12_500 / 0.95);
  });

  test("goes on without its origin when somebody has all", () => {
    const swarm = new Swarm({ seed, sizes: [20 * chunkBytesMin] });
    const first = swarm.addTaker();
    swarm.connect(first, swarm.origin);
    swarm.run(hourMs);
    const second = swarm.addTaker();
    const link = swarm.connect(second, swarm.origin);
    swarm.connect(second, first);
    swarm.run(swarm.now + 20);
    swarm.disconnect(link);
    swarm.run(hourMs);
    expect(second.received).toBe(20);
    expect(first.sent).toBeGreaterThanOrEqual(18);
  });

  test("ends though connections are lost and processes restarted at any time, and sends little twice", () => {
    const random = new SeededRandom(seed);
    for (let round = 0; round < 5; round += 1) {
      const swarm = new Swarm({
        seed: seed + round,
        sizes: [...Array(50).keys()].map((n) => n * 40_000),
      });
      const takers = [1, 2, 3, 4].map(() => swarm.addTaker());
      swarm.connectAll();
      for (let fault = 0; fault < 20; fault += 1) {
        swarm.at(random.between(0, 8_000), () => {
          const victim = random.pick(swarm.devices);
          if (random.chance(0.5) || victim === swarm.origin) swarm.unplug(victim);
          else swarm.restart(victim);
          swarm.at(swarm.now + random.between(1, 1_000), () => swarm.meet(victim));
        });
      }
      swarm.run(hourMs);
      for (const taker of takers) {
        expect(taker.exchange.isComplete, `round ${round}, ${taker.name}`).toBe(true);
        expect(taker.again).toBeLessThan(0.2 * swarm.contents.layout.chunkCount);
      }
    }
  });

  test("leaves who sends wrong chunks, and keeps none of them", () => {
    const swarm = new Swarm({ seed, sizes: [40 * chunkBytesMin] });
    const liar = swarm.addTaker();
    swarm.connect(liar, swarm.origin);
    swarm.run(hourMs);
    liar.isLying = true;
    const takers = [swarm.addTaker(), swarm.addTaker()];
    swarm.connectAll();
    swarm.run(hourMs);
    for (const taker of takers) {
      expect(taker.received).toBe(40);
      expect(taker.wrong).toBeLessThanOrEqual(1);
      expect(expulsions(taker)).toEqual(taker.wrong === 1 ? [expect.stringContaining("hash")] : []);
    }
  });

  test("gets from others what a silent peer was asked for, and leaves it in the end", () => {
    const swarm = new Swarm({ seed, sizes: [20 * chunkBytesMin] });
    const mute = swarm.addTaker();
    swarm.connect(mute, swarm.origin);
    swarm.run(hourMs);
    mute.isMute = true;
    const taker = swarm.addTaker();
    swarm.connect(taker, mute);
    swarm.connect(taker, swarm.origin);
    const begunAt = swarm.now;
    swarm.run(hourMs);
    expect(taker.received).toBe(20);
    expect((taker.completeAt ?? hourMs) - begunAt).toBeLessThan(10_000);
  });

  test("is not held up by a slow peer", () => {
    const swarm = new Swarm({ seed, sizes: [100 * chunkBytesMin] });
    const slow = swarm.addTaker();
    swarm.connect(slow, swarm.origin);
    swarm.run(hourMs);
    slow.bytesPerMs = 100;
    const taker = swarm.addTaker();
    swarm.connect(taker, slow);
    swarm.connect(taker, swarm.origin);
    const begunAt = swarm.now;
    swarm.run(hourMs);
    expect((taker.completeAt ?? hourMs) - begunAt).toBeLessThan(
      (100 * chunkBytesMin) / 12_500 + 5_000,
    );
  });
});

function expulsions(device: SwarmDevice): readonly string[] {
  return device.effects.flatMap((effect) => (effect.type === "expel" ? [effect.text] : []));
}
