import { describe, expect, test } from "vitest";
import type { Frame } from "../../src/transport/frames.ts";
import { pathChallengeMs, pathPacketBytes, pathValidationMs } from "../../src/transport/limits.ts";
import { PeerPath } from "../../src/transport/peer-path.ts";
import { SeededRandom } from "../support/random.ts";

const home = { host: "10.0.0.2", port: 40_000 };
const away = { host: "10.0.0.3", port: 40_000 };
const elsewhere = { host: "10.0.0.4", port: 40_000 };
const ping: Frame = { type: "ping" };

function makePath(isFollowing = true): PeerPath {
  return new PeerPath({ address: home, isFollowing, random: new SeededRandom(1) });
}

function hear(
  path: PeerPath,
  now: number,
  packet: { from?: typeof home; bytes?: number; frames?: readonly Frame[]; isNewest?: boolean },
): boolean {
  return path.handlePacket(now, {
    from: home,
    bytes: 48,
    frames: [ping],
    isNewest: true,
    ...packet,
  });
}

/** Everything it sends at this moment. */
function takeAll(path: PeerPath, now: number) {
  const probes = [];
  for (let probe = path.takeProbe(now); probe !== undefined; probe = path.takeProbe(now)) {
    probes.push(probe);
  }
  return probes;
}

describe("the path to a peer", () => {
  test("changes when the new address has answered the challenge", () => {
    const path = makePath();
    expect(hear(path, 0, { from: away })).toBe(false);
    const [challenge, ...more] = takeAll(path, 0);
    expect(challenge).toMatchObject({ to: away, type: "path-challenge" });
    expect(more).toEqual([]);
    expect(path.address).toEqual(home);
    const response: Frame = { type: "path-response", data: challenge!.data };
    expect(hear(path, 1, { from: away, frames: [response] })).toBe(true);
    expect(path.address).toEqual(away);
    expect(path.deadline).toBeUndefined();
  });

  test("changes by no wrong answer and by none from another address", () => {
    const path = makePath();
    hear(path, 0, { from: away });
    const { data } = path.takeProbe(0)!;
    const wrong: Frame = { type: "path-response", data: new Uint8Array(8) };
    expect(hear(path, 1, { from: away, frames: [wrong] })).toBe(false);
    const right: Frame = { type: "path-response", data };
    expect(hear(path, 1, { from: elsewhere, frames: [right] })).toBe(false);
    expect(hear(path, 1, { from: home, frames: [right] })).toBe(false);
    expect(path.address).toEqual(home);
  });

  test("is not asked for by what is overtaken, nor by path frames alone, nor at a client", () => {
    const path = makePath();
    hear(path, 0, { from: away, isNewest: false });
    const challenge: Frame = { type: "path-challenge", data: new Uint8Array(8) };
    hear(path, 0, { from: away, frames: [challenge] });
    expect(takeAll(path, 0).map(({ type }) => type)).toEqual(["path-response"]);
    const client = makePath(false);
    hear(client, 0, { from: away });
    expect(takeAll(client, 0)).toEqual([]);
  });

  test("stays when the peer speaks from where it was", () => {
    const path = makePath();
    hear(path, 0, { from: away });
    const { data } = path.takeProbe(0)!;
    hear(path, 1, { from: home });
    const response: Frame = { type: "path-response", data };
    expect(hear(path, 2, { from: away, frames: [response] })).toBe(false);
    expect(path.address).toEqual(home);
  });

  test("has one candidate at a time, for a second", () => {
    const path = makePath();
    hear(path, 0, { from: away });
    hear(path, 1, { from: elsewhere });
    expect(takeAll(path, 1).map(({ to }) => to)).toEqual([away]);
    path.onTimeout(pathValidationMs - 1);
    hear(path, pathValidationMs - 1, { from: elsewhere });
    expect(takeAll(path, pathValidationMs - 1).every(({ to }) => to === away)).toBe(true);
    path.onTimeout(pathValidationMs);
    hear(path, pathValidationMs, { from: elsewhere });
    expect(takeAll(path, pathValidationMs).map(({ to }) => to)).toEqual([elsewhere]);
  });

  test("repeats its challenge every 300 ms", () => {
    const path = makePath();
    hear(path, 0, { from: away, bytes: 1200 });
    const sentAt: number[] = [];
    for (let at: number | undefined = 0; at !== undefined; at = path.deadline) {
      path.onTimeout(at);
      sentAt.push(...takeAll(path, at).map(() => at!));
    }
    expect(sentAt).toEqual([0, 1, 2, 3].map((count) => count * pathChallengeMs));
  });

  test("sends three times what came from there and not a byte more", () => {
    const path = makePath();
    hear(path, 0, { from: away, bytes: pathPacketBytes / 3 });
    expect(takeAll(path, 0)).toHaveLength(1);
    expect(path.deadline).toBe(pathValidationMs);
    expect(takeAll(path, pathChallengeMs)).toEqual([]);
    hear(path, pathChallengeMs, { from: away, bytes: pathPacketBytes / 3 - 1, isNewest: false });
    expect(takeAll(path, pathChallengeMs)).toEqual([]);
    hear(path, pathChallengeMs, { from: away, bytes: 1, isNewest: false });
    expect(takeAll(path, pathChallengeMs)).toHaveLength(1);
  });

  test("answers the newest of many challenges, once", () => {
    const path = makePath(false);
    for (let count = 0; count < 100; count += 1) {
      const data = new Uint8Array(8).fill(count);
      hear(path, 0, { frames: [{ type: "path-challenge", data }] });
    }
    const data = new Uint8Array(8).fill(99);
    expect(takeAll(path, 0)).toEqual([{ to: home, type: "path-response", data }]);
  });
});
