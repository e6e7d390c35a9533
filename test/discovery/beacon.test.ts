import { describe, expect, test } from "vitest";
import type { Address } from "../../src/base/address.ts";
import { goodbyeGapMs } from "../../src/discovery/announcer.ts";
import { encodePacket } from "../../src/discovery/packet.ts";
import { peerLookupMs } from "../../src/discovery/peer-table.ts";
import { questionGapMs } from "../../src/discovery/repeat-schedule.ts";
import { SimulatedClock } from "../support/clock.ts";
import { fakeAdapter, LoopbackLan, until } from "./lan.ts";

const nonce = "a1a2a3a4a5a6a7a8";
const query = encodePacket({ type: "query", nonce });

describe("a beacon", () => {
  test("answers a question to where it came from, once, whatever number of copies come", async () => {
    await using lan = await LoopbackLan.open();
    await lan.beacon();
    const { socket, packets } = await lan.listener();
    const everyone = { host: "127.255.255.255", port: lan.port };
    for (let copies = 0; copies < 3; copies += 1) socket.send(everyone, query);
    await until(() => 0 < packets.length);
    expect(packets[0]).toMatchObject({ type: "answer", nonce, announcement: { name: "Office" } });
    socket.send(everyone, encodePacket({ type: "query", nonce: "11".repeat(8) }));
    await until(() => 1 < packets.length);
    expect(packets).toMatchObject([{ nonce }, { nonce: "11".repeat(8) }]);
  });

  test("gives each asker a cookie for its address", async () => {
    await using lan = await LoopbackLan.open();
    await lan.beacon({}, { cookieFor: (host) => Buffer.from(host) });
    const { socket, packets } = await lan.listener();
    socket.send({ host: "127.255.255.255", port: lan.port }, query);
    await until(() => 0 < packets.length);
    const cookie = new Uint8Array(Buffer.from("127.0.0.1"));
    expect(packets[0]).toMatchObject({ type: "answer", cookie });
  });

  test("counts what is malformed or comes from another link, and does not answer it", async () => {
    await using lan = await LoopbackLan.open();
    const beacon = await lan.beacon({}, { interfaces: [], listAdapters: () => [fakeAdapter(1)] });
    const stranger = await lan.listener("127.2.0.1");
    const neighbour = await lan.listener("127.1.0.9");
    const everyone = { host: "127.255.255.255", port: lan.port };
    stranger.socket.send(everyone, query);
    neighbour.socket.send(everyone, query.subarray(0, 399));
    await until(() => beacon.counts.malformed === 1);
    expect(beacon.counts).toMatchObject({ malformed: 1, offLink: 1 });
    neighbour.socket.send(everyone, encodePacket({ type: "query", nonce: "22".repeat(8) }));
    await until(() => neighbour.packets.length === 1);
    expect(stranger.packets).toEqual([]);
  });

  test("is heard by everyone when somebody asks, at most four times a second", async () => {
    await using lan = await LoopbackLan.open();
    const clock = new SimulatedClock();
    const everyone = { host: "127.255.255.255", port: lan.port };
    const { packets } = await lan.eavesdropper();
    const beacons = () => packets.filter((packet) => packet.type === "beacon").length;
    const { socket, packets: answers } = await lan.listener();
    const ask = async (number: number) => {
      const token = number.toString().padStart(16, "0");
      socket.send(everyone, encodePacket({ type: "query", nonce: token }));
      await until(() => answers.length === number);
    };
    const beacon = await lan.beacon({}, { clock });
    clock.advance(1000);
    await until(() => beacons() === 3);
    // The last of the burst was just now, and the next one is due in 2.4 s at the earliest.
    await ask(1);
    await ask(2);
    expect(beacons()).toBe(3);
    clock.advance(questionGapMs);
    await until(() => beacons() === 4);
    clock.advance(questionGapMs);
    await ask(3);
    await until(() => beacons() === 5);
    const closed = beacon.close();
    clock.advance(goodbyeGapMs);
    await closed;
  });

  test("starts and stops on a machine without any network", async () => {
    await using lan = await LoopbackLan.open();
    const beacon = await lan.beacon({}, { interfaces: [], listAdapters: () => [] });
    expect(beacon.adapters()).toEqual([]);
    await beacon.close();
    await beacon.close();
  });

  test("asks a peer whose name it looked up, and looks up one again that was not found", async () => {
    await using lan = await LoopbackLan.open();
    const clock = new SimulatedClock();
    const peer = await lan.listener();
    const lookedUp: string[] = [];
    const lookUp = async ({ host }: Address) => {
      lookedUp.push(host);
      return lookedUp.length === 1 ? undefined : peer.socket.address;
    };
    const peers = [{ host: "office.example", port: peer.socket.address.port }];
    const beacon = await lan.beacon({}, { clock, peers, lookUp });
    expect(lookedUp).toEqual(["office.example"]);
    clock.advance(peerLookupMs);
    await until(() => {
      clock.advance(1);
      return 0 < peer.packets.length;
    });
    expect(lookedUp).toHaveLength(2);
    expect(peer.packets[0]).toMatchObject({ type: "probe" });
    const closed = beacon.close();
    clock.advance(goodbyeGapMs);
    await closed;
  });

  test("refuses an interface that is not there", async () => {
    await using lan = await LoopbackLan.open();
    const started = lan.beacon({}, { interfaces: ["no-such-adapter"] });
    await expect(started).rejects.toMatchObject({ code: "interface-not-found" });
  });

  test("goes on without hearing while another program holds the port, then hears", async () => {
    await using lan = await LoopbackLan.open();
    const holder = await lan.hold();
    const beacon = await lan.beacon();
    expect(beacon.isHearing).toBe(false);
    await holder.close();
    await until(() => beacon.isHearing);
    const browser = await lan.browser();
    await until(() => browser.servers().length === 1);
  });

  test("announces a change of members", async () => {
    await using lan = await LoopbackLan.open();
    let members = 1;
    const beacon = await lan.beacon({
      get members() {
        return members;
      },
    });
    const browser = await lan.browser();
    await until(() => browser.servers()[0]?.members === 1);
    members = 2;
    beacon.changed();
    await until(() => browser.servers()[0]?.members === 2);
  });
});
