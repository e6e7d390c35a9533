import { decodeCbor, encodeCbor, type ItemBounds } from "../codec.ts";
import {
  bytes,
  type Check,
  checkOf,
  id,
  list,
  range,
  type SchemaTable,
  someBytes,
  such,
  tagged,
  variant,
  word,
} from "../schema.ts";
import {
  chunkCountMax,
  contentsBytesMax,
  contentsPageBytes,
  hashBytes,
  peerMessageBytesMax,
  peersPerOfferMax,
  rangesMax,
  tokenBytes,
  wantsMax,
} from "./limits.ts";

/** Why somebody has nothing more to do with an offer; `changed`: the files are not what was hashed. */
export const leaveReasons = ["cancelled", "changed", "unreadable"] as const;

export type LeaveReason = (typeof leaveReasons)[number];

/** What devices say to each other about an offer, both ways alike. */
export type PeerMessage =
  /** We were introduced for this offer. All else comes after the hello of both sides. */
  | { readonly type: "hello"; readonly offer: string; readonly token: Uint8Array }
  /**
   * Of the origin, which has all chunks of these contents: their id and their length, and how many
   * others take them now.
   */
  | {
      readonly type: "contents";
      readonly offer: string;
      readonly id: Uint8Array;
      readonly bytes: number;
      readonly others: number;
    }
  | { readonly type: "ask-page"; readonly offer: string; readonly offset: number }
  | {
      readonly type: "page";
      readonly offer: string;
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  /**
   * What somebody else than the origin has, beside what it has told before: pairs of the first chunk
   * and the one after the last, ascending and with a gap between them.
   */
  | {
      readonly type: "have";
      readonly offer: string;
      readonly id: Uint8Array;
      readonly ranges: readonly number[];
    }
  /** Each wanted chunk is answered once: by itself or by `dropped`. `others`: peers beside this one. */
  | {
      readonly type: "want";
      readonly offer: string;
      readonly chunks: readonly number[];
      readonly others: number;
    }
  /** These are not wanted any more. Those that are on their way already come all the same. */
  | { readonly type: "cancel"; readonly offer: string; readonly chunks: readonly number[] }
  | { readonly type: "dropped"; readonly offer: string; readonly chunks: readonly number[] }
  | { readonly type: "leave"; readonly offer: string; readonly reason: LeaveReason };

/** A `have` is the fullest: 1,000 ranges of two numbers; the rest is for later versions. */
export const peerMessageBounds: ItemBounds = { containers: 10, items: 2 * rangesMax + 50 };

const chunk = range(0, chunkCountMax - 1);
const chunks = list(chunk, wantsMax, 1);
const others = range(0, peersPerOfferMax);
const offset = such(range(0, contentsBytesMax - 1), (at) => at % contentsPageBytes === 0);
const ranges = such(list(range(0, chunkCountMax), 2 * rangesMax, 2), isRanges);

const table: SchemaTable<PeerMessage> = {
  hello: tagged("hello", { offer: id, token: bytes(tokenBytes) }),
  contents: tagged("contents", {
    offer: id,
    id: bytes(hashBytes),
    bytes: range(1, contentsBytesMax),
    others,
  }),
  "ask-page": tagged("ask-page", { offer: id, offset }),
  page: tagged("page", { offer: id, offset, bytes: someBytes(contentsPageBytes) }),
  have: tagged("have", { offer: id, id: bytes(hashBytes), ranges: ranges }),
  want: tagged("want", { offer: id, chunks, others }),
  cancel: tagged("cancel", { offer: id, chunks }),
  dropped: tagged("dropped", { offer: id, chunks }),
  leave: tagged("leave", { offer: id, reason: word(leaveReasons, "cancelled") }),
};

const check: Check<PeerMessage> = checkOf(variant(table));

export function encodePeerMessage(message: PeerMessage): Uint8Array {
  return encodeCbor(message);
}

/** What a peer has sent, or `undefined` when it is no message that we know. Bytes are those of the source. */
export function decodePeerMessage(message: Uint8Array): PeerMessage | undefined {
  if (peerMessageBytesMax < message.length) return undefined;
  return decodeCbor(message, check, peerMessageBounds);
}

function isRanges(numbers: readonly number[]): boolean {
  return numbers.length % 2 === 0 && numbers.every((at, index) => (numbers[index - 1] ?? -1) < at);
}
