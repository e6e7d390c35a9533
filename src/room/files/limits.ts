const kibibyte = 2 ** 10;
const mebibyte = 2 ** 20;

/** Bytes of a hash (SHA-256). */
export const hashBytes = 32;

/** Bytes of the token of an introduction: 128 bits cannot be guessed. */
export const tokenBytes = 16;

/** The smallest chunk: with 35 bytes of header its cost is 0.01 %, and it is 20 ms of 100 Mbit/s. */
export const chunkBytesMin: number = 256 * kibibyte;

/** The largest chunk, which is in memory as a whole until its hash is compared. */
export const chunkBytesMax: number = 4 * mebibyte;

/** Chunks above which they are made larger instead of more: 2 MiB of hashes, for up to 256 GiB. */
export const chunkCountAim = 65_536;

/** Bytes of an offer: with the largest chunks 2^20 of them, so 32 MiB of hashes. */
export const offerBytesMax: number = 2 ** 42;

/** Files and directories in an offer: their names are some 10 MiB in memory at each end. */
export const entriesMax = 100_000;

/**
 * Files and directories that the paths of an offer make, with those that no entry names, and numbers that
 * are tried for names that are alike: an entry and a number each, some 100 MiB at 500 bytes.
 */
export const pathStepsMax: number = 2 * entriesMax;

/** Chunks in an offer; each file but the empty ones has at least one. */
export const chunkCountMax: number = offerBytesMax / chunkBytesMax + entriesMax;

/** Parts of the path of a file within its folder. */
export const pathPartsMax = 64;

/** Bytes of UTF-8 of one part, as in most file systems. */
export const partBytesMax = 255;

/** Bytes of a list of contents: all the hashes and 100,000 entries of 320 bytes. */
export const contentsBytesMax: number = 64 * mebibyte;

/** Bytes of the list in one message: 16 of them are 1 MiB, as much as a connection queues. */
export const contentsPageBytes: number = 64 * kibibyte;

/** Pages that are asked for and have not come. */
export const contentsPagesAhead = 8;

/** Bytes of a message between peers: a page with its envelope. */
export const peerMessageBytesMax: number = contentsPageBytes + kibibyte;

/** Ranges in one `have`, of two numbers of at most 5 bytes each. */
export const rangesMax = 1_000;

/** Chunks in one `want`, and chunks that one peer may want of an offer before any is served. */
export const wantsMax = 256;

/** Bytes that one peer may want at once, if that is two chunks at least: 80 ms of 100 MB/s. */
export const wantedBytesMax: number = 8 * mebibyte;

/** What a peer is asked for at first, and always: one chunk is under way while another is judged. */
export const wantedChunksMin = 2;

/** So much as a peer sends in this time is wanted of it at once, milliseconds. */
export const wantedMs = 500;

/**
 * Bytes of one offer that are wanted, or have come and are being compared and written, if that is two
 * chunks at least. This is the memory of a transfer, whatever its size.
 */
export const fetchBytesMax: number = 32 * mebibyte;

/** Of how many peers one chunk is wanted at the end, when nothing else is left to ask them for. */
export const endgamePeersMax = 2;

/** Only for a chunk that did not come in this time, milliseconds: else it would often come twice. */
export const endgameMs = 2_000;

/** Chunks among which the rarest is chosen. */
export const rarestSample = 64;

/** Copies of a chunk that its origin gives without asking whether takers could have it of each other. */
export const originCopiesMax = 2;

/**
 * A further copy waits for so long after the last, milliseconds: with 256 KiB at 1 MB/s, and 10 peers
 * that share a link, somebody who was served has told and served others.
 */
export const originHoldMs = 5_000;

/** What was stored is told to the others at most so often, milliseconds. */
export const haveMs = 50;

/** Peers for one offer: as many as the server introduces, and the origin. */
export const peersPerOfferMax = 64;

/** Introductions that wait for their connection; the oldest goes. */
export const introductionsMax = 1_024;

/** Tokens of one introduction: of two that were sent at once each side may have the other one first. */
export const introductionTokensMax = 4;

/** Hellos of one peer that wait for the server's word about it. */
export const earlyHellosMax = 64;

/** Milliseconds after which an introduction is worth nothing. */
export const introductionMs = 600_000;

/** A peer that owes a chunk is asked for nothing more when it was silent for so long, milliseconds. */
export const stalledMs = 30_000;

/** Less than this, and no whole chunk, in that time is silence: half a kilobyte a second. */
export const stalledBytes: number = 16 * kibibyte;

/**
 * Bytes that are read for one peer before its connection takes them: the disk's thread may answer 5 ms
 * later where cores are few, in which a gigabit network takes 600 KiB and loopback 1.5 MiB.
 */
export const servedAheadBytes: number = 2 * mebibyte;

/** The same in chunks, of which those of small files are small. */
export const servedAheadChunks = 32;

/** Messages that are kept for a peer whose connection has enough of them: all its pages, and as much again. */
export const unsentMessageBytesMax: number = 2 * contentsPagesAhead * peerMessageBytesMax;

/** Offers of ours at once. */
export const offersMax = 1_000;

/** Offers that we take at once, with 32 MiB each; further ones wait until one has ended. */
export const takingsRunningMax = 4;

/** Offers that we take, running and waiting. */
export const takingsMax = 1_000;

/** What was received is given to others who take it: the newest of them. */
export const servedMax = 16;

/** What stays free on a disk: a chat that cannot store its own settings is worse than a missing file. */
export const diskReserveBytes: number = 64 * mebibyte;

/** A full disk is looked at again so often, milliseconds. */
export const diskFullMs = 5_000;

/** Progress is told at most so often, milliseconds. */
export const progressMs = 200;

/** Numbers that are tried for a name that is taken, as in `name (1)`. */
export const namesTriedMax = 10_000;
