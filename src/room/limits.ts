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

/**
 * Rooms with an entry or a record, private chats among them; with as many, no other room is made, but
 * those that are may be written. About 1 KiB of memory each.
 */
export const roomsMax = 10_000;

/**
 * Rooms without a line, which are gone with their last member: apart, so that who only joins rooms
 * takes none away that could be written. About 1 KiB each.
 */
export const unwrittenRoomsMax = 10_000;

/** The room that everybody enters first, and that there is always place for. */
export const lobbyName = "lobby";

/** Rooms one session is in, private chats among them. With 230 bytes each a welcome fits the chat channel. */
export const sessionRoomsMax = 64;

/** Members or rooms in one message, together with `listBytesMax`. */
export const nicksMax = 2_000;

/** Members or rooms in one message, in bytes: with its envelope it fits the chat channel. */
export const listBytesMax: number = 12 * 2 ** 10;

/** What a member in a list costs beyond the bytes of its nickname: keys, flags and role. */
export const memberOverheadBytes = 40;

/** What a room in a list costs beyond its name and its topic: keys, numbers and kind. */
export const summaryOverheadBytes = 150;

/** Lines in one page of history. */
export const pageEntriesMax = 200;

/** Lines in one page of history when nothing else is asked for. */
export const pageEntriesDefault = 50;

/** Text in one page; it stops there, but holds at least one line. */
export const pageTextBytesMax: number = 256 * 2 ** 10;

/** Entries in one `said`; their bytes keep to the chat channel as well. */
export const saidEntriesMax = 200;

/** Words of one search. */
export const searchWordsMax = 10;

/** Nicknames in an answer about who has an entry: 60 of 98 bytes, twice, are under 12 KiB. */
export const waitingNicksMax = 60;

/** Persons of one private chat. */
export const chatPersonsMax = 16;

/** How long a private chat waits for an answer, milliseconds: a week. */
export const askedMsMax: number = 7 * 24 * 3_600_000;

/** Private chats that may wait for one person's answer. */
export const askedMax = 32;

/** Bans of one room; with a reason of 1 KiB each they are 240 KiB in its record. */
export const bansMax = 200;

/** Accounts of a server; with two devices each about 1 KiB of memory and of disk. */
export const accountsMax = 20_000;

/** New accounts from one source: three at once, then three an hour. */
export const registrationsPerSource: { readonly perSecond: number; readonly burst: number } = {
  perSecond: 3 / 3_600,
  burst: 3,
};

/** New accounts of a server: 30 at once, then 30 in ten minutes. */
export const registrationsInAll: { readonly perSecond: number; readonly burst: number } = {
  perSecond: 30 / 600,
  burst: 30,
};

/** Invitations to register that are open. */
export const registrationsMax = 100;

/** Steps of OPAQUE under way, of 1.5 ms each: a turn of the chat waits for no more than these. */
export const opaqueRunsMax = 4;

/** Steps of OPAQUE that wait: at 1.5 ms each the last one waits for less than a second. */
export const opaqueWaitingMax = 500;

/** Characters of what a device is called. */
export const deviceNameLengthMax = 64;

/** Characters of each part of a profile: all of it is less than 4 KiB. */
export const profileLengthMax = 300;

/** Devices of one account. */
export const devicesMax = 20;

/** Mutes of one room. */
export const mutesMax = 200;

/** Persons with a role in one room. */
export const rolesMax = 1_000;

/** Persons who were invited into one room and have not come yet. */
export const invitedMax = 1_000;

/** Invitations to be handed on, of one room. */
export const invitationsMax = 20;

/** How often one invitation may be used. */
export const invitationUsesMax = 1_000;

/** How long one invitation may last, milliseconds: a week. */
export const invitationMsMax: number = 7 * 24 * 3_600_000;

/** The longest delay of a planned stop, milliseconds: an hour. */
export const stopMsMax = 3_600_000;

/** The longest time between two lines of a person in a slow room, milliseconds: an hour. */
export const slowMsMax = 3_600_000;

/** Code points of a topic, a reason or another phrase. */
export const phraseLengthMax = 400;

/** Unread mentions of a person in one room that are counted. */
export const mentionsCountMax = 100;

/** Persons whom one person ignores. */
export const ignoredMax = 200;

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

/** The news of a room wait for so long at most when many are in it, milliseconds. */
export const tickMsMax = 100;

/** Members for whom the news wait 1 ms more: so a room has at most 10 messages for each ms. */
export const tickMembers = 10;

/** Bytes of entries that wait to be told in one room; with more they are told at once. */
export const newsBytesMax: number = 256 * 2 ** 10;

/** How long it waits to be told that somebody is lost, so that half a network is one notice. */
export const lostMs = 1_000;

/** Typing is told in rooms of so many people at most: in larger ones nobody looks. */
export const typingMembersMax = 100;

/** Between two notices of a person that writes, milliseconds (IRCv3 typing says 3 s). */
export const typingMs = 2_500;

/** A client says at most so often that somebody still writes, milliseconds (IRCv3 typing). */
export const typingActiveMs = 3_000;

/** Who said so is taken for writing for so long, milliseconds (IRCv3 typing). */
export const typingShownMs = 6_000;

/** Who has paused is shown for so long, milliseconds (IRCv3 typing). */
export const typingPausedMs = 30_000;

/** A client tells at most so often how much of a room it has, milliseconds. */
export const deliveredMs = 1_000;

/** When more are lost at once, it was the network, and is told in one notice. */
export const splitNicksMin = 20;

/** Records that only remember how far somebody is are written with others, or after this time. */
export const recordsMs = 1_000;

/** How often authors are told how many have their newest entry, milliseconds. */
export const progressMs = 1_000;

/** Authors of one room who are told; those with the newest entries. */
export const progressAuthorsMax = 200;

/** Entries that one person may leave in a private chat to which nobody has agreed. */
export const unansweredEntriesMax = 50;

/** Messages that may wait unread for somebody who is offline, in one private chat. */
export const mailboxMax = 500;

/** Persons whose rates are remembered, for each kind: about 100 bytes each. */
export const ratedPersonsMax = 20_000;

/** Characters of the name of an offered file or folder: file systems have no longer ones. */
export const offerNameLengthMax = 255;

/** Files in one offer: their list, with 100 bytes each, is 10 MB at the one who takes it. */
export const offerFilesMax = 100_000;

/** How long files may be taken after they were offered, milliseconds: as long as a private chat waits. */
export const offerMsMax: number = 7 * 24 * 3_600_000;

/** Offers that one person makes: ten at once, then ten a minute. */
export const offersPerPerson: { readonly perSecond: number; readonly burst: number } = {
  perSecond: 10 / 60,
  burst: 10,
};

/** Addresses at which a client says that it takes connections of others. */
export const addressesMax = 8;

/** Bytes of what two who were introduced say to each other. */
export const introductionTokenBytes = 16;

/** Offers that one session takes at once. */
export const takesPerSession = 32;

/** Takes of all sessions of a server; about 300 bytes each. */
export const takesMax = 10_000;

/**
 * Others who take the same that a newcomer is introduced to, besides who offers it. With five each,
 * thirty are all connected by a few steps, however they come and go.
 */
export const swarmPeersMax = 5;

/** Others who take the same that anybody is introduced to: who comes early is not met by all. */
export const swarmDegreeMax = 10;

/** Introductions of one session: two for each of its takes, and thirty takers for each of 8 offers. */
export const meetingsPerSession = 256;

/** Times that a client says where it is reached: ten at once, then one each 6 s. */
export const reachesPerPerson: { readonly perSecond: number; readonly burst: number } = {
  perSecond: 10 / 60,
  burst: 10,
};

/** Takes and refusals of one person: forty at once, as after a reconnect, then one a second. */
export const takesPerPerson: { readonly perSecond: number; readonly burst: number } = {
  perSecond: 1,
  burst: 40,
};

/** Who offers is told at most so often how far each taker is, milliseconds. */
export const takingMs = 1_000;

/** Bytes a second that two devices may send each other through the server, both ways together. */
export const relayBytesPerPair: { readonly perSecond: number; readonly burst: number } = {
  perSecond: 2 * 2 ** 20,
  burst: 128 * 2 ** 10,
};

/** The same for all of them: a third of a link of 100 Mbit/s, which they use twice. */
export const relayBytesInAll: { readonly perSecond: number; readonly burst: number } = {
  perSecond: 4 * 2 ** 20,
  burst: 256 * 2 ** 10,
};

/** Requests for private chats that one person gets: five at once, then one each 12 s. */
export const asksPerPerson: { readonly perSecond: number; readonly burst: number } = {
  perSecond: 5 / 60,
  burst: 5,
};

/** Rooms that one person makes: ten at once, then ten an hour. */
export const creationsPerPerson: { readonly perSecond: number; readonly burst: number } = {
  perSecond: 10 / 3_600,
  burst: 10,
};

/** Nicknames that one person takes: three at once, then three a minute. */
export const renamesPerPerson: { readonly perSecond: number; readonly burst: number } = {
  perSecond: 3 / 60,
  burst: 3,
};

/** Bytes of the secret with which a client takes its nickname back after a lost connection. */
export const tokenBytes = 16;

/** Who waits for an answer about the server's store; each takes until a copy was read whole. */
export const careWaitingMax = 8;

/** Backups that a server makes beside its store: each takes as much of the disk. */
export const backupsMax = 10;

/** Codes with which a connection is closed on purpose. */
export const closeCodes = {
  goodbye: 0,
  serverClosing: 1,
  replaced: 2,
  helloLate: 3,
  serverFull: 4,
  asleep: 5,
  moved: 6,
  revoked: 7,
} as const;
