import { describe, expect, test } from "vitest";
import type { Address } from "../../../src/base/address.ts";
import {
  acquaintanceMs,
  acquaintancesMax,
  attemptMs,
  attemptsInAll,
  attemptsMax,
  directAgainMs,
  reconnectMs,
  relayAfterMs,
} from "../../../src/room/files/peer-limits.ts";
import { SimulatedClock } from "../../support/clock.ts";
import { goodLink, SimulatedNetwork } from "../../support/network.ts";
import { SeededRandom } from "../../support/random.ts";
import { SimulatedPeer } from "../../support/simulated-peer.ts";

/** Two who were introduced, a server that carries what they send each other, and a network. */
class PeerStage {
  readonly clock = new SimulatedClock();
  readonly random: SeededRandom;
  readonly network: SimulatedNetwork;
  readonly anna: SimulatedPeer;
  readonly ben: SimulatedPeer;
  isRelaying = true;
  relayedCount = 0;
  #peerCount = 0;

  constructor(seed = 1) {
    this.random = new SeededRandom(seed);
    this.network = new SimulatedNetwork(this.clock, this.random.fork());
    this.anna = this.peer((frame) => this.#carry(frame, this.ben));
    this.ben = this.peer((frame) => this.#carry(frame, this.anna));
  }

  peer(relay?: (frame: Uint8Array) => void): SimulatedPeer {
    this.#peerCount += 1;
    const { clock, network, random } = this;
    const address = { host: `10.0.0.${this.#peerCount}`, port: 40_000 };
    return new SimulatedPeer({
      clock,
      network,
      random: random.fork(),
      address,
      ...(relay && { relay }),
    });
  }

  introduce(
    annas: readonly Address[] = [this.anna.host.address],
    bens: readonly Address[] = [this.ben.host.address],
  ): void {
    this.anna.introduce({ key: this.ben.key, addresses: bens, relay: 5 });
    this.ben.introduce({ key: this.anna.key, addresses: annas, relay: 5 });
  }

  /** Whether both have one connection, the same one, by which both are heard. */
  talk(): boolean {
    this.anna.texts.length = 0;
    this.ben.texts.length = 0;
    this.anna.say("from anna");
    this.ben.say("from ben");
    this.clock.advance(50);
    expect(this.anna.texts.length).toBeLessThanOrEqual(1);
    expect(this.ben.texts.length).toBeLessThanOrEqual(1);
    return this.anna.texts[0] === "from ben" && this.ben.texts[0] === "from anna";
  }

  #carry(frame: Uint8Array, to: SimulatedPeer): void {
    this.relayedCount += 1;
    if (!this.isRelaying) return;
    const copy = frame.slice();
    this.clock.setTimer(this.clock.now() + 1, () => to.handleRelayed(copy));
  }
}

const direct = (host: string) => [{ type: "direct", address: host }];
const relayed = [{ type: "relayed" }];

describe("two who were introduced", () => {
  test.each(Array.from({ length: 20 }, (_, index) => index + 1))(
    "agree on one connection, although both try all addresses at once: seed %i",
    (seed) => {
      const stage = new PeerStage(seed);
      stage.network.conditions = { ...goodLink, delayMs: 1 + (seed % 5), loss: 0.1 };
      const silent = { host: "10.0.9.9", port: 40_000 };
      stage.introduce(
        [silent, stage.anna.host.address],
        seed % 2 === 0 ? [stage.ben.host.address] : [stage.ben.host.address, silent],
      );
      stage.clock.advance(4_000);
      stage.network.conditions = goodLink;
      stage.clock.advance(1_000);
      expect(stage.talk()).toBe(true);
      expect(stage.anna.paths).toHaveLength(1);
      expect(stage.ben.paths).toHaveLength(1);
      stage.clock.advance(20_000);
      expect(stage.talk()).toBe(true);
      expect(stage.anna.host.stats.connections).toBe(1);
      expect(stage.ben.host.stats.connections).toBe(1);
    },
  );

  test("are connected within a few round trips", () => {
    const stage = new PeerStage();
    stage.introduce();
    stage.clock.advance(20);
    expect(stage.anna.paths).toEqual(direct("10.0.0.2"));
    expect(stage.ben.paths).toEqual(direct("10.0.0.1"));
    expect(stage.relayedCount).toBe(0);
  });

  test.each(["anna", "ben"] as const)("are connected where only %s may be reached", (who) => {
    const stage = new PeerStage();
    // A firewall that lets nobody in who was not spoken to, and forgets at once.
    stage.introduce(who === "anna" ? undefined : [], who === "ben" ? undefined : []);
    stage.clock.advance(1_000);
    expect(stage.talk()).toBe(true);
    expect(stage.relayedCount).toBe(0);
  });

  test("are connected through the server where they cannot reach each other, and say so", () => {
    const stage = new PeerStage();
    stage.network.isCut = () => true;
    stage.introduce();
    stage.clock.advance(relayAfterMs - 1);
    expect(stage.relayedCount).toBe(0);
    stage.clock.advance(200);
    expect(stage.anna.paths).toEqual(relayed);
    expect(stage.ben.paths).toEqual(relayed);
    expect(stage.talk()).toBe(true);
  });

  test("leave the server when they can reach each other again", () => {
    const stage = new PeerStage();
    stage.network.isCut = () => true;
    stage.introduce();
    stage.clock.advance(relayAfterMs + 200);
    stage.network.isCut = () => false;
    stage.clock.advance(directAgainMs + 500);
    expect(stage.anna.paths).toEqual(direct("10.0.0.2"));
    expect(stage.talk()).toBe(true);
    const before = stage.relayedCount;
    stage.clock.advance(10_000);
    expect(stage.relayedCount).toBe(before);
    expect(stage.anna.host.stats.connections).toBe(1);
  });

  test("are connected again within a second when the path is back", () => {
    const stage = new PeerStage();
    stage.isRelaying = false;
    stage.introduce();
    stage.clock.advance(100);
    stage.network.isCut = () => true;
    stage.clock.advance(10_000);
    expect(stage.anna.paths).toEqual([]);
    stage.network.isCut = () => false;
    stage.clock.advance(1_000);
    expect(stage.talk()).toBe(true);
  });

  test("are connected where one of them is now, when the server has said so", () => {
    const stage = new PeerStage();
    stage.isRelaying = false;
    stage.introduce();
    stage.clock.advance(100);
    const moved = { host: "10.0.0.77", port: 40_000 };
    stage.ben.host.rebind(moved);
    stage.network.isCut = (from, to) => [from.host, to.host].includes("10.0.0.2");
    stage.introduce(undefined, [moved]);
    stage.clock.advance(8_000);
    expect(stage.talk()).toBe(true);
    expect(stage.anna.paths).toEqual(direct("10.0.0.77"));
  });

  test.each(["anna", "ben"] as const)("are connected again when %s was killed", (who) => {
    const stage = new PeerStage();
    stage.introduce();
    stage.clock.advance(3_000);
    stage[who].restart();
    stage.clock.advance(500);
    stage.introduce();
    stage.clock.advance(6_000);
    expect(stage.talk()).toBe(true);
    expect(stage.anna.host.stats.connections).toBe(1);
    expect(stage.ben.host.stats.connections).toBe(1);
  });

  test("stay apart when one of them has closed on purpose, until they are introduced again", () => {
    const stage = new PeerStage();
    stage.introduce();
    stage.clock.advance(100);
    for (const peer of stage.anna.peers.keys()) peer.close(0, "all is here");
    stage.clock.advance(60_000);
    expect([...stage.anna.paths, ...stage.ben.paths]).toEqual([]);
    stage.introduce();
    stage.clock.advance(100);
    expect(stage.talk()).toBe(true);
  });

  test("carry streams, whose end and whose credit are told", () => {
    const stage = new PeerStage();
    stage.introduce();
    stage.clock.advance(100);
    const [peer] = stage.anna.peers.keys();
    const stream = peer!.openStream();
    let written = 0;
    while (peer!.write(stream, new Uint8Array(65_536)) && written < 100) written += 1;
    stage.clock.advance(100);
    const data = stage.ben.events.flatMap((event) =>
      event.type === "stream-data" ? [event.bytes.length] : [],
    );
    expect(data.reduce((sum, length) => sum + length, 0)).toBeGreaterThan(0);
    const [back] = stage.ben.peers.keys();
    for (const length of data) back!.consume(stream, length);
    stage.clock.advance(100);
    expect(stage.anna.events.some(({ type }) => type === "stream-drained")).toBe(true);
    peer!.close(0, "");
    stage.clock.advance(3_000);
    expect(peer!.write(stream, new Uint8Array(1))).toBe(true);
    expect(peer!.send(new Uint8Array(1))).toBe(true);
  });
});

describe("who was not introduced", () => {
  test("is not answered by a key, and never becomes a peer", () => {
    const stage = new PeerStage();
    const mallory = stage.peer();
    mallory.introduce({ key: stage.anna.key, addresses: [stage.anna.host.address], relay: 9 });
    stage.clock.advance(1_000);
    expect(mallory.peers.size).toBe(0);
    expect(stage.anna.host.stats.connections).toBe(0);
    expect(stage.anna.host.stats.dropped["not-accepting"]).toBeGreaterThan(0);
  });

  test("is not let in by the address of who was", () => {
    const stage = new PeerStage();
    const mallory = stage.peer();
    stage.anna.introduce({ key: stage.ben.key, addresses: [mallory.host.address], relay: 5 });
    mallory.introduce({ key: stage.anna.key, addresses: [stage.anna.host.address], relay: 5 });
    stage.clock.advance(3_000);
    expect(stage.anna.peers.size + mallory.peers.size).toBe(0);
  });

  test("is nobody again after a while without a connection", () => {
    const stage = new PeerStage();
    stage.isRelaying = false;
    stage.network.isCut = () => true;
    stage.introduce();
    stage.clock.advance(acquaintanceMs);
    expect(stage.anna.connector.isWelcome(stage.ben.key)).toBe(false);
    expect(stage.anna.connector.pollTimeout()).toBeUndefined();
  });

  test(`is one of ${acquaintancesMax}, of which the oldest without a connection gives way`, () => {
    const stage = new PeerStage();
    stage.introduce();
    stage.clock.advance(100);
    const keys = Array.from({ length: acquaintancesMax }, () => stage.random.bytes(32));
    for (const key of keys) stage.anna.introduce({ key, addresses: [], relay: 1 });
    expect(stage.anna.connector.isWelcome(stage.ben.key)).toBe(true);
    expect(stage.anna.connector.isWelcome(keys[0]!)).toBe(false);
    expect(stage.anna.connector.isWelcome(keys[1]!)).toBe(true);
  });
});

describe("addresses that are not those of who was introduced", () => {
  test("are asked a few times and no more", () => {
    const stage = new PeerStage();
    const times: number[] = [];
    stage.network.onSend = (_from, to) => {
      if (to.host === "10.0.7.7") times.push(stage.clock.now());
    };
    stage.isRelaying = false;
    stage.anna.introduce({
      key: stage.ben.key,
      addresses: [{ host: "10.0.7.7", port: 40_000 }],
      relay: 5,
    });
    stage.clock.advance(acquaintanceMs);
    expect(times.length).toBeLessThanOrEqual(5);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(attemptMs);
  });

  test(`are tried ${attemptsInAll.burst} at once, then ${attemptsInAll.perSecond} a second`, () => {
    const stage = new PeerStage();
    const tries = new Set<string>();
    stage.network.onSend = (_from, to) => tries.add(`${to.host}:${to.port}`);
    for (let count = 0; count < 100; count += 1) {
      stage.anna.introduce({
        key: stage.random.bytes(32),
        addresses: Array.from({ length: 8 }, (_, index) => ({
          host: `10.1.${count}.${index}`,
          port: 40_000,
        })),
        relay: 5,
      });
    }
    stage.clock.advance(attemptMs - 1);
    expect(tries.size).toBeLessThanOrEqual(attemptsMax);
    stage.clock.advance(8_000);
    expect(tries.size).toBeLessThanOrEqual(attemptsInAll.burst + 10 * attemptsInAll.perSecond);
    expect(tries.size).toBeGreaterThan(attemptsInAll.burst);
  });

  test("where the two were connected are asked again while they are remembered", () => {
    const stage = new PeerStage();
    stage.isRelaying = false;
    stage.introduce();
    stage.clock.advance(100);
    stage.network.isCut = () => true;
    stage.clock.advance(10_000);
    let count = 0;
    stage.network.onSend = () => {
      count += 1;
    };
    stage.clock.advance(10 * reconnectMs);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(2 * 10 * 6);
  });
});
