import { describe, expect, test } from "vitest";
import { entryText } from "../../src/room/entry.ts";
import { channels, pageEntriesMax, pagesBytesMax, textBytesMax } from "../../src/room/limits.ts";
import { ChatLan, eventsOf, textsOf } from "../support/chat-lan.ts";

describe("a server and its clients", () => {
  test("hear of each other's coming and going", () => {
    const lan = new ChatLan();
    const anna = lan.enter("anna");
    const ben = lan.enter("ben");
    const cleo = lan.enter("cleo");
    ben.host.close();
    lan.clock.advance(20);
    expect(ben.host.isClosed).toBe(true);
    cleo.endpoint.kill();
    lan.clock.advance(5_000);
    expect(eventsOf(anna, "joined").map(({ nick }) => nick)).toEqual(["ben", "cleo"]);
    expect(eventsOf(anna, "left").map(({ nick, reason }) => [nick, reason])).toEqual([
      ["ben", "quit"],
      ["cleo", "lost"],
    ]);
    expect(lan.changeCount).toBe(6);
  });

  test("may speak from within an event", () => {
    const lan = new ChatLan();
    const anna = lan.enter("anna");
    const bot = lan.connect("bot", (event) => {
      if (event.type === "ready") bot.host.join("lobby");
      if (event.type === "said" && !event.isOwn)
        bot.host.say("lobby", `re: ${entryText(event.entry)}`);
    });
    lan.clock.advance(50);
    for (const text of ["a", "b"]) anna.host.say("lobby", text);
    lan.clock.advance(50);
    expect(textsOf(anna)).toEqual(["a", "b", "re: a", "re: b"]);
  });

  test("send a large line once to each member, on the bulk channel", () => {
    const lan = new ChatLan();
    const anna = lan.enter("anna");
    const ben = lan.enter("ben");
    const text = "l".repeat(2 ** 20);
    anna.host.say("lobby", text);
    anna.host.say("lobby", "after it");
    lan.clock.advance(200);
    for (const client of [anna, ben]) {
      expect(textsOf(client).map(({ length }) => length)).toEqual([text.length, 8]);
    }
    expect(lan.serverEndpoint.bytesSent[channels.bulk]).toBeLessThan(2.1 * 2 ** 20);
    expect(lan.serverEndpoint.bytesSent[channels.chat]).toBeLessThan(10_000);
  });

  test("bring the largest line to more members than pages may be on their way", () => {
    const lan = new ChatLan();
    const count = pagesBytesMax / textBytesMax + 1;
    const members = Array.from({ length: count }, (_, index) => lan.enter(`member${index}`));
    members[0]!.host.say("lobby", "l".repeat(textBytesMax));
    lan.clock.advance(1_000);
    expect(members.map((member) => textsOf(member).length)).toEqual(members.map(() => 1));
  });

  test("do not pile up lines for a client that is slow, and still bring it all of them", () => {
    const lan = new ChatLan();
    const anna = lan.enter("anna");
    const ben = lan.enter("ben");
    const connection = lan.serverEndpoint.connections.at(-1)!;
    lan.serverEndpoint.full.add(connection);
    for (let line = 0; line < 500; line += 1) {
      anna.host.say("lobby", `line ${line} ${"x".repeat(1_000)}`);
      lan.clock.advance(10);
    }
    const sent = lan.serverEndpoint.bytesSent.reduce((sum, bytes) => sum + bytes, 0);
    expect(sent).toBeLessThan(800_000);
    expect(textsOf(ben).length).toBeLessThan(3);
    lan.serverEndpoint.drain(connection);
    lan.clock.advance(200);
    expect(textsOf(ben)).toEqual(textsOf(anna));
    expect(textsOf(ben)).toHaveLength(500);
  });

  test("catch up page by page", () => {
    const lan = new ChatLan();
    const anna = lan.enter("anna");
    const ben = lan.enter("ben");
    for (const connection of ben.endpoint.connections) ben.endpoint.cut(connection);
    for (let line = 0; line < 3 * pageEntriesMax; line += 1) anna.host.say("lobby", `${line}`);
    lan.clock.advance(10_000);
    expect(textsOf(anna)).toHaveLength(3 * pageEntriesMax);
    expect(textsOf(ben)).toEqual(textsOf(anna));
  });

  test("part when the server is shut down, and everything that was said is stored", () => {
    const lan = new ChatLan();
    const anna = lan.enter("anna");
    anna.host.say("lobby", "last words");
    lan.clock.advance(1.5);
    lan.serverHost.shutdown("maintenance");
    lan.clock.advance(20);
    expect(lan.isDone).toBe(true);
    expect(eventsOf(anna, "shutdown")).toMatchObject([{ reason: "maintenance" }]);
    expect(eventsOf(anna, "stored")).toHaveLength(1);
    expect(eventsOf(anna, "connection").at(-1)).toMatchObject({
      state: "reconnecting",
      reason: "server closing",
    });
    expect(lan.store.entries("lobby")).toHaveLength(1);
  });

  test("find each other again when the server comes back", () => {
    const lan = new ChatLan();
    const anna = lan.enter("anna");
    lan.crashServer();
    lan.clock.advance(20_000);
    lan.startServer();
    lan.clock.advance(10_000);
    expect(eventsOf(anna, "ready")).toHaveLength(2);
    anna.host.say("lobby", "back");
    lan.clock.advance(50);
    expect(textsOf(anna)).toEqual(["back"]);
  });
});
