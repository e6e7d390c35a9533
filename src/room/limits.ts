/** The protocol's two transport channels: chat overtakes bulk, and each keeps its own order. */
export const channels = { chat: 1, bulk: 2 } as const;

/** The largest text of one line, in bytes of UTF-8: 16 MiB. */
export const textBytesMax: number = 16 * 2 ** 20;

/** A message on the chat channel, encoded. 14 datagrams: nobody behind it waits noticeably. */
export const chatMessageBytesMax: number = 16 * 2 ** 10;

/**
 * The largest text that goes with its envelope on the chat channel. The envelope is at most 96 bytes
 * of nickname, 128 of room, 21 of id, three numbers of 9 and 80 of keys: well under 1 KiB.
 */
export const chatTextBytesMax: number = chatMessageBytesMax - 2 ** 10;

/** Connections a server accepts, as many as its endpoint. */
export const sessionsMax = 10_000;

/** Rooms with a line; with as many, no other room is made, but those that are may be written. */
export const roomsMax = 1_000;

/**
 * Rooms without a line, which are gone with their last member: apart, so that who only joins rooms
 * takes none away that could be written. About 1 KiB each.
 */
export const unwrittenRoomsMax = 10_000;

/** The room that everybody enters first, and that there is always place for. */
export const lobbyName = "lobby";

/** Rooms one session is in. */
export const sessionRoomsMax = 32;

/** Nicknames in one message, together with `nicksBytesMax`. */
export const nicksMax = 2_000;

/** Nicknames in one message, in bytes of UTF-8 plus 2 each: with its envelope it fits the chat channel. */
export const nicksBytesMax: number = 12 * 2 ** 10;

/** Lines in one page of history. */
export const pageEntriesMax = 200;

/** Lines in one page of history when nothing else is asked for. */
export const pageEntriesDefault = 50;

/** Text in one page; it stops there, but holds at least one line. */
export const pageTextBytesMax: number = 256 * 2 ** 10;

/** Persons whom one message mentions; more nicknames in it are only words. */
export const mentionsMax = 20;

/** Edits of one message. */
export const editsMax = 50;

/** Different emojis on one message. */
export const reactionEmojisMax = 20;

/** Reactions of one message, of all emojis together: with 22 characters each they fit one datagram. */
export const reactionsMax = 50;

/** Messages in one page of what was found. */
export const searchHitsMax = 50;

/** Ranges of lost lines in one page: at most one before each entry and one after the last. */
export const pageDamagedMax: number = pageEntriesMax + 1;

/** Memory of lines that wait to be stored, with `draftOverheadBytes` for each. */
export const draftsBytesMax: number = 64 * 2 ** 20;

/** What a waiting line costs beyond its text; it also bounds their number to 262,144. */
export const draftOverheadBytes = 256;

/**
 * How far the time of a line may be ahead of the clock so as not to be before the line above it,
 * milliseconds. Clocks that are adjusted go back by less; one that was wrong must not stay wrong.
 */
export const sentAtAheadMsMax = 60_000;

/** History reads that one session may have waiting; a client keeps to it. */
export const sessionReadsMax = 8;

/**
 * Pages of all sessions that were sent and are still in the queues of their connections: four lines
 * of the largest size. Above it no page is read; one that is being read then still comes on top.
 */
export const pagesBytesMax: number = 64 * 2 ** 20;

/** Requests for history and members that a client keeps until they are answered. */
export const requestsWaitingMax = 100;

/**
 * Joins and questions about members that one session may have waiting while its connection is full:
 * all that a client keeps unanswered, and one join for each of its rooms.
 */
export const listingsMax: number = requestsWaitingMax + sessionRoomsMax;

/** How long a connection may stay without an accepted hello, milliseconds. */
export const helloMs = 5_000;

/** How long a client waits for the answer to its hello, milliseconds: twice the server's patience. */
export const greetingMs = 10_000;

/** Lines said and not yet stored that a client keeps. */
export const outboxLinesMax = 10_000;

/** Their text, in bytes of UTF-8. */
export const outboxBytesMax: number = 64 * 2 ** 20;

/** Small lines sent and not yet answered: 64 x 16 KiB is the 1 MiB at which a connection says stop. */
export const linesInFlightMax = 64;

/** Live lines of a room that wait for earlier ones; those beyond are read from the log later. */
export const linesAheadMax = 1_000;

/** Their text, in bytes of UTF-8. */
export const linesAheadBytesMax: number = 2 ** 20;

/** Members of a room that a client collects: as many as a server has sessions. */
export const membersMax: number = sessionsMax;

/** Bytes of the secret with which a client takes its nickname back after a lost connection. */
export const tokenBytes = 16;

/** Codes with which a connection is closed on purpose. */
export const closeCodes = {
  goodbye: 0,
  serverClosing: 1,
  replaced: 2,
  helloLate: 3,
  serverFull: 4,
} as const;
