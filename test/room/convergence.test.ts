import { describe, expect, test } from "vitest";
import { ChatLan, eventsOf, type SimulatedClient } from "../support/chat-lan.ts";

const seeds = Array.from({ length: 60 }, (_, index) => index + 1);
const rooms = ["lobby", "kitchen"];

/** Three clients say lines while connections break, the server is killed and its disk fills up. */
function run(seed: number): {
  lan: ChatLan;
  clients: SimulatedClient[];
  said: Map<string, string[]>;
} {
  const lan = new ChatLan(seed);
  const { random, clock, network, history } = lan;
  network.delayMs = random.unit() * 5;
  network.jitterMs = random.unit() * 50;
  const clients = ["anna", "ben", "cleo"].map((nick) => lan.connect(nick));
  const said = new Map<string, string[]>();
  for (const { host } of clients) for (const room of rooms) host.join(room);
  clock.advance(300);
  let isUp = true;
  for (let turn = 0; turn < 300; turn += 1) {
    const index = random.between(0, clients.length - 1);
    const { host, endpoint } = clients[index]!;
    if (random.chance(0.7)) {
      const room = random.pick(rooms);
      const text = `${turn} ${"x".repeat(random.chance(0.1) ? 20_000 : 5)}`;
      const id = host.say(room, text);
      if (id !== undefined)
        said.set(`${index} ${room}`, [...(said.get(`${index} ${room}`) ?? []), id]);
    }
    if (random.chance(0.03))
      for (const connection of endpoint.connections) endpoint.cut(connection);
    if (isUp && random.chance(0.01)) {
      lan.crashServer();
      isUp = false;
    } else if (!isUp && random.chance(0.2)) {
      lan.startServer();
      isUp = true;
    }
    if (random.chance(0.02)) history.isFull = !history.isFull;
    if (random.chance(0.02)) history.isUnreadable = !history.isUnreadable;
    clock.advance(random.unit() * (random.chance(0.1) ? 2_000 : 40));
  }
  history.isFull = false;
  history.isUnreadable = false;
  if (!isUp) lan.startServer();
  clock.advanceUntil(() => clients.every(({ host }) => host.pendingCount === 0), 120_000);
  clock.advance(30_000);
  return { lan, clients, said };
}

describe("convergence", () => {
  test.each(seeds)("nothing is lost, doubled or out of order with seed %i", (seed) => {
    const { lan, clients, said } = run(seed);
    for (const room of rooms) {
      const log = lan.history.entries(room);
      const ids = log.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [index, client] of clients.entries()) {
        const own = said.get(`${index} ${room}`) ?? [];
        expect(client.host.pendingCount).toBe(0);
        expect(ids.filter((id) => own.includes(id))).toEqual(own);
        const told = eventsOf(client, "said").filter((event) => event.room === room);
        const sequences = told.map(({ entry }) => entry.sequence);
        const first = eventsOf(client, "entered").find((event) => event.room === room)!;
        const expected = log.slice(first.lastSequence).map(({ sequence }) => sequence);
        expect(sequences).toEqual(expected);
        expect(told.map(({ entry }) => entry)).toEqual(log.slice(first.lastSequence));
        const stored = eventsOf(client, "stored").filter((event) => event.room === room);
        expect(stored.map(({ id }) => id).sort()).toEqual([...own].sort());
        for (const { id, sequence } of stored) expect(log[sequence - 1]!.id).toBe(id);
      }
    }
    expect(clients.flatMap((client) => eventsOf(client, "failed"))).toEqual([]);
    expect(clients.flatMap((client) => eventsOf(client, "error"))).toEqual([]);
    expect(clients.map(({ client }) => client.droppedCount)).toEqual([0, 0, 0]);
    expect(lan.server.droppedCount).toBe(0);
  });
});
