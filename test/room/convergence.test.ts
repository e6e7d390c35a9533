import { describe, expect, test } from "vitest";
import { ChatLan, eventsOf, type SimulatedClient } from "../support/chat-lan.ts";

const seeds = Array.from({ length: 40 }, (_, index) => index + 1);
const rooms = ["lobby", "kitchen"];
const turns = 300;

/** Three clients say lines while connections break, the server is killed and its disk fills up. */
class Ordeal {
  readonly lan: ChatLan;
  readonly clients: readonly SimulatedClient[];
  /** Ids of the lines each client said in each room, in order. */
  readonly said: Map<string, string[]> = new Map();
  #isUp = true;

  constructor(seed: number) {
    this.lan = new ChatLan(seed);
    const { network, random, store } = this.lan;
    network.delayMs = random.unit() * 5;
    network.jitterMs = random.unit() * 50;
    // A disk so slow that clients come back while their lines are still being written.
    if (random.chance(0.5)) store.writeMs = random.unit() * 3_000;
    this.clients = ["anna", "ben", "cleo"].map((nick) => this.lan.connect(nick));
    for (const { host } of this.clients) for (const room of rooms) host.join(room);
  }

  run(): void {
    const { clock, random, store } = this.lan;
    clock.advance(300);
    for (let turn = 0; turn < turns; turn += 1) {
      if (random.chance(0.7)) this.#say(turn);
      if (random.chance(0.03)) this.#cut();
      if (random.chance(0.02)) store.isFull = !store.isFull;
      if (random.chance(0.02)) store.isUnreadable = !store.isUnreadable;
      this.#crashOrRestart();
      clock.advance(random.unit() * (random.chance(0.1) ? 2_000 : 40));
    }
    store.isFull = false;
    store.isUnreadable = false;
    if (!this.#isUp) this.lan.startServer();
    const isStored = () => this.clients.every(({ host }) => host.pendingCount === 0);
    clock.advanceUntil(isStored, 120_000);
    clock.advance(30_000);
  }

  linesOf(client: number, room: string): string[] {
    return this.said.get(`${client} ${room}`) ?? [];
  }

  #say(turn: number): void {
    const { random } = this.lan;
    const client = random.between(0, this.clients.length - 1);
    const room = random.pick(rooms);
    const text = `${turn} ${"x".repeat(random.chance(0.1) ? 20_000 : 5)}`;
    const id = this.clients[client]!.host.say(room, text)!;
    this.said.set(`${client} ${room}`, [...this.linesOf(client, room), id]);
  }

  #cut(): void {
    const { endpoint } = this.lan.random.pick(this.clients);
    for (const connection of endpoint.connections) endpoint.cut(connection);
  }

  #crashOrRestart(): void {
    if (!this.lan.random.chance(this.#isUp ? 0.01 : 0.2)) return;
    if (this.#isUp) this.lan.crashServer();
    else this.lan.startServer();
    this.#isUp = !this.#isUp;
  }
}

describe("three clients and a server in trouble", () => {
  test.each(seeds)("lose nothing, double nothing, and keep the order, with seed %i", (seed) => {
    const ordeal = new Ordeal(seed);
    ordeal.run();
    const { lan, clients } = ordeal;
    for (const room of rooms) {
      const log = lan.store.entries(room);
      const ids = log.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [index, client] of clients.entries()) {
        const own = ordeal.linesOf(index, room);
        expect(client.host.pendingCount).toBe(0);
        expect(ids.filter((id) => own.includes(id))).toEqual(own);
        const told = eventsOf(client, "said").filter((event) => event.room === room);
        const first = eventsOf(client, "entered").find((event) => event.room === room)!;
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

  test("go through every kind of trouble", () => {
    const types = new Set<string>();
    for (const seed of seeds.slice(0, 10)) {
      const ordeal = new Ordeal(seed);
      ordeal.run();
      for (const { events } of ordeal.clients) {
        for (const event of events) {
          types.add(event.type === "connection" ? event.state : event.type);
        }
      }
    }
    expect([...types]).toEqual(
      expect.arrayContaining(["reconnecting", "left", "joined", "stored"]),
    );
  });
});
