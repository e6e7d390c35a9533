import { describe, expect, test } from "vitest";
import { DeliveryRate } from "../../src/transport/delivery-rate.ts";
import type { SentPacket } from "../../src/transport/sent-packet.ts";
import { sentPacket } from "../support/congestion-event.ts";

/** Sends `count` packets of 1000 bytes, one each ms. */
function sendEachMs(rate: DeliveryRate, from: number, count: number): SentPacket[] {
  return Array.from({ length: count }, (_, index) => {
    const sentAt = from + index;
    const delivery = rate.snapshot(sentAt, 1000, 1000 * index);
    return sentPacket({ packetNumber: index, sentAt, bytes: 1000, delivery });
  });
}

describe("DeliveryRate", () => {
  test("is what arrived over the time it took, from an idle start", () => {
    const rate = new DeliveryRate();
    const packets = sendEachMs(rate, 1000, 5);
    const sample = rate.onAcked(1010, packets, 1);
    expect(sample?.bytesPerMs).toBe(500);
    expect(sample?.priorDeliveredBytes).toBe(0);
    expect(rate.deliveredBytes).toBe(5000);
  });

  test("is not made faster by ACKs that come in a heap: the sending took its time", () => {
    const rate = new DeliveryRate();
    const packets = sendEachMs(rate, 1000, 20);
    rate.onAcked(1009, packets.slice(0, 1), 1);
    const heap = rate.onAcked(1019.5, packets.slice(1), 1);
    expect(heap?.bytesPerMs).toBeCloseTo(20_000 / 19.5, 3);
  });

  test("tells nothing from a time shorter than the round trip", () => {
    const rate = new DeliveryRate();
    const packets = sendEachMs(rate, 1000, 2);
    expect(rate.onAcked(1002, packets, 5)?.bytesPerMs).toBeUndefined();
    expect(rate.onAcked(1002, [], 5)).toBeUndefined();
  });

  test("marks what was sent while there was nothing more to send", () => {
    const rate = new DeliveryRate();
    const [first] = sendEachMs(rate, 1000, 1);
    rate.onAppLimited(1000);
    const [second] = sendEachMs(rate, 1001, 1);
    expect(rate.onAcked(1005, [first!], 1)?.isAppLimited).toBe(false);
    expect(rate.onAcked(1006, [second!], 1)?.isAppLimited).toBe(true);
    const [third] = sendEachMs(rate, 1007, 1);
    expect(rate.onAcked(1010, [third!], 1)?.isAppLimited).toBe(false);
  });
});
