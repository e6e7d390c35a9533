import { hashBytes, tokenBytes } from "../../src/room/files/limits.ts";
import type { PeerMessage } from "../../src/room/files/peer-message.ts";

const offer = "V1StGXR8_Z5jdHi6B-myT";

/** One of each message between peers. */
export const fileMessages: {
  readonly [K in PeerMessage["type"]]: Extract<PeerMessage, { readonly type: K }>;
} = {
  hello: { type: "hello", offer, token: new Uint8Array(tokenBytes) },
  contents: { type: "contents", offer, id: new Uint8Array(hashBytes), bytes: 70, others: 1 },
  "ask-page": { type: "ask-page", offer, offset: 0 },
  page: { type: "page", offer, offset: 0, bytes: new Uint8Array(9) },
  have: { type: "have", offer, id: new Uint8Array(hashBytes), ranges: [0, 1, 3, 9] },
  want: { type: "want", offer, chunks: [0], others: 1 },
  cancel: { type: "cancel", offer, chunks: [0] },
  dropped: { type: "dropped", offer, chunks: [0] },
  leave: { type: "leave", offer, reason: "changed" },
};
