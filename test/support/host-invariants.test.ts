import { describe, expect, test } from "vitest";
import { noDrops } from "../../src/transport/endpoint-stats.ts";
import { HostInvariants, heldBytesMax, idleTurnsMax } from "./host-invariants.ts";

const stranger = { host: "10.0.0.9", port: 9 };

const stats = {
  datagramsReceived: 0,
  datagramsSent: 0,
  bytesReceived: 0,
  bytesSent: 0,
  connections: 0,
  halfOpen: 0,
  dropped: noDrops(),
};

function endpointThatHolds(heldBytes: number) {
  const quiet = { roundTripMs: 1, windowBytes: 12_000, bytesInFlight: 0 };
  const none = { latestRoundTripMs: undefined, sentPackets: 0, lostPackets: 0 };
  return { stats, connectionStats: () => ({ ...quiet, ...none, queuedBytes: 0, heldBytes }) };
}

describe("a simulated host is found out", () => {
  test("when it sends a stranger more than three times what it got", () => {
    const invariants = new HostInvariants();
    invariants.onReceived(stranger, 100);
    invariants.onSent(stranger, 300);
    expect(() => invariants.onSent(stranger, 1)).toThrow("301 bytes sent to 10.0.0.9:9");
    // Not when the stranger has answered, nor when it is the one that was asked.
    invariants.onReceived(stranger, 1);
    invariants.onSent(stranger, 1000);
    const client = new HostInvariants();
    client.onConnect(stranger);
    client.onSent(stranger, 1200);
  });

  test("when its timers spin", () => {
    const invariants = new HostInvariants();
    const endpoint = endpointThatHolds(0);
    invariants.onSent({ host: "10.0.0.9", port: 9 }, 0);
    let now = 5;
    for (let turn = 0; turn <= idleTurnsMax; turn += 1) {
      invariants.afterTurn(now, endpoint);
      now += 1;
    }
    expect(() => invariants.afterTurn(now, endpoint)).toThrow("turns in a row did nothing");
    // Now and then nothing comes of a timer, and that is no spin.
    const calm = new HostInvariants();
    for (let turn = 0; turn < 100; turn += 1) calm.afterTurn(10 * turn, endpoint);
  });

  test("when a connection holds more than its credit", () => {
    const invariants = new HostInvariants();
    invariants.onEvent({
      type: "opened",
      connection: 1,
      peer: stranger,
      peerKey: new Uint8Array(32),
      channelBinding: new Uint8Array(32),
      isIncoming: true,
    });
    invariants.afterTurn(1, endpointThatHolds(heldBytesMax));
    expect(() => invariants.afterTurn(100, endpointThatHolds(heldBytesMax + 1))).toThrow("held");
    invariants.onEvent({
      type: "closed",
      connection: 1,
      reason: { cause: "local", code: 0, text: "" },
    });
    invariants.afterTurn(200, endpointThatHolds(heldBytesMax + 1));
  });
});
