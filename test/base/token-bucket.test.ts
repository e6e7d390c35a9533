import { expect, test } from "vitest";
import { TokenBucket } from "../../src/base/token-bucket.ts";

function takeAll(bucket: TokenBucket, now: number): number {
  let count = 0;
  while (bucket.take(now)) count += 1;
  return count;
}

test("gives the burst at once and then the rate", () => {
  const bucket = new TokenBucket(1000, { perSecond: 20, burst: 40 });
  expect(takeAll(bucket, 1000)).toBe(40);
  expect(takeAll(bucket, 1049)).toBe(0);
  expect(takeAll(bucket, 1050)).toBe(1);
  expect(takeAll(bucket, 2050)).toBe(20);
});

test("holds no more than the burst, however long it rests", () => {
  const bucket = new TokenBucket(0, { perSecond: 20, burst: 40 });
  takeAll(bucket, 0);
  expect(takeAll(bucket, 1_000_000)).toBe(40);
});
