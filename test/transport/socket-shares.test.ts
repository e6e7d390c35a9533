import { describe, expect, test } from "vitest";
import {
  activeSenderBytes,
  activeSenderMs,
  socketShareBytesMin,
} from "../../src/transport/limits.ts";
import { SocketShare, SocketShares } from "../../src/transport/socket-shares.ts";

const whole = 106_496;

function makeShares(count: number) {
  const shares = new SocketShares(whole);
  return { shares, peers: Array.from({ length: count }, () => new SocketShare(shares, whole)) };
}

describe("the shares of a socket", () => {
  test("are all of it for one, half for two, a quarter for three and four", () => {
    const { shares, peers } = makeShares(4);
    const seen = peers.map((peer) => {
      peer.onReceived(0, activeSenderBytes);
      return shares.shareBytes;
    });
    expect(seen).toEqual([whole, whole / 2, whole / 4, whole / 4]);
  });

  test("never fall below a datagram, and those who send little have none", () => {
    const { shares, peers } = makeShares(200);
    for (const peer of peers) peer.onReceived(0, activeSenderBytes - 1);
    expect(shares.shareBytes).toBe(whole);
    expect(peers[0]!.due).toBeUndefined();
    for (const peer of peers) peer.onReceived(0, 1);
    expect(shares.shareBytes).toBe(socketShareBytesMin);
    expect(peers[0]!.due).toBe(socketShareBytesMin);
  });

  test("are told once each time they change, and again when that was lost", () => {
    const { peers } = makeShares(2);
    for (const peer of peers) peer.onReceived(0, activeSenderBytes);
    const [peer] = peers;
    expect(peer!.due).toBe(whole / 2);
    peer!.onTold(whole / 2);
    expect(peer!.due).toBeUndefined();
    peer!.onLost();
    expect(peer!.due).toBe(whole / 2);
  });

  test("grow when the others have been quiet for an interval", () => {
    const { shares, peers } = makeShares(2);
    for (const peer of peers) peer.onReceived(0, activeSenderBytes);
    peers[0]!.onTold(whole / 2);
    peers[0]!.onReceived(activeSenderMs, activeSenderBytes);
    expect(shares.shareBytes).toBe(whole / 2);
    peers[0]!.onReceived(2 * activeSenderMs, activeSenderBytes);
    expect(peers[0]!.due).toBe(whole);
  });
});
