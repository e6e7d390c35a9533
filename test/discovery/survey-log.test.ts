import { describe, expect, test } from "vitest";
import { type Adapter, multicastGroup } from "../../src/discovery/adapters.ts";
import { decodePacket, encodePacket } from "../../src/discovery/packet.ts";
import { placesMax, SurveyLog, type SurveyQuestion } from "../../src/discovery/survey-log.ts";
import { SeededRandom } from "../support/random.ts";
import { fakeAdapter } from "./lan.ts";
import { sampleAnnouncement, sampleId } from "./samples.ts";

const eth0: Adapter = {
  ...fakeAdapter(1),
  name: "eth0",
  address: "10.0.0.2",
  netmask: "255.255.255.0",
};
const broadcast = { adapter: eth0, target: "255.255.255.255" };
const from = { host: "10.0.0.1", port: 40_000 };

function open() {
  return new SurveyLog(new SeededRandom(4), 28_197, [eth0]);
}

function nonceOf({ datagram }: SurveyQuestion): string {
  const packet = decodePacket(datagram);
  return packet !== undefined && "nonce" in packet ? packet.nonce : "";
}

function answerTo(question: SurveyQuestion, changes = {}): Uint8Array {
  const announcement = sampleAnnouncement({ name: "lab", port: 28_198, ...changes });
  return encodePacket({ type: "answer", nonce: nonceOf(question), announcement });
}

describe("a survey", () => {
  test("keeps apart by which way each question was sent, heard and failed", () => {
    const log = open();
    const multicast = { adapter: eth0, target: multicastGroup };
    const ipv6 = { adapter: { ...eth0, address: "fe80::2%eth0" }, target: "ff02::1%eth0" };
    const loopback = { adapter: { ...eth0, isLoopback: true }, target: "127.255.255.255" };
    const first = log.askEveryone(broadcast, true);
    log.askEveryone(multicast, true);
    log.askEveryone(ipv6, false);
    log.askEveryone(loopback, true);
    log.handleDatagram(first.datagram, from);
    log.handleSendError(ipv6, "EADDRNOTAVAIL");
    const of = (way: { adapter: Adapter; target: string }) => ({
      adapter: "eth0",
      address: way.adapter.address,
      target: way.target,
    });
    expect(log.sends).toEqual([
      { ...of(broadcast), mechanism: "broadcast", isHeard: true },
      { ...of(multicast), mechanism: "multicast", isHeard: false },
      { ...of(ipv6), mechanism: "ipv6", error: "EADDRNOTAVAIL" },
      { ...of(loopback), mechanism: "loopback", isHeard: false },
    ]);
  });

  test("counts repeated questions of one way as one", () => {
    const log = open();
    const first = log.askEveryone(broadcast, true);
    const second = log.askEveryone(broadcast, true);
    expect(nonceOf(second)).not.toBe(nonceOf(first));
    log.handleDatagram(first.datagram, from);
    expect(log.sends).toHaveLength(1);
    expect(log.sends[0]).toMatchObject({ isHeard: true });
  });

  test("lists a server by what it answered, and its data port only when that answered itself", () => {
    const log = open();
    const everyone = log.askEveryone(broadcast, true);
    const alone = log.askHost(from.host);
    expect(alone.to).toEqual({ host: from.host, port: 28_197 });
    log.handleDatagram(answerTo(everyone), from);
    log.handleDatagram(answerTo(alone), from);
    const place = { host: from.host, port: 28_198 };
    expect(log.pollPlace()).toEqual(place);
    expect(log.pollPlace(), "each place once").toBeUndefined();
    const heard = {
      id: sampleId(1),
      name: "lab",
      ...place,
      via: "eth0",
      versionMin: 1,
      versionMax: 1,
      answers: ["broadcast", "unicast"],
    };
    expect(log.servers).toEqual([{ ...heard, data: "silent" }]);
    log.handleRefusal(place);
    expect(log.servers).toEqual([{ ...heard, data: "refused" }]);
    log.handleDatagram(answerTo(log.askPlace(place)), place);
    log.handleRefusal(place);
    expect(log.servers).toEqual([{ ...heard, data: "answered" }]);
  });

  test("lists a server that is only heard, also of another subnet", () => {
    const log = open();
    const announcement = sampleAnnouncement({ name: "far" });
    log.handleDatagram(encodePacket({ type: "beacon", announcement }), {
      ...from,
      host: "10.9.0.1",
    });
    expect(log.servers).toMatchObject([
      { name: "far", via: undefined, answers: [], data: "silent" },
    ]);
  });

  test("believes no answer to a question that it did not ask", () => {
    const log = open();
    const other = new SurveyLog(new SeededRandom(5), 28_197, [eth0]).askHost(from.host);
    log.handleDatagram(answerTo(other), from);
    log.handleDatagram(other.datagram, from);
    log.handleDatagram(Buffer.from("no packet"), from);
    expect(log.servers).toEqual([]);
  });

  test("knows the state of a place that was asked for, whatever port it announces", () => {
    const log = open();
    const place = { host: "10.0.0.9", port: 4_000 };
    const question = log.askPlace(place, sampleId(1));
    expect(decodePacket(question.datagram)).toMatchObject({ proof: expect.any(String) });
    expect(log.stateOf(place)).toBe("silent");
    log.handleRefusal(place);
    expect(log.stateOf(place)).toBe("refused");
    log.handleDatagram(answerTo(question), place);
    expect(log.stateOf(place)).toBe("answered");
  });

  test("looks into as many places as the limit and not one more", () => {
    const log = open();
    for (let number = 0; number <= placesMax; number += 1) {
      const announcement = sampleAnnouncement({ port: 2_000 + number });
      log.handleDatagram(encodePacket({ type: "beacon", announcement }), from);
    }
    expect(log.servers).toHaveLength(placesMax);
  });
});
