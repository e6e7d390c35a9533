import { describe, expect, test } from "vitest";
import { LossShare } from "../../src/transport/loss-share.ts";
import { sentPacket } from "../support/congestion-event.ts";

const some = (count: number) => Array.from({ length: count }, () => sentPacket());

/** 50 packets of which so many are lost. */
function settle(share: LossShare, lost: number, { isCalm = true, revived = 0 } = {}): void {
  share.note({ acked: some(50 - lost), lost: some(lost), revived: some(revived) }, isCalm);
}

describe("LossShare", () => {
  test("says nothing of the path before four times 50 packets", () => {
    const share = new LossShare();
    for (let count = 0; count < 3; count += 1) settle(share, 10);
    expect(share.recent).toBe(0.2);
    expect(share.base).toBe(0);
    settle(share, 10);
    expect(share.base).toBe(0.2);
  });

  test("takes the mean of the last eight calm shares for what the path loses anyway", () => {
    const share = new LossShare();
    for (let count = 0; count < 4; count += 1) settle(share, 0);
    for (let count = 0; count < 4; count += 1) settle(share, 10);
    expect(share.base).toBeCloseTo(0.1, 10);
    for (let count = 0; count < 4; count += 1) settle(share, 10);
    expect(share.base).toBeCloseTo(0.2, 10);
  });

  test("does not blame the path for what is lost while something queues", () => {
    const share = new LossShare();
    for (let count = 0; count < 8; count += 1) settle(share, 5, { isCalm: false });
    expect(share.base).toBe(0);
    expect(share.mean).toBeCloseTo(0.1, 10);
    expect(share.isAboveBaseBy(0.02)).toBe(true);
  });

  test("knows how far chance reaches above the mean", () => {
    const share = new LossShare();
    for (let count = 0; count < 8; count += 1) settle(share, 10);
    // Two standard deviations of 50 packets with 20 % loss are 11 %: 17 packets, and 33 % with 2 % more.
    settle(share, 16, { isCalm: false });
    expect(share.isAboveBaseBy(0.02)).toBe(false);
    settle(share, 17, { isCalm: false });
    expect(share.isAboveBaseBy(0.02)).toBe(true);
    expect(share.isAboveBaseBy(0.03)).toBe(false);
  });

  test("never takes more than 30 % for chance", () => {
    const share = new LossShare();
    for (let count = 0; count < 8; count += 1) settle(share, 40);
    expect(share.recent).toBe(0.8);
    expect(share.base).toBe(0.3);
    expect(share.mean).toBe(0.3);
  });

  test("does not count a packet that arrived after all", () => {
    const share = new LossShare();
    settle(share, 10, { revived: 10 });
    expect(share.recent).toBe(0);
  });
});
