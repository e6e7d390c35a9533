import type { EntryBody, LogEntry } from "../../src/room/log-entry.ts";
import type { ClientNotice, Request, ServerMessage } from "../../src/room/message.ts";
import type { PostBody } from "../../src/room/message-log.ts";
import type { ReadState, RoomMember } from "../../src/room/message-room.ts";

export const id = "aB3_-aB3_-aB3_-aB3_-a";
export const token = Uint8Array.from({ length: 16 }, (_, index) => index);
export const anna = "V1StGXR8_Z5jdHi6B-myT";
export const device = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
export const guest = "~0123456789abcdef";
export const entry: LogEntry = {
  sequence: 7,
  id,
  sentAt: 1_790_000_000_000,
  ordinal: 6,
  author: { person: anna, nick: "anna" },
  body: { type: "message", text: "grüß dich 👋" },
};
export const bodies: readonly EntryBody[] = [
  {
    type: "message",
    text: "a",
    replyTo: 3,
    isAction: true,
    isAnnouncement: true,
    mentions: [guest],
  },
  { type: "deleted", by: "anna", reason: "spam" },
  { type: "edit", target: 3, text: "b", mentions: [anna] },
  { type: "delete", target: 3 },
  { type: "offer", name: "fotos", fileCount: 0, bytes: 2 ** 53 - 1, isFolder: true, device },
  { type: "react", target: 3, emoji: "👍🏽", isOn: false },
  { type: "topic", text: "" },
  { type: "mode", slowMs: 5_000, isReadOnly: true },
  { type: "moderation", action: "ban", person: guest, nick: "ben", reason: "spam", until: 9 },
  { type: "moderation", action: "role", person: anna, nick: "anna", role: "moderator" },
];
export const changedEntry: LogEntry = {
  ...entry,
  edited: { at: 8, sequences: [8, 9] },
  reactions: [{ emoji: "👍", persons: [anna, guest] }],
};

const certificate = { issuedAt: 1, signature: filled(64) };

function filled(bytes: number): Uint8Array {
  return new Uint8Array(bytes).fill(7);
}

export const requests: readonly Request[] = [
  { type: "hello", ref: 0, nick: "anna", client: "earshot", token },
  { type: "join", ref: 1, room: "lobby" },
  { type: "leave", ref: 2, room: "lobby" },
  { type: "post", ref: 3, id, room: "lobby", isFirst: true, body: { type: "message", text: "x" } },
  { type: "history", ref: 4, room: "lobby", limit: 200 },
  { type: "history", ref: 4, room: "lobby", limit: 1, before: 10 },
  { type: "history", ref: 4, room: "lobby", limit: 1, after: 0 },
  { type: "members", ref: 5, room: "lobby" },
  { type: "members", ref: 2 ** 32 - 1, room: "lobby", after: "anna" },
  { type: "history", ref: 4, room: "lobby", limit: 1, around: { time: 5 } },
  { type: "search", ref: 6, words: ["grüß"], limit: 50 },
  {
    type: "search",
    ref: 6,
    words: [],
    limit: 1,
    room: "lobby",
    from: "anna",
    isMention: true,
    before: 2,
    after: 1,
    has: "link",
    cursor: "c",
  },
  { type: "receipts", ref: 7, room: "lobby", sequence: 7 },
  { type: "create", ref: 8, room: "attic", kind: "invite" },
  { type: "configure", ref: 8, room: "attic", kind: "public", retention: { ageMs: 1 } },
  { type: "rooms", ref: 9 },
  { type: "ask", ref: 10, nicks: ["ben"] },
  { type: "answer", ref: 11, room: `&${id}`, isAccepted: true },
  { type: "invite", ref: 12, room: "attic", nick: "ben" },
  { type: "make-invitation", ref: 13, room: "attic", uses: 1, durationMs: 1_000 },
  { type: "revoke-invitations", ref: 14, room: "attic" },
  { type: "bans", ref: 15, room: "attic" },
  { type: "claim", ref: 16, token: "secret" },
  { type: "grant", ref: 17, nick: "ben", isAdmin: true },
  { type: "ignore", ref: 18, nick: "ben", isOn: true },
  { type: "rename", ref: 19, nick: "anne" },
  { type: "status", ref: 20, isAway: true, text: "lunch" },
  { type: "who", ref: 21, nick: "ben" },
  { type: "stop", ref: 22, delayMs: 0, reason: "", isRestart: true },
  { type: "take", ref: 23, room: "lobby", sequence: 7 },
  { type: "decline", ref: 24, room: "lobby", sequence: 7 },
  { type: "reach", ref: 25, addresses: ["10.0.0.7:40000", "[fd00::7]:40000"] },
  {
    ...{ type: "register", ref: 30, accountKey: filled(32) },
    ...{ certificate, device: "laptop", invitation: id },
  },
  { type: "start-password", ref: 31, room: "attic", request: filled(32) },
  { type: "set-password", ref: 32, record: filled(192), wrappedKey: filled(48) },
  { type: "start-login", ref: 33, subject: { type: "account", nick: "anna" }, request: filled(96) },
  { type: "finish-login", ref: 34, finish: filled(64), binding: filled(32) },
  { type: "certify", ref: 35, certificate, device: "phone" },
  { type: "devices", ref: 36 },
  { type: "revoke-device", ref: 37, key: filled(32) },
  { type: "delete-account", ref: 38 },
  { type: "set-profile", ref: 39, role: "desk 4", isReadShared: true },
  { type: "make-registration", ref: 40, uses: 1, durationMs: 1_000 },
  { type: "registrations", ref: 41 },
  { type: "revoke-registrations", ref: 42 },
  { type: "health", ref: 43 },
  { type: "backup", ref: 44 },
  { type: "report", ref: 26, room: "lobby", sequence: 7, state: "paused", bytes: 0 },
];

/** What else can be posted. */
export const postBodies: readonly PostBody[] = [
  { type: "message", text: "a", replyTo: 3, isAction: true, isAnnouncement: true },
  { type: "edit", target: 3, text: "b" },
  { type: "delete", target: 3, reason: "typo" },
  { type: "react", target: 3, emoji: "👍", isOn: true },
  { type: "topic", text: "tea" },
  { type: "mode", slowMs: 0, isReadOnly: false },
  { type: "moderation", action: "mute", nick: "ben", durationMs: 60_000 },
  { type: "offer", name: "foto.jpg", fileCount: 1, bytes: 0 },
];

export const notices: readonly ClientNotice[] = [
  { type: "delivered", room: "lobby", sequence: 7 },
  { type: "read", room: "lobby", sequence: 7, ordinal: 6 },
  { type: "typing", room: "lobby", state: "active" },
];

export const member: RoomMember = { nick: "ben", isGuest: true, isAway: true, role: "moderator" };
export const read: ReadState = { sequence: 3, unread: 4, mentions: 1 };
export const persons = [
  { nick: "anna", person: anna, answer: "accepted" },
  { nick: "ben", person: guest, answer: "asked" },
] as const;

export const messages: readonly ServerMessage[] = [
  {
    type: "welcome",
    ref: 0,
    server: { id: "key", name: "kitchen" },
    nick: "anna",
    person: anna,
    role: "owner",
    rooms: [{ room: "lobby", kind: "public", lastSequence: 7, read, isIn: true }],
  },
  { type: "error", ref: 1, code: "not-joined", message: "you are not in room lobby" },
  { type: "error", ref: 1, code: "nickname-taken", message: "taken", suggestion: "anna2" },
  { type: "done", ref: 1 },
  { type: "who", ref: 1, nick: "ben", person: guest, isGuest: true, presence: "away", rooms: [] },
  {
    type: "entered",
    ref: 1,
    room: "lobby",
    state: { kind: "public", topic: "tea", slowMs: 0, isReadOnly: false },
    role: "owner",
    members: [member],
    memberCount: 1,
    log: id,
    firstSequence: 1,
    lastSequence: 0,
    read,
    persons,
  },
  { type: "exited", ref: 2, room: "lobby" },
  { type: "stored", ref: 3, id, sequence: 7, sentAt: 1_790_000_000_000 },
  {
    type: "page",
    ref: 4,
    room: "lobby",
    entries: [entry, changedEntry],
    damaged: [{ from: 1, to: 6 }],
    hasOlder: false,
    hasNewer: true,
  },
  { type: "found", ref: 5, hits: [{ room: "lobby", entry }], cursor: "c" },
  { type: "members", ref: 5, room: "lobby", members: [member, { nick: "anna" }], hasMore: true },
  {
    type: "rooms",
    ref: 6,
    rooms: [{ room: "attic", kind: "invite", topic: "", memberCount: 0, lastSequence: 0, read }],
    hasMore: false,
  },
  { type: "invitation", ref: 7, room: "attic", invitation: id },
  { type: "bans", ref: 8, room: "attic", bans: [{ nick: "ben", by: "anna", until: 9 }] },
  {
    type: "receipts",
    ref: 9,
    room: "lobby",
    sequence: 7,
    memberCount: 2,
    deliveredCount: 1,
    waiting: ["ben"],
    readers: [],
  },
  { type: "taken", ref: 10, offer: id, isSenderHere: true },
  { type: "said", room: "lobby", entries: bodies.map((body) => ({ ...entry, body })) },
  { type: "grown", room: "lobby", lastSequence: 8 },
  { type: "progress", room: "lobby", sequence: 7, memberCount: 2, deliveredCount: 1 },
  {
    type: "presence",
    room: "lobby",
    joined: [member],
    left: [{ nick: "cleo", reason: "quit", text: "bye" }],
    changed: [{ nick: "dave", was: "david" }],
    isStale: true,
  },
  { type: "typing", room: "lobby", nick: "ben", state: "paused" },
  { type: "invited", room: "attic", by: "anna" },
  { type: "removed", room: "attic", by: "anna", isBanned: true, reason: "spam" },
  { type: "asked", room: `&${id}`, by: "anna", persons, until: 9 },
  {
    type: "asked",
    room: `&${id}`,
    by: "anna",
    persons,
    until: 9,
    offer: { id, sequence: 1, name: "fotos", fileCount: 2, bytes: 9, isFolder: true, device },
  },
  { type: "answered", room: `&${id}`, nick: "ben", answer: "declined" },
  {
    type: "introduced",
    offer: id,
    key: new Uint8Array(32),
    nick: "ben",
    token,
    addresses: ["10.0.0.7:40000"],
    relay: 2 ** 32 - 1,
  },
  { type: "taking", offer: id, nick: "ben", state: "declined", bytes: 0 },
  { type: "notice", text: "somebody used your invitation" },
  { type: "shutdown", reason: "maintenance", inMs: 30_000, isRestart: true },
];
