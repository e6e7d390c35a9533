import { expect } from "vitest";
import { frameTypes } from "../../src/transport/frames.ts";
import { ourParameters, type TransportParameters } from "../../src/transport/parameters.ts";
import { RawPeer } from "./raw-peer.ts";
import { makeTransportPair, serverAddress, type TransportPair } from "./transport-pair.ts";

/** A server, and a client that obeys nothing. */
export interface Siege extends TransportPair {
  readonly peer: RawPeer;
}

/** The two connected; the pair's own client is there and has done nothing yet. */
export function besiege(seed = 1, parameters: TransportParameters = ourParameters): Siege {
  const pair = makeTransportPair(seed);
  const peer = new RawPeer({ ...pair, server: serverAddress });
  peer.connect(parameters);
  peer.sendFrames((writer) => writer.u8(frameTypes.ping));
  pair.clock.advance(1);
  expect(pair.server.events).toMatchObject([{ type: "opened", isIncoming: true }]);
  return { ...pair, peer };
}

/** Packets that the server dropped, for whatever reason. */
export function droppedBy({ server }: TransportPair): number {
  return Object.values(server.host.stats.dropped).reduce((sum, count) => sum + count, 0);
}
