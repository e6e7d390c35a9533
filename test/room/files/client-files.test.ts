import { describe, expect, test } from "vitest";
import { relayAfterMs } from "../../../src/room/files/peer-limits.ts";
import { takingMs } from "../../../src/room/limits.ts";
import { type FileClient, FileLan } from "../../support/file-lan.ts";

const relayed = [{ type: "relayed" }];

/** Anna, who offers a file in the lobby, and ben, who has seen it. */
async function stage(): Promise<{ lan: FileLan; anna: FileClient; ben: FileClient; id: string }> {
  const lan = new FileLan();
  const anna = await lan.enter("anna");
  const ben = await lan.enter("ben");
  anna.files.perform({ type: "offer", to: { room: "lobby" }, path: "tea.pdf" }, "o");
  await lan.pass(200);
  return { lan, anna, ben, id: anna.fake.offered[0]!.id };
}

function isToldSame(one: FileClient, other: FileClient): boolean {
  const [token] = one.fake.introduced
    .slice(-1)
    .map((each) => Buffer.from(each.token).toString("hex"));
  return token !== undefined && other.fake.texts.includes(token);
}

describe("files that are offered in a room", () => {
  test("go by the id of their entry, and are answered when that is stored", async () => {
    const { anna, ben, id } = await stage();
    expect(anna.of("stored")).toMatchObject([{ ref: "o", room: "lobby", id }]);
    const [said] = ben.of("said").filter(({ entry }) => entry.body.type === "offer");
    expect(said!.entry).toMatchObject({ id, body: { name: "tea.pdf", bytes: 1_000 } });
  });

  test("are taken from who offers them, on a direct connection", async () => {
    const { lan, anna, ben, id } = await stage();
    ben.files.perform({ type: "accept", offer: id }, "a");
    await lan.pass(300);
    expect(ben.of("file")).toMatchObject([{ ref: "a", action: "accept", offer: id }]);
    expect(ben.fake.asked).toEqual(["take tea.pdf into downloads"]);
    expect(ben.paths).toEqual([{ type: "direct", address: anna.client.host.address.host }]);
    expect(anna.paths).toEqual([{ type: "direct", address: ben.client.host.address.host }]);
    expect(isToldSame(anna, ben) && isToldSame(ben, anna)).toBe(true);
    expect(anna.of("taking")).toMatchObject([{ offer: id, nick: "ben", state: "active" }]);
  });

  test("go through the server where the two cannot reach each other", async () => {
    const { lan, anna, ben, id } = await stage();
    const hosts = [anna, ben].map(({ client }) => client.host.address.host);
    lan.lan.network.isCut = (from, to) => hosts.includes(from.host) && hosts.includes(to.host);
    ben.files.perform({ type: "accept", offer: id }, "a");
    await lan.pass(relayAfterMs + 500);
    expect([ben.paths, anna.paths]).toEqual([relayed, relayed]);
    expect(isToldSame(anna, ben)).toBe(true);
    const [peer] = anna.fake.peers.keys();
    const stream = peer!.openStream();
    const bytes = new Uint8Array(50_000);
    peer!.write(stream, bytes);
    let received = 0;
    const handle = ben.fake.handlePeerEvent.bind(ben.fake);
    ben.fake.handlePeerEvent = (from, event) => {
      handle(from, event);
      if (event.type !== "stream-data") return;
      received += event.bytes.length;
      from.consume(event.stream, event.bytes.length);
    };
    await lan.pass(3_000);
    expect(received).toBe(bytes.length);
  });

  test("wait for who is away, and for a server that comes back without memory", async () => {
    const { lan, anna, ben, id } = await stage();
    lan.lan.unplug(anna.client.host);
    ben.files.perform({ type: "accept", offer: id }, "a");
    await lan.pass(6_000);
    lan.lan.server.crash();
    await lan.pass(1_000);
    lan.lan.server.restart();
    await lan.pass(8_000);
    expect(ben.paths).toEqual([]);
    lan.lan.replug(anna.client.host);
    await lan.pass(8_000);
    expect(ben.paths).toEqual([{ type: "direct", address: anna.client.host.address.host }]);
  });

  test("go on without the server, once the two are connected", async () => {
    const { lan, anna, ben, id } = await stage();
    ben.files.perform({ type: "accept", offer: id }, "a");
    await lan.pass(300);
    lan.lan.server.crash();
    await lan.pass(10_000);
    expect([ben.paths.length, anna.paths.length]).toEqual([1, 1]);
  });

  test("are declined, which who offers them hears", async () => {
    const { lan, anna, ben, id } = await stage();
    ben.files.perform({ type: "decline", offer: id }, "d");
    await lan.pass(100);
    expect(ben.of("file")).toMatchObject([{ ref: "d", action: "decline" }]);
    expect(anna.of("taking")).toMatchObject([{ nick: "ben", state: "declined" }]);
    expect(ben.fake.asked).toEqual([]);
  });

  test("are cancelled by who offers them, for those who take them too", async () => {
    const { lan, anna, ben, id } = await stage();
    ben.files.perform({ type: "accept", offer: id }, "a");
    await lan.pass(300);
    anna.files.perform({ type: "cancel", offer: id }, "c");
    await lan.pass(300);
    expect(anna.fake.asked).toContain(`cancel ${id}`);
    expect(ben.fake.asked).toContain(`cancel ${id}`);
    expect(anna.of("stored").at(-1)).toMatchObject({ ref: "c" });
    ben.files.perform({ type: "accept", offer: id }, "again");
    await lan.pass(100);
    expect(ben.of("error").at(-1)).toMatchObject({ ref: "again", code: "target-invalid" });
  });

  test("are reported to who offers them, at most once a second", async () => {
    const { lan, anna, ben, id } = await stage();
    ben.files.perform({ type: "accept", offer: id }, "a");
    await lan.pass(takingMs + 100);
    anna.events.length = 0;
    const running = { type: "running", path: { type: "relayed" } } as const;
    for (const bytes of [1, 2, 3]) ben.transfer(id, bytes, running);
    await lan.pass(3 * takingMs);
    expect(anna.of("taking")).toMatchObject([{ state: "active", bytes: 3 }]);
    ben.transfer(id, 1_000, { type: "received", path: "downloads/tea.pdf" });
    ben.transfer(id, 1_000, { type: "received", path: "downloads/tea.pdf" });
    await lan.pass(3 * takingMs);
    expect(anna.of("taking").at(-1)).toMatchObject({ state: "done", bytes: 1_000 });
    expect(ben.of("transfer")).toHaveLength(4);
  });
});

describe("files that are offered to a person", () => {
  test("open a private chat, in which they are seen when it is agreed to", async () => {
    const lan = new FileLan();
    const anna = await lan.enter("anna");
    const ben = await lan.enter("ben");
    anna.files.perform({ type: "offer", to: { nick: "ben" }, path: "tea.pdf" }, "o");
    await lan.pass(300);
    const [asked] = ben.of("asked");
    expect(anna.of("stored")).toMatchObject([{ ref: "o", room: asked!.room }]);
    ben.client.chat.ask({ type: "answer", room: asked!.room, isAccepted: true }, "y");
    await lan.pass(300);
    ben.client.chat.history(asked!.room, {}, "h");
    await lan.pass(300);
    const { id } = anna.fake.offered[0]!;
    ben.files.perform({ type: "accept", offer: id }, "a");
    await lan.pass(500);
    expect(ben.paths).toHaveLength(1);
  });

  test("are taken by one word, which agrees to the private chat too", async () => {
    const lan = new FileLan();
    const anna = await lan.enter("anna");
    const ben = await lan.enter("ben");
    anna.files.perform({ type: "offer", to: { nick: "ben" }, path: "tea.pdf" }, "o");
    await lan.pass(300);
    const { id } = anna.fake.offered[0]!;
    expect(ben.of("asked").at(-1)).toMatchObject({ by: "anna", offer: { id, name: "tea.pdf" } });
    ben.files.perform({ type: "accept", offer: id }, "a");
    await lan.pass(500);
    expect(ben.of("file")).toMatchObject([{ ref: "a", action: "accept", offer: id }]);
    expect(anna.of("answered")).toMatchObject([{ nick: "ben", answer: "accepted" }]);
    expect([ben.paths.length, anna.paths.length]).toEqual([1, 1]);
  });

  test("are told to who comes later, until they are taken back", async () => {
    const lan = new FileLan();
    const anna = await lan.enter("anna");
    const ben = await lan.enter("ben");
    anna.files.perform({ type: "offer", to: { nick: "ben" }, path: "tea.pdf" }, "o");
    await lan.pass(300);
    lan.lan.server.crash();
    lan.lan.server.restart();
    await lan.pass(6_000);
    expect(ben.of("asked").at(-1)).toMatchObject({ offer: { name: "tea.pdf" } });
    anna.files.perform({ type: "cancel", offer: anna.fake.offered[0]!.id }, "c");
    await lan.pass(300);
    lan.lan.server.crash();
    lan.lan.server.restart();
    await lan.pass(6_000);
    expect(ben.of("asked").at(-1)).not.toHaveProperty("offer");
  });

  test("whom nobody knows are refused, and not offered any more", async () => {
    const lan = new FileLan();
    const anna = await lan.enter("anna");
    anna.files.perform({ type: "offer", to: { nick: "nobody" }, path: "tea.pdf" }, "o");
    await lan.pass(300);
    expect(anna.of("error")).toMatchObject([{ ref: "o", code: "nickname-unknown" }]);
    expect(anna.fake.offered).toEqual([]);
  });
});

describe("an introduction", () => {
  test("for what was neither offered nor taken here is passed over", async () => {
    const { lan, anna, ben, id } = await stage();
    const introduction = {
      type: "introduced",
      offer: id,
      key: anna.peer.key,
      nick: "anna",
      token: new Uint8Array(16),
      addresses: ["10.0.0.99:40000"],
      relay: 1,
    } as const;
    const sent = lan.lan.network.counts.sent;
    ben.files.handleFileEvent(introduction);
    expect(ben.fake.introduced).toEqual([]);
    expect(ben.peer.connector.isWelcome(anna.peer.key)).toBe(false);
    expect(lan.lan.network.counts.sent).toBe(sent);
  });

  test("names only addresses that may be a host's", async () => {
    const { lan, anna, ben, id } = await stage();
    ben.files.perform({ type: "accept", offer: id }, "a");
    await lan.pass(300);
    const hosts = new Set<string>();
    lan.lan.network.onSend = (_from, to) => hosts.add(to.host);
    const addresses = [
      "255.255.255.255:40000",
      "224.0.0.1:40000",
      "0.0.0.0:40000",
      "240.0.0.9:40000",
      "a.host:40000",
      "nonsense",
    ];
    const key = lan.lan.random.bytes(32);
    const rest = { nick: "eve", token: new Uint8Array(16), relay: 7 } as const;
    ben.files.handleFileEvent({ type: "introduced", offer: id, key, addresses, ...rest });
    await lan.pass(1_000);
    const known = [anna, ben].map(({ client }) => client.host.address.host);
    expect([...hosts].filter((host) => ![...known, "10.0.0.1"].includes(host))).toEqual([]);
  });
});
