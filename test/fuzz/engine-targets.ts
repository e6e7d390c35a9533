import assert from "node:assert/strict";
import { datagramBytesMin } from "../../src/transport/limits.ts";
import { shortHeaderBytes } from "../../src/transport/packet.ts";
import { besiege, droppedBy, type Siege } from "../support/siege.ts";
import { makeTransportPair, serverAddress, type TransportPair } from "../support/transport-pair.ts";
import { type FuzzTarget, frameSeeds } from "./targets.ts";

const tagBytes = 16;
const payloadBytesMax = datagramBytesMin - shortHeaderBytes - tagBytes;

/** A connection is used for so many inputs, so that it is met young and old. */
const inputsPerConnection = 500;

/** What one connection may hold, whatever comes: its window, and pages of pieces out of order. */
const heldBytesMax = 8 * 2 ** 20;

/** Payloads sealed with the right keys: what a peer can do that was let in and means harm. */
function makeSealedFrames(): FuzzTarget["take"] {
  let siege: Siege | undefined;
  let count = 0;
  return (input) => {
    if (siege === undefined || count % inputsPerConnection === 0) siege = besiege(count);
    count += 1;
    const { server, clock, peer } = siege;
    peer.sendFrames((writer) => writer.bytes(input.subarray(0, payloadBytesMax)));
    clock.advance(1);
    const held = server.host.connectionStats(server.connection!)?.heldBytes ?? 0;
    assert(held <= heldBytesMax);
    peer.frames.length = 0;
    server.messages.length = 0;
    server.events.length = 0;
    const isTaken = server.closed === undefined;
    if (!isTaken) siege = undefined;
    return isTaken;
  };
}

/** A client and a server that talk, and all that passes between them. */
function recordTalk(): { readonly pair: TransportPair; readonly datagrams: readonly Uint8Array[] } {
  const pair = makeTransportPair(1);
  const datagrams: Uint8Array[] = [];
  pair.network.onSend = (_from, to, datagram) => {
    if (to.host === serverAddress.host) datagrams.push(datagram.slice());
  };
  pair.open();
  for (let line = 0; line < 20; line += 1) {
    pair.client.host.send(pair.client.connection!, line % 3, new Uint8Array(100 * line));
    pair.clock.advance(5);
  }
  pair.network.onSend = undefined;
  return { pair, datagrams };
}

const talk = recordTalk();

/** Datagrams as they passed, changed: what somebody beside the cable can do. */
function makeDatagrams(): FuzzTarget["take"] {
  const { pair } = talk;
  const thief = { host: "10.0.0.66", port: 666 };
  return (input) => {
    const before = droppedBy(pair);
    pair.network.send(thief, serverAddress, input);
    pair.clock.advance(0.5);
    assert.equal(pair.server.closed, undefined);
    return droppedBy(pair) === before;
  };
}

/** Whole engines, which are slower, and into which only what decodes goes deep. */
export const engineTargets: readonly FuzzTarget[] = [
  {
    name: "frames under a good tag",
    kind: "engine",
    share: 0.002,
    seeds: frameSeeds,
    take: makeSealedFrames(),
  },
  {
    name: "datagrams at an endpoint",
    kind: "engine",
    share: 0.02,
    seeds: talk.datagrams,
    take: makeDatagrams(),
  },
];
