import assert from "node:assert/strict";
import { decodeContents, makeContents } from "../../src/room/files/contents.ts";
import { Exchange } from "../../src/room/files/exchange.ts";
import type { OfferSummary } from "../../src/room/files/file-port.ts";
import { decodePeerMessage, encodePeerMessage } from "../../src/room/files/peer-message.ts";
import { fileExamples } from "../support/file-examples.ts";
import { fileMessages } from "../support/file-messages.ts";
import { SeededRandom } from "../support/random.ts";
import type { FuzzTarget } from "./targets.ts";

const offer: OfferSummary = {
  id: "V1StGXR8_Z5jdHi6B-myT",
  name: "a",
  kind: "file",
  fileCount: 1,
  bytes: 5,
};
const messages = Object.values(fileMessages).map(encodePeerMessage);
const own = decodeContents(fileExamples["contents"] ?? new Uint8Array());

/** What an introduced peer may say to who has an offer. */
function makeExchange(): FuzzTarget["take"] {
  const random = new SeededRandom(1);
  let exchange: Exchange | undefined;
  return (input) => {
    const message = decodePeerMessage(input);
    if (message === undefined) return false;
    if (exchange === undefined) {
      assert(own !== undefined);
      exchange = new Exchange({ offer, isOrigin: true, random });
      exchange.setContents(0, own);
      exchange.addPeer(0, 1, { isOrigin: false, tokens: [new Uint8Array(16)] });
      exchange.handleMessage(0, 1, fileMessages.hello);
    }
    exchange.handleMessage(1, 1, message);
    const effects = exchange.poll(1);
    exchange.nextServing(1, () => true);
    assert(effects.length < 10);
    const isTaken = !effects.some(({ type }) => type === "expel" || type === "left");
    if (!isTaken) exchange = undefined;
    return isTaken;
  };
}

/** Files: what peers say to each other, and their lists of contents. */
export const fileTargets: readonly FuzzTarget[] = [
  {
    name: "contents of an offer",
    kind: "decoder",
    share: 0.02,
    seeds: [fileExamples["contents"] ?? new Uint8Array()],
    take: (input) => {
      const contents = decodeContents(input);
      if (contents === undefined) return false;
      const { entries, hashes } = contents;
      assert.deepEqual(makeContents(entries, hashes).entries, entries);
      return true;
    },
  },
  {
    name: "messages between peers",
    kind: "decoder",
    share: 0.02,
    seeds: messages,
    take: (input) => {
      const message = decodePeerMessage(input);
      if (message === undefined) return false;
      assert.deepEqual(decodePeerMessage(encodePeerMessage(message)), message);
      return true;
    },
  },
  { name: "an offer's origin", kind: "engine", share: 0.01, seeds: messages, take: makeExchange() },
];
