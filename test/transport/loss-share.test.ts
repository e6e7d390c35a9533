import { describe, expect, test } from "vitest";
import { LossShare } from "../../src/transport/loss-share.ts";
import { sentPacket } from "../support/congestion-event.ts";

const some = (count: number) => Array.from({ length: count }, () => sentPacket());

/** 50 packets of which so many are lost. */
function settle(share: LossShare, lost: number, revived = 0): void {
  share.note({ acked: some(50 - lost), lost: some(lost), revived: some(revived) });
}

describe("LossShare", () => {
  test("says nothing of the path before eight times 50 packets", () => {
    const share = new LossShare();
    for (let count = 0; count < 7; count += 1) settle(share, 10);
    expect(share.recent).toBe(0.2);
    expect(share.base).toBe(0);
    settle(share, 10);
    expect(share.base).toBe(0.2);
  });

  test("takes the calmest of the last eight for what the path loses anyway", () => {
    const share = new LossShare();
    settle(share, 0);
    for (let count = 0; count < 7; count += 1) settle(share, 5);
    expect(share.base).toBe(0);
    expect(share.mean).toBeCloseTo(0.0875, 5);
    settle(share, 5);
    expect(share.base).toBe(0.1);
  });

  test("never takes more than 30 % for chance", () => {
    const share = new LossShare();
    for (let count = 0; count < 8; count += 1) settle(share, 40);
    expect(share.recent).toBe(0.8);
    expect(share.base).toBe(0.3);
  });

  test("does not count a packet that arrived after all", () => {
    const share = new LossShare();
    settle(share, 10, 10);
    expect(share.recent).toBe(0);
  });
});
