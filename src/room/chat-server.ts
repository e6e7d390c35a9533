import assert from "node:assert/strict";
import { assertNever } from "../base/assert.ts";
import { EarshotError, type ErrorCode } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { utf8Bytes } from "../base/text.ts";
import type { CloseReason } from "../transport/endpoint-port.ts";
import { AppendQueue } from "./append-queue.ts";
import type { LeaveReason, ServerInfo } from "./client-port.ts";
import { decodeRequest, encodeCbor } from "./codec.ts";
import type {
  AppendResult,
  Draft,
  HistoryFailure,
  HistoryQuery,
  Placement,
  ReadResult,
} from "./history-port.ts";
import {
  channels,
  chatTextBytesMax,
  closeCodes,
  helloMs,
  roomsMax,
  sessionRoomsMax,
  sessionsMax,
  tokenBytes,
} from "./limits.ts";
import { parseLineText } from "./line.ts";
import type {
  Hello,
  Join,
  Leave,
  ListMembers,
  ReadHistory,
  Request,
  Say,
  ServerMessage,
} from "./message.ts";
import { nickKey, parseNick, parseRoom, suggestNick } from "./name.ts";
import { ReadQueue } from "./read-queue.ts";
import { Room } from "./room.ts";
import { type Member, Session, type SessionId } from "./session.ts";

/** What a `ChatServer` wants done. */
export type ServerEffect =
  | {
      readonly type: "send";
      readonly sessions: readonly SessionId[];
      readonly channel: number;
      readonly message: Uint8Array;
    }
  | {
      readonly type: "close";
      readonly session: SessionId;
      readonly code: number;
      readonly text: string;
    }
  /** Answered by `handleAppended`; there is never a second one before. */
  | { readonly type: "append"; readonly drafts: readonly Draft[] }
  /** Answered by `handleRead`; there is never a second one before. */
  | { readonly type: "read"; readonly query: HistoryQuery };

export interface ChatServerOptions {
  readonly server: ServerInfo;
  readonly random: Random;
  /** The written rooms and the sequence of their newest lines. */
  readonly lastSequences: ReadonlyMap<string, number>;
}

/**
 * The server's side of the room protocol, without I/O: who is connected, who is in which room, and
 * what is told to whom. A line is stored before it is acknowledged or told to anyone.
 */
export class ChatServer {
  /** Messages from clients that made no sense and were dropped. */
  droppedCount = 0;
  readonly #info: ServerInfo;
  readonly #random: Random;
  readonly #sessions = new Map<SessionId, Session>();
  /** Sessions without an accepted hello, the oldest first. */
  readonly #greeting = new Set<Session>();
  readonly #members = new Map<string, Member>();
  readonly #rooms = new Map<string, Room>();
  readonly #appends = new AppendQueue();
  readonly #reads = new ReadQueue();
  #effects: ServerEffect[] = [];
  #isClosing = false;

  constructor(options: ChatServerOptions) {
    this.#info = options.server;
    this.#random = options.random;
    for (const [name, sequence] of options.lastSequences) {
      this.#rooms.set(name, new Room(name, sequence));
    }
  }

  /** Sessions that have a nickname. */
  get memberCount(): number {
    return this.#members.size;
  }

  get roomCount(): number {
    return this.#rooms.size;
  }

  /** It was shut down, all that was accepted is stored, and every connection was told to close. */
  get isDone(): boolean {
    return this.#isClosing && this.#appends.isEmpty && this.#sessions.size === 0;
  }

  handleOpened(now: number, id: SessionId): void {
    if (this.#isClosing) {
      this.#close(id, closeCodes.serverClosing, "server closing");
      return;
    }
    if (sessionsMax <= this.#sessions.size) {
      this.#close(id, closeCodes.serverFull, `server is full: ${sessionsMax} connections`);
      return;
    }
    const session = new Session(id, now + helloMs);
    this.#sessions.set(id, session);
    this.#greeting.add(session);
  }

  handleMessage(_now: number, id: SessionId, message: Uint8Array): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    const request = decodeRequest(message);
    if (request === undefined) {
      this.droppedCount += 1;
      return;
    }
    try {
      this.#handleRequest(session, request);
    } catch (error) {
      if (!(error instanceof EarshotError)) throw error;
      this.#refuse(session, request.ref, error.code, error.message);
    }
  }

  handleClosed(_now: number, id: SessionId, reason: CloseReason): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#remove(session);
    if (session.isMember()) this.#endMembership(session, reason.cause === "peer" ? "left" : "lost");
  }

  /** A message to this session did not fit: pages and live lines wait until it is writable. */
  handleBlocked(_now: number, id: SessionId): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    session.isWritable = false;
    this.#reads.update(session);
  }

  handleWritable(_now: number, id: SessionId): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    session.isWritable = true;
    for (const name of session.behindRooms) {
      const lastSequence = this.#rooms.get(name)?.lastSequence;
      if (lastSequence !== undefined) {
        this.#tell([session], { type: "grown", room: name, lastSequence });
      }
    }
    session.behindRooms.clear();
    this.#reads.update(session);
    this.#startRead();
  }

  /** The answer to the effect `append`. */
  handleAppended(_now: number, result: AppendResult): void {
    if (result.type === "failed") this.#failAppend(result);
    else this.#finishAppend(result.placements);
    this.#startAppend();
    this.#closeWhenStored();
  }

  /** The answer to the effect `read`. */
  handleRead(_now: number, result: ReadResult): void {
    const { session, request } = this.#reads.finish();
    const { ref, room } = request;
    if (result.type === "failed") this.#refuse(session, ref, result.code, result.message);
    else this.#tell([session], { ...result, ref, room }, channels.bulk);
    this.#startRead();
  }

  handleTimeout(now: number): void {
    for (const session of this.#greeting) {
      if (session.state.type !== "greeting" || now < session.state.deadline) return;
      this.#remove(session);
      this.#close(session.id, closeCodes.helloLate, `no nickname was chosen in ${helloMs} ms`);
    }
  }

  /** When to call `handleTimeout`, or `undefined` when there is nothing to wait for. */
  pollTimeout(): number | undefined {
    const [session] = this.#greeting;
    return session?.state.type === "greeting" ? session.state.deadline : undefined;
  }

  pollEffects(): readonly ServerEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** Tells everybody, stores what was accepted, then closes all connections. */
  shutdown(_now: number, reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#tell([...this.#members.values()], { type: "shutdown", reason });
    this.#closeWhenStored();
  }

  #handleRequest(session: Session, request: Request | { readonly ref: number }): void {
    if (!("type" in request)) {
      throw new EarshotError("request-invalid", "request is unknown or lacks a field");
    }
    if (request.type === "hello") {
      this.#hello(session, request);
      return;
    }
    if (!session.isMember()) throw new EarshotError("not-ready", "say hello first");
    switch (request.type) {
      case "join":
        this.#join(session, request);
        return;
      case "leave":
        this.#leave(session, request);
        return;
      case "say":
        this.#say(session, request);
        return;
      case "history":
        this.#readHistory(session, request);
        return;
      case "members":
        this.#listMembers(session, request);
        return;
      default:
        assertNever(request);
    }
  }

  #hello(session: Session, { ref, nick: wanted, token }: Hello): void {
    if (session.isMember()) throw new EarshotError("request-invalid", "hello was said before");
    const nick = parseNick(wanted);
    const key = nickKey(nick);
    const owner = this.#members.get(key);
    if (owner !== undefined && !isSameToken(owner.state.token, token)) {
      const suggestion = suggestNick(nick, (free) => this.#members.has(nickKey(free)));
      const message = `nickname ${nick} is taken`;
      this.#tell([session], { type: "error", ref, code: "nickname-taken", message, suggestion });
      return;
    }
    session.state = { type: "accepted", nick, key, token: token ?? this.#random.bytes(tokenBytes) };
    this.#greeting.delete(session);
    const member = session as Member;
    this.#members.set(key, member);
    if (owner !== undefined) this.#takeOver(owner, member);
    const rooms = [...member.rooms];
    const server = this.#info;
    this.#tell([member], { type: "welcome", ref, server, nick, token: member.state.token, rooms });
  }

  /** The same client came back before we noticed that it was gone: nobody needs to know. */
  #takeOver(owner: Member, member: Member): void {
    for (const name of owner.rooms) {
      member.rooms.add(name);
      this.#rooms.get(name)?.add(member);
    }
    this.#remove(owner);
    this.#close(owner.id, closeCodes.replaced, "connected again from elsewhere");
  }

  #join(member: Member, { ref, room: wanted }: Join): void {
    const name = parseRoom(wanted);
    const room = member.rooms.has(name)
      ? this.#joinedRoom(member, name)
      : this.#enter(member, name);
    const { nicks } = room.nickPage(undefined);
    const { memberCount, lastSequence } = room;
    this.#tell([member], { type: "entered", ref, room: name, nicks, memberCount, lastSequence });
  }

  #enter(member: Member, name: string): Room {
    if (sessionRoomsMax <= member.rooms.size) {
      throw new EarshotError("limit-reached", `you are in ${member.rooms.size} rooms already`);
    }
    const existing = this.#rooms.get(name);
    if (existing === undefined && roomsMax <= this.#rooms.size) {
      throw new EarshotError("limit-reached", `server has ${this.#rooms.size} rooms already`);
    }
    const room = existing ?? this.#addRoom(name);
    this.#tell([...room.members], { type: "joined", room: name, nick: member.state.nick });
    room.add(member);
    member.rooms.add(name);
    return room;
  }

  #leave(member: Member, { ref, room: wanted }: Leave): void {
    const name = parseRoom(wanted);
    this.#exit(member, name, "left");
    this.#tell([member], { type: "exited", ref, room: name });
  }

  #exit(member: Member, name: string, reason: LeaveReason): void {
    const room = this.#rooms.get(name);
    if (room === undefined || !member.rooms.delete(name)) return;
    member.stalledRooms.delete(name);
    member.behindRooms.delete(name);
    room.remove(member.state.key);
    this.#tell([...room.members], { type: "left", room: name, nick: member.state.nick, reason });
    this.#disposeRoom(room);
  }

  #say(member: Member, say: Say): void {
    const name = parseRoom(say.room);
    const { ref, id } = say;
    if (this.#isClosing) throw new EarshotError("server-closing", "server is closing");
    const room = this.#joinedRoom(member, name);
    const text = parseLineText(say.text);
    if (say.isFirst) member.stalledRooms.delete(name);
    if (member.stalledRooms.has(name)) {
      this.#refuse(member, ref, "history-unavailable", "an earlier line was not stored");
      return;
    }
    const draft = { room: name, id, author: member.state.nick, text };
    if (!this.#appends.push({ draft, session: member, ref })) {
      this.#stall(member, ref, name, "limit-reached", "too much waits to be stored");
      return;
    }
    room.draftCount += 1;
    this.#startAppend();
  }

  #readHistory(member: Member, request: ReadHistory): void {
    const name = parseRoom(request.room);
    this.#joinedRoom(member, name);
    if (!this.#reads.push(member, { ...request, room: name })) {
      throw new EarshotError("limit-reached", "too many history requests at a time");
    }
    this.#startRead();
  }

  #listMembers(member: Member, { ref, room: wanted, after }: ListMembers): void {
    const name = parseRoom(wanted);
    const room = this.#joinedRoom(member, name);
    const page = room.nickPage(after === undefined ? undefined : nickKey(after));
    this.#tell([member], { type: "members", ref, room: name, ...page });
  }

  #joinedRoom(member: Member, name: string): Room {
    const room = this.#rooms.get(name);
    if (room === undefined || !member.rooms.has(name)) {
      throw new EarshotError("not-joined", `you are not in room ${name}`);
    }
    return room;
  }

  #finishAppend(placements: readonly Placement[]): void {
    for (const [index, { draft, session, ref }] of this.#appends.finish().entries()) {
      const placement = placements[index];
      assert(placement !== undefined, "a draft was not placed");
      const { sequence, sentAt } = placement;
      this.#tell([session], { type: "stored", ref, id: draft.id, sequence, sentAt });
      const room = this.#rooms.get(draft.room) ?? this.#addRoom(draft.room);
      room.draftCount -= 1;
      if (sequence <= room.lastSequence) continue;
      room.lastSequence = sequence;
      this.#tellGrowth(room, draft, placement);
    }
  }

  #failAppend({ code, message }: HistoryFailure): void {
    for (const { draft, session, ref } of this.#appends.fail()) {
      this.#stall(session, ref, draft.room, code, message);
      const room = this.#rooms.get(draft.room);
      if (room === undefined) continue;
      room.draftCount -= 1;
      this.#disposeRoom(room);
    }
  }

  #tellGrowth(room: Room, draft: Draft, placement: Placement): void {
    const { id, author, text } = draft;
    const { sequence, sentAt, isDuplicate } = placement;
    const writable: Member[] = [];
    for (const member of room.members) {
      if (member.isWritable) writable.push(member);
      else member.behindRooms.add(room.name);
    }
    // A large line is pulled by each member at its own speed instead of being pushed to all.
    const isLarge = chatTextBytesMax < utf8Bytes(text);
    const entry = { sequence, id, author, sentAt, text };
    this.#tell(
      writable,
      isLarge || isDuplicate
        ? { type: "grown", room: room.name, lastSequence: sequence }
        : { type: "said", room: room.name, entry },
    );
  }

  #startAppend(): void {
    const batch = this.#appends.start();
    if (batch === undefined) return;
    this.#effects.push({ type: "append", drafts: batch.map(({ draft }) => draft) });
  }

  #startRead(): void {
    const next = this.#reads.start();
    if (next === undefined) return;
    const { room, before, after, limit } = next.request;
    const range = {
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    };
    this.#effects.push({ type: "read", query: { room, limit, ...range } });
  }

  #closeWhenStored(): void {
    if (!this.#isClosing || !this.#appends.isEmpty) return;
    for (const session of this.#sessions.values()) {
      this.#close(session.id, closeCodes.serverClosing, "server closing");
      this.#reads.remove(session);
    }
    this.#sessions.clear();
    this.#greeting.clear();
    this.#members.clear();
  }

  #remove(session: Session): void {
    this.#sessions.delete(session.id);
    this.#greeting.delete(session);
    this.#reads.remove(session);
  }

  #endMembership(member: Member, reason: LeaveReason): void {
    this.#members.delete(member.state.key);
    for (const name of member.rooms) this.#exit(member, name, reason);
  }

  #addRoom(name: string): Room {
    const room = new Room(name, 0);
    this.#rooms.set(name, room);
    return room;
  }

  #disposeRoom(room: Room): void {
    if (room.isDisposable) this.#rooms.delete(room.name);
  }

  /** Refuses a line for a time, and with it those behind it, so that they cannot overtake it. */
  #stall(session: Session, ref: number, room: string, code: ErrorCode, message: string): void {
    session.stalledRooms.add(room);
    this.#refuse(session, ref, code, message);
  }

  #refuse(session: Session, ref: number, code: ErrorCode, message: string): void {
    this.#tell([session], { type: "error", ref, code, message });
  }

  #tell(
    sessions: readonly Session[],
    message: ServerMessage,
    channel: number = channels.chat,
  ): void {
    const ids = sessions.filter(({ id }) => this.#sessions.has(id)).map(({ id }) => id);
    if (ids.length === 0) return;
    this.#effects.push({ type: "send", sessions: ids, channel, message: encodeCbor(message) });
  }

  #close(session: SessionId, code: number, text: string): void {
    this.#effects.push({ type: "close", session, code, text });
  }
}

function isSameToken(token: Uint8Array, other: Uint8Array | undefined): boolean {
  return other !== undefined && Buffer.compare(token, other) === 0;
}
