import { describe, expect, test } from "vitest";
import { initialRttMs, probeTimeoutMaxMs } from "../../src/transport/limits.ts";
import { LossDetection } from "../../src/transport/loss.ts";
import type { SentPacket } from "../../src/transport/sent-packet.ts";
import { sentPacket } from "../support/congestion-event.ts";

/** Packets 0..count-1, one each `everyMs`. */
function send(loss: LossDetection, count: number, from: number, everyMs = 0): void {
  for (let index = 0; index < count; index += 1) {
    loss.onSent(sentPacket({ packetNumber: index, sentAt: from + index * everyMs, bytes: 100 }));
  }
}

function numbersOf(packets: readonly SentPacket[] | undefined): number[] {
  return (packets ?? []).map((packet) => packet.packetNumber);
}

const upTo = (end: number) => [{ start: 0, end }];
const only = (number: number) => [{ start: number, end: number + 1 }];

describe("LossDetection", () => {
  test("counts what is in flight", () => {
    const loss = new LossDetection();
    send(loss, 5, 1000);
    expect(loss.bytesInFlight).toBe(500);
    expect(numbersOf(loss.onAck(1001, upTo(3), 0).acked)).toEqual([0, 1, 2]);
    expect(loss.bytesInFlight).toBe(200);
    expect(numbersOf(loss.onAck(1002, upTo(3), 0).acked)).toEqual([]);
  });

  test("declares a packet lost when the third after it has arrived, and not the second", () => {
    const loss = new LossDetection();
    send(loss, 5, 1000);
    expect(numbersOf(loss.onAck(1001, only(2), 0).lost)).toEqual([]);
    expect(numbersOf(loss.onAck(1001, only(3), 0).lost)).toEqual([0]);
    expect(numbersOf(loss.onAck(1001, only(4), 0).lost)).toEqual([1]);
    expect(loss.bytesInFlight).toBe(0);
    expect([loss.sentCount, loss.lostCount]).toEqual([5, 2]);
  });

  test("declares a packet lost when a later one arrived and its time is over", () => {
    const loss = new LossDetection();
    send(loss, 2, 1000);
    loss.onAck(1001, only(1), 0);
    expect(loss.deadline).toBe(1004);
    expect(numbersOf(loss.onTimeout(1004).lost)).toEqual([0]);
    expect(loss.deadline).toBeUndefined();
  });

  test("leaves packets after the largest acknowledged alone", () => {
    const loss = new LossDetection();
    send(loss, 3, 1000);
    expect(numbersOf(loss.onAck(9000, only(0), 0).lost)).toEqual([]);
    expect(loss.bytesInFlight).toBe(200);
  });

  test("probes with the two oldest packets, and waits twice as long each time up to a second", () => {
    const loss = new LossDetection();
    loss.peerAckDelayMaxMs = 20;
    send(loss, 3, 1000);
    expect(loss.deadline).toBe(1000 + 320);
    const outcome = loss.onTimeout(1320);
    expect(numbersOf(outcome.probes)).toEqual([0, 1]);
    expect(outcome.lost).toEqual([]);
    expect(loss.bytesInFlight).toBe(300);
    expect(loss.deadline).toBe(1320 + 640);
    loss.onTimeout(1960);
    expect(loss.deadline).toBe(1960 + probeTimeoutMaxMs);
    loss.onTimeout(2960);
    expect(loss.deadline).toBe(2960 + probeTimeoutMaxMs);
    expect(loss.probeRounds).toBe(3);
    loss.onAck(2970, only(0), 0);
    expect(loss.probeRounds).toBe(0);
  });

  test("has no deadline while nothing is in flight", () => {
    const loss = new LossDetection();
    expect(loss.deadline).toBeUndefined();
    send(loss, 1, 1000);
    loss.onAck(1001, upTo(1), 0);
    expect(loss.deadline).toBeUndefined();
  });

  test("measures the round trip only with the largest packet, newly acknowledged", () => {
    const loss = new LossDetection();
    send(loss, 3, 1000, 10);
    loss.onAck(1022, only(2), 0);
    expect(loss.rtt.smoothedMs).toBe(2);
    loss.onAck(1500, [{ start: 1, end: 3 }], 0);
    expect(loss.rtt.smoothedMs).toBe(2);
  });

  test("does not measure its own stall", () => {
    const loss = new LossDetection();
    send(loss, 1, 1000);
    loss.onStall(11_000);
    loss.onAck(11_001, upTo(1), 0);
    expect(loss.rtt.smoothedMs).toBe(initialRttMs);
  });

  test("calls congestion persistent when all was lost for more than three probe timeouts", () => {
    const persistentAfter = (spanMs: number) => {
      const loss = new LossDetection();
      loss.onSent(sentPacket({ packetNumber: 0, sentAt: 1000, bytes: 100 }));
      loss.onAck(1008, upTo(1), 0);
      const limitMs = 3 * loss.rtt.probeTimeoutMs(0);
      for (const [packetNumber, at] of [
        [1, 0],
        [2, spanMs],
        [3, spanMs],
        [4, spanMs],
        [5, spanMs + 1],
      ]) {
        loss.onSent(sentPacket({ packetNumber: packetNumber!, sentAt: 2000 + at!, bytes: 100 }));
      }
      const outcome = loss.onAck(2000 + spanMs + 9, only(5), 0);
      return { limitMs, ...outcome };
    };
    const { limitMs } = persistentAfter(10);
    expect(limitMs).toBe(72);
    expect(persistentAfter(60).isCongestionPersistent).toBe(false);
    const long = persistentAfter(80);
    expect(numbersOf(long.lost)).toEqual([1, 2, 3, 4]);
    expect(long.isCongestionPersistent).toBe(true);
  });

  test("does not call congestion persistent when a packet in between arrived", () => {
    const loss = new LossDetection();
    loss.onSent(sentPacket({ packetNumber: 0, sentAt: 1000, bytes: 100 }));
    loss.onAck(1008, upTo(1), 0);
    for (const [packetNumber, sentAt] of [
      [1, 2000],
      [2, 2040],
      [3, 2080],
      [6, 2081],
    ]) {
      loss.onSent(sentPacket({ packetNumber: packetNumber!, sentAt: sentAt!, bytes: 100 }));
    }
    const split = loss.onAck(2200, [...only(6), ...only(2)], 0);
    expect(numbersOf(split.lost)).toEqual([1, 3]);
    expect(split.isCongestionPersistent).toBe(false);
  });

  test("learns from packets that were overtaken, and forgets it after 16 round trips", () => {
    const loss = new LossDetection();
    send(loss, 200, 1000);
    expect(numbersOf(loss.onAck(1002, only(10), 0).lost)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const revived = loss.onAck(1002, [...only(10), ...only(5)], 0);
    expect(numbersOf(revived.revived)).toEqual([5]);
    expect(numbersOf(loss.onAck(1002, [...only(10), ...only(5)], 0).revived)).toEqual([]);
    expect(numbersOf(loss.onAck(1002.5, only(15), 0).lost)).toEqual([8, 9]);
    expect(numbersOf(loss.onAck(1002.5, only(16), 0).lost)).toEqual([]);
    const later = 1003 + 16 * loss.rtt.smoothedMs + 1;
    loss.onSent(sentPacket({ packetNumber: 200, sentAt: later, bytes: 100 }));
    loss.onSent(sentPacket({ packetNumber: 201, sentAt: later, bytes: 100 }));
    loss.onSent(sentPacket({ packetNumber: 204, sentAt: later, bytes: 100 }));
    const afterwards = loss.onAck(later + 1, only(204), 0);
    expect(numbersOf(afterwards.lost)).toContain(201);
  });

  test("gives back what is in flight when the path changes, and hears that it came all the same", () => {
    const loss = new LossDetection();
    send(loss, 3, 1000);
    loss.onAck(1002, upTo(1), 0);
    expect(numbersOf(loss.onPathChanged(1003))).toEqual([1, 2]);
    expect(loss.bytesInFlight).toBe(0);
    expect(loss.deadline).toBeUndefined();
    expect(loss.rtt.smoothedMs).toBe(initialRttMs);
    const { acked, revived, roundTripMs } = loss.onAck(1500, upTo(3), 0);
    expect(numbersOf(acked)).toEqual([]);
    expect(numbersOf(revived)).toEqual([1, 2]);
    expect(roundTripMs).toBeUndefined();
  });

  test("never waits for more than 64 packets", () => {
    const loss = new LossDetection();
    send(loss, 400, 1000);
    loss.onAck(1001, only(200), 0);
    loss.onAck(1001, [...only(200), ...only(0)], 0);
    expect(numbersOf(loss.onAck(1001, only(300), 0).lost).at(-1)).toBe(236);
  });

  test("remembers the last 256 packets that it called lost", () => {
    const loss = new LossDetection();
    send(loss, 400, 1000);
    expect(loss.onAck(1001, only(399), 0).lost).toHaveLength(397);
    const late = loss.onAck(1001, [...only(399), { start: 0, end: 397 }], 0);
    expect(late.revived).toHaveLength(256);
    expect(late.revived[0]?.packetNumber).toBe(397 - 256);
  });
});
