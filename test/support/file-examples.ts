import { createHash } from "node:crypto";
import { chunkHeader } from "../../src/room/files/chunk-frames.ts";
import { makeContents } from "../../src/room/files/contents.ts";
import { encodePeerMessage } from "../../src/room/files/peer-message.ts";

const offer = "V1StGXR8_Z5jdHi6B-myT";
const sha256 = new Uint8Array(createHash("sha256").update("hello").digest());
const contents = makeContents(
  [{ kind: "file", parts: ["a"], modifiedAt: 1_000, isExecutable: false, bytes: 5, sha256 }],
  sha256,
);
const token = Uint8Array.from({ length: 16 }, (_, index) => index);

/** The examples of docs/PROTOCOL.md, section 4. */
export const fileExamples: Readonly<Record<string, Uint8Array>> = {
  contents: contents.encoded,
  id: contents.id,
  hello: encodePeerMessage({ type: "hello", offer, token }),
  announced: encodePeerMessage({
    type: "contents",
    ...{ offer, id: contents.id, bytes: contents.encoded.length, others: 0 },
  }),
  want: encodePeerMessage({ type: "want", offer, chunks: [0], others: 0 }),
  header: chunkHeader(offer, 0),
};
