import assert from "node:assert/strict";
import { assertNever } from "../base/assert.ts";
import { EarshotError, type ErrorCode } from "../base/errors.ts";
import { utf8Bytes } from "../base/text.ts";
import type { CloseReason } from "../transport/endpoint-port.ts";
import { AppendQueue } from "./append-queue.ts";
import type { LeaveReason, ServerInfo } from "./client-port.ts";
import { decodeRequest } from "./codec.ts";
import type { AppendResult, Draft, HistoryFailure, Placement, ReadResult } from "./history-port.ts";
import {
  channels,
  chatTextBytesMax,
  closeCodes,
  helloMs,
  listingsMax,
  sessionsMax,
} from "./limits.ts";
import { parseLineText } from "./line.ts";
import type { Hello, Join, Leave, ListMembers, ReadHistory, Request, Say } from "./message.ts";
import { nickKey, parseNick, parseRoom, suggestNick } from "./name.ts";
import { ReadQueue } from "./read-queue.ts";
import type { Room } from "./room.ts";
import { RoomTable } from "./room-table.ts";
import { type ServerEffect, ServerOutput } from "./server-output.ts";
import type { Member, Session, SessionId } from "./session.ts";
import { SessionTable } from "./session-table.ts";

export interface ChatServerOptions {
  readonly server: ServerInfo;
  /** Names the history, told to whoever enters a room. */
  readonly log: string;
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
  readonly #log: string;
  readonly #sessions = new SessionTable();
  readonly #rooms: RoomTable;
  readonly #appends = new AppendQueue();
  readonly #reads = new ReadQueue();
  readonly #output = new ServerOutput();
  #isClosing = false;

  constructor(options: ChatServerOptions) {
    this.#info = options.server;
    this.#log = options.log;
    this.#rooms = new RoomTable(options.lastSequences);
  }

  /** Sessions that have a nickname. */
  get memberCount(): number {
    return this.#sessions.memberCount;
  }

  get roomCount(): number {
    return this.#rooms.size;
  }

  /** It was shut down, all that was accepted is stored, and every connection was told to close. */
  get isDone(): boolean {
    return this.#isClosing && this.#appends.isEmpty && this.#sessions.isEmpty;
  }

  handleOpened(now: number, id: SessionId): void {
    if (this.#isClosing) {
      this.#output.close(id, closeCodes.serverClosing, "server closing");
    } else if (!this.#sessions.add(now, id)) {
      this.#output.close(id, closeCodes.serverFull, `server is full: ${sessionsMax} connections`);
    }
  }

  handleMessage(id: SessionId, message: Uint8Array): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    const request = decodeRequest(message);
    if (request === undefined) {
      this.droppedCount += 1;
      return;
    }
    this.#attempt(session, request.ref, () => this.#handleRequest(session, request));
  }

  handleClosed(id: SessionId, reason: CloseReason): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#remove(session);
    if (!session.isMember()) return;
    const leaveReason = reason.cause === "peer" ? "left" : "lost";
    for (const name of session.rooms) this.#exit(session, name, leaveReason);
  }

  /** A message to this session did not fit: what is long or live waits until it is writable. */
  handleBlocked(id: SessionId): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    session.isWritable = false;
    this.#reads.update(session);
  }

  /** The queue of this session is short again, or still short after something on the bulk channel. */
  handleWritable(id: SessionId): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    session.isWritable = true;
    for (const request of session.listings.splice(0)) {
      this.#attempt(session, request.ref, () => this.#list(session, request));
    }
    for (const room of session.behindRooms) {
      const lastSequence = this.#rooms.get(room)?.lastSequence;
      if (lastSequence === undefined) continue;
      this.#output.tell([session], { type: "grown", room, lastSequence });
    }
    session.behindRooms.clear();
    this.#reads.handleDelivered(session);
    this.#reads.update(session);
    this.#startRead();
  }

  /** The answer to the effect `append`. */
  handleAppended(result: AppendResult): void {
    if (result.type === "failed") this.#failAppend(result);
    else this.#finishAppend(result.placements);
    this.#startAppend();
    this.#closeWhenStored();
  }

  /** The answer to the effect `read`. */
  handleRead(result: ReadResult): void {
    const { session, request } = this.#reads.finish();
    const { ref, room } = request;
    if (result.type === "failed") this.#refuse(session, ref, result.code, result.message);
    else {
      const bytes = this.#output.answer(session, { ...result, ref, room }, channels.bulk);
      if (!session.isGone) this.#reads.handleSent(session, bytes);
    }
    this.#startRead();
  }

  handleTimeout(now: number): void {
    for (;;) {
      const session = this.#sessions.overdue(now);
      if (session === undefined) return;
      this.#remove(session);
      this.#output.close(
        session.id,
        closeCodes.helloLate,
        `no nickname was chosen in ${helloMs} ms`,
      );
    }
  }

  /** When to call `handleTimeout`, or `undefined` when there is nothing to wait for. */
  pollTimeout(): number | undefined {
    return this.#sessions.helloDeadline;
  }

  /** What is to be done now, in order; each effect is given once. */
  pollEffects(): readonly ServerEffect[] {
    return this.#output.poll();
  }

  /** Tells everybody, stores what was accepted, then closes all connections. */
  shutdown(reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#output.tell([...this.#sessions.members], { type: "shutdown", reason });
    this.#closeWhenStored();
  }

  /** Does what a session asked; what is wrong with it becomes the answer. */
  #attempt(session: Session, ref: number, action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof EarshotError)) throw error;
      this.#refuse(session, ref, error.code, error.message);
    }
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
      case "members":
        this.#askListing(session, request);
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
      default:
        assertNever(request);
    }
  }

  #hello(session: Session, { ref, nick: wanted, token }: Hello): void {
    if (session.isMember()) throw new EarshotError("request-invalid", "hello was said before");
    const nick = parseNick(wanted);
    const key = nickKey(nick);
    const owner = this.#sessions.owner(key);
    if (owner !== undefined && !isSameToken(owner.state.token, token)) {
      const isTaken = (other: string) => this.#sessions.owner(nickKey(other)) !== undefined;
      const suggestion = suggestNick(nick, isTaken);
      const message = `nickname ${nick} is taken`;
      this.#output.answer(session, {
        type: "error",
        ref,
        code: "nickname-taken",
        message,
        suggestion,
      });
      return;
    }
    const member = this.#sessions.accept(session, { type: "accepted", nick, key, token });
    if (owner !== undefined) this.#takeOver(owner, member);
    const rooms = [...member.rooms];
    this.#output.answer(member, { type: "welcome", ref, server: this.#info, nick, rooms });
  }

  /** The same client came back before we noticed that it was gone: nobody needs to know. */
  #takeOver(owner: Member, member: Member): void {
    this.#rooms.takeOver(owner, member);
    this.#remove(owner);
    this.#output.close(owner.id, closeCodes.replaced, "connected again from elsewhere");
  }

  /** An answer is a hundred times longer than the question, so none piles up in a full connection. */
  #askListing(member: Member, request: Join | ListMembers): void {
    if (listingsMax <= member.listings.length) {
      throw new EarshotError("limit-reached", "too many requests wait for an answer");
    }
    const name = parseRoom(request.room);
    if (request.type === "join" && !member.rooms.has(name)) this.#enter(member, name);
    if (member.isWritable) this.#list(member, request);
    else member.listings.push(request);
  }

  #enter(member: Member, name: string): void {
    const room = this.#rooms.enter(member, name);
    const others = [...room.members].filter((other) => other !== member);
    this.#output.tell(others, { type: "joined", room: name, nick: member.state.nick });
  }

  #list(session: Session, request: Join | ListMembers): void {
    const { type, ref } = request;
    const room = this.#rooms.joined(session, parseRoom(request.room));
    const { name, memberCount, lastSequence } = room;
    if (type === "join") {
      const { nicks } = room.nickPage(undefined);
      const about = { room: name, nicks, memberCount, log: this.#log, lastSequence };
      this.#output.answer(session, { type: "entered", ref, ...about });
    } else {
      const page = room.nickPage(request.after === undefined ? undefined : nickKey(request.after));
      this.#output.answer(session, { type, ref, room: name, ...page });
    }
  }

  #leave(member: Member, { ref, room: wanted }: Leave): void {
    const name = parseRoom(wanted);
    this.#exit(member, name, "left");
    this.#output.answer(member, { type: "exited", ref, room: name });
  }

  #exit(member: Member, name: string, reason: LeaveReason): void {
    const room = this.#rooms.exit(member, name);
    if (room === undefined) return;
    this.#output.tell([...room.members], {
      type: "left",
      room: name,
      nick: member.state.nick,
      reason,
    });
  }

  #say(member: Member, { ref, id, room: wanted, text: said, isFirst }: Say): void {
    if (this.#isClosing) throw new EarshotError("server-closing", "server is closing");
    const room = this.#rooms.joined(member, parseRoom(wanted));
    const text = parseLineText(said);
    if (isFirst) member.stalledRooms.delete(room.name);
    if (member.stalledRooms.has(room.name)) {
      throw new EarshotError("history-unavailable", "an earlier line was not stored");
    }
    const draft = { room: room.name, id, author: member.state.nick, text };
    if (!this.#appends.push({ draft, room, session: member, ref })) {
      member.stalledRooms.add(room.name);
      throw new EarshotError("limit-reached", "too much waits to be stored");
    }
    room.draftCount += 1;
    this.#startAppend();
  }

  #readHistory(member: Member, request: ReadHistory): void {
    const room = this.#rooms.joined(member, parseRoom(request.room)).name;
    if (!this.#reads.push(member, { ...request, room })) {
      throw new EarshotError("limit-reached", "too many history requests at a time");
    }
    this.#startRead();
  }

  #finishAppend(placements: readonly Placement[]): void {
    for (const [index, { draft, room, session, ref }] of this.#appends.finish().entries()) {
      const placement = placements[index];
      assert(placement !== undefined, "a draft was not placed");
      const { sequence, sentAt } = placement;
      this.#output.answer(session, { type: "stored", ref, id: draft.id, sequence, sentAt });
      room.draftCount -= 1;
      if (sequence <= room.lastSequence) continue;
      this.#rooms.grow(room, sequence);
      this.#tellGrowth(room, draft, placement);
    }
  }

  #failAppend({ code, message }: HistoryFailure): void {
    for (const { room, session, ref } of this.#appends.fail()) {
      // Its author's next lines must not overtake it, whatever becomes of the disk.
      session.stalledRooms.add(room.name);
      this.#refuse(session, ref, code, message);
      room.draftCount -= 1;
      this.#rooms.dispose(room);
    }
  }

  #tellGrowth(room: Room, { id, author, text }: Draft, placement: Placement): void {
    const { sequence, sentAt, isDuplicate } = placement;
    const writable: Member[] = [];
    for (const member of room.members) {
      if (member.isWritable) writable.push(member);
      else member.behindRooms.add(room.name);
    }
    // A large line is pulled by each member at its own speed instead of being pushed to all. So is
    // one that was on the disk before we knew it: others may be there as well.
    const isPulled = isDuplicate || chatTextBytesMax < utf8Bytes(text);
    const entry = { sequence, id, author, sentAt, text };
    this.#output.tell(
      writable,
      isPulled
        ? { type: "grown", room: room.name, lastSequence: sequence }
        : { type: "said", room: room.name, entry },
    );
  }

  #startAppend(): void {
    const batch = this.#appends.start();
    if (batch === undefined) return;
    this.#output.append(batch.map(({ draft }) => draft));
  }

  #startRead(): void {
    const next = this.#reads.start();
    if (next === undefined) return;
    const { type: _type, ref: _ref, ...query } = next.request;
    this.#output.read(query);
  }

  #closeWhenStored(): void {
    if (!this.#isClosing || !this.#appends.isEmpty) return;
    for (const session of [...this.#sessions.all]) {
      this.#remove(session);
      this.#output.close(session.id, closeCodes.serverClosing, "server closing");
    }
  }

  #remove(session: Session): void {
    this.#sessions.remove(session);
    this.#reads.remove(session);
  }

  #refuse(session: Session, ref: number, code: ErrorCode, message: string): void {
    this.#output.answer(session, { type: "error", ref, code, message });
  }
}

function isSameToken(token: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(token, other) === 0;
}
