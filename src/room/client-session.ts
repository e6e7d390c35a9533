import { assertNever } from "../base/assert.ts";
import { EarshotError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { utf8Bytes } from "../base/text.ts";
import {
  CallQueue,
  checkRange,
  continueCall,
  type OwnerCall,
  requestOf,
  withRef,
} from "./call-queue.ts";
import { ClientNews } from "./client-news.ts";
import type { ClientEvent, HistoryRange } from "./client-port.ts";
import type { ClientRoom } from "./client-room.ts";
import { ClientRoomTable } from "./client-room-table.ts";
import { shownEntry } from "./entry.ts";
import { channels, pageEntriesMax } from "./limits.ts";
import { parseLineText } from "./line.ts";
import type { Event, Reply, Request } from "./message.ts";
import type { Entered, Presence } from "./message-room.ts";
import { type Refusal, temporaryCodes } from "./message-session.ts";
import { nickKey, parseRoom } from "./name.ts";
import { Outbox } from "./outbox.ts";
import {
  RequestTable,
  type SentCatchUp,
  type SentLine,
  type SentRequest,
} from "./request-table.ts";
import type { LogNews } from "./room-log.ts";

/** Where a session's requests and news go. */
export interface ClientSessionOutput {
  send(request: Request, channel: number): void;
  tell(event: ClientEvent): void;
}

const noMembers = { nicks: [], after: undefined };

/** How long to wait before a room that was refused for a time is joined or read again. */
const retryMs = 1_000;

/**
 * A client behind its accepted hello, over as many connections as it takes: the rooms it wants, the
 * lines that wait to be stored, the questions that wait for an answer. After each turn it sends
 * whatever brings the server nearer to what is wanted.
 */
export class ClientSession {
  readonly #random: Random;
  readonly #output: ClientSessionOutput;
  readonly #news: ClientNews;
  readonly #rooms = new ClientRoomTable();
  readonly #outbox: Outbox;
  readonly #calls = new CallQueue();
  readonly #requests = new RequestTable();
  /** Our nickname while the server knows us by it. */
  #nick: string | undefined;

  constructor(random: Random, output: ClientSessionOutput) {
    this.#random = random;
    this.#output = output;
    this.#news = new ClientNews((event) => output.tell(event));
    this.#outbox = new Outbox(random);
  }

  /** Lines said and not yet stored. */
  get pendingCount(): number {
    return this.#outbox.count;
  }

  join(input: string, ref: string | undefined): void {
    this.#attempt(ref, () => {
      const name = parseRoom(input);
      const room = this.#rooms.get(name);
      if (room?.isWanted) throw new EarshotError("already-joined", `you are in ${name} already`);
      if (room !== undefined) {
        this.#rejoin(room, ref);
        return;
      }
      this.#rooms.add(name, { ref });
    });
  }

  leave(input: string, ref: string | undefined): void {
    this.#attempt(ref, () => {
      const room = this.#rooms.wanted(input);
      room.isWanted = false;
      room.leaveCall = { ref };
    });
  }

  /** `at` is the wall clock. Gives the id of the line, or `undefined` when it was refused. */
  say(input: string, said: string, at: number, ref: string | undefined): string | undefined {
    let id: string | undefined;
    this.#attempt(ref, () => {
      const room = this.#rooms.wanted(input).name;
      const text = parseLineText(said);
      const line = { id: this.#random.id(), room, text, bytes: utf8Bytes(text), ownerRef: ref };
      if (!this.#outbox.add(line)) {
        throw new EarshotError("limit-reached", `${this.pendingCount} lines wait to be stored`);
      }
      id = line.id;
      this.#news.tell({ type: "pending", room, id, text, at });
    });
    return id;
  }

  history(input: string, range: HistoryRange, ownerRef: string | undefined): void {
    this.#attempt(ownerRef, () => {
      const room = parseRoom(input);
      this.#calls.add({ type: "history", room, range: checkRange(range), ownerRef });
    });
  }

  members(input: string, ownerRef: string | undefined): void {
    this.#attempt(ownerRef, () => {
      this.#calls.add({ type: "members", room: parseRoom(input), ownerRef, ...noMembers });
    });
  }

  /** The hello was accepted; `rooms` are those we are in from an earlier connection. */
  handleOpen(nick: string, rooms: readonly string[]): void {
    this.#nick = nick;
    for (const room of rooms) {
      if (this.#rooms.get(room) === undefined) {
        this.#send({ type: "tidy" }, (ref) => ({ type: "leave", ref, room }));
      }
    }
    this.#pump();
  }

  /** The connection is gone; everything unanswered will be sent again on the next one. */
  handleLost(): void {
    this.#nick = undefined;
    this.#calls.restore(this.#requests.clear());
    this.#outbox.handleDisconnected();
    this.#rooms.handleLost();
    this.#pump();
  }

  handleReply(now: number, reply: Reply): void {
    const sent = this.#requests.take(reply.ref);
    if (sent === undefined) return;
    if (reply.type === "error") this.#handleRefusal(now, sent, reply);
    else this.#handleAnswer(sent, reply);
    this.#pump();
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case "said":
      case "grown":
        this.#handleGrowth(event);
        break;
      case "presence":
        this.#handlePresence(event);
        break;
      case "shutdown":
        this.#news.tell({ type: "shutdown", reason: event.reason });
        if (event.inMs === 0) this.#news.tellLeft(this.#rooms.all, this.#nick);
        break;
      default:
        return;
    }
    this.#pump();
  }

  handleTimeout(now: number): void {
    this.#outbox.handleTimeout(now);
    this.#rooms.handleTimeout(now);
    this.#pump();
  }

  /** When to call `handleTimeout`, or `undefined` when there is nothing to wait for. */
  pollTimeout(): number | undefined {
    const sayAt = this.#outbox.pollTimeout();
    const roomAt = this.#rooms.pollTimeout();
    return sayAt === undefined || roomAt === undefined
      ? (sayAt ?? roomAt)
      : Math.min(sayAt, roomAt);
  }

  /** Does what the owner asked; what is wrong with it becomes an `error` event. */
  #attempt(ref: string | undefined, action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof EarshotError)) throw error;
      this.#news.tellError(ref, error.code, error.message);
    }
    this.#pump();
  }

  /** Leaving was asked for and is not done yet: it is as if it had been. */
  #rejoin(room: ClientRoom, ref: string | undefined): void {
    this.#news.tellExited(room);
    room.rejoin({ ref });
    if (room.phase === "in") this.#sendJoin(room);
  }

  #handleAnswer(sent: SentRequest, reply: Exclude<Reply, Refusal>): void {
    if (sent.type === "join" && reply.type === "entered") {
      this.#handleEntered(sent.room, reply);
    } else if (sent.type === "leave" && reply.type === "exited") {
      sent.room.phase = "out";
      this.#news.tellExited(sent.room);
    } else if (sent.type === "say" && reply.type === "stored") {
      this.#settle(sent.id, reply.sequence);
    } else if (sent.type === "catch-up" && reply.type === "page") {
      if (!this.#isCurrent(sent)) return;
      sent.room.isReading = false;
      this.#tellNews(sent.room, sent.log.handlePage(reply.entries, reply.damaged));
    } else if (sent.type === "call") {
      const progress = continueCall(sent.call, reply);
      if (progress?.type === "ask") this.#sendCall(progress.call);
      if (progress?.type === "done") {
        this.#calls.settle();
        this.#news.tell(progress.event);
      }
    }
  }

  /** Whether its answer is still about the log that the owner is told of. */
  #isCurrent({ room, log }: SentCatchUp): boolean {
    return this.#rooms.get(room.name)?.log === log;
  }

  #handleEntered(room: ClientRoom, entered: Entered): void {
    const { members, memberCount, log, firstSequence, lastSequence } = entered;
    const nicks = members.map(({ nick }) => nick);
    room.phase = "in";
    room.nicks = new Set(nicks);
    if (this.#nick !== undefined) room.nicks.add(this.#nick);
    const isOther = room.log.handleEntered(log, lastSequence, firstSequence);
    if (isOther) this.#news.tell({ type: "reset", room: room.name });
    const ref = withRef(room.joinCall?.ref);
    room.joinCall = undefined;
    this.#news.tell({ type: "entered", ...ref, room: room.name, nicks, lastSequence });
    if (nicks.length < memberCount) this.members(room.name, undefined);
  }

  #handleRefusal(now: number, sent: SentRequest, refusal: Refusal): void {
    const { code, message } = refusal;
    switch (sent.type) {
      case "say":
        this.#handleRefusedLine(now, sent, refusal);
        return;
      case "catch-up":
        if (!this.#isCurrent(sent)) return;
        sent.room.isReading = false;
        sent.room.retryAt = now + retryMs;
        return;
      case "join":
        this.#handleRefusedJoin(now, sent.room, refusal);
        return;
      case "call":
        this.#calls.settle();
        this.#news.tellError(sent.call.ownerRef, code, message);
        return;
      case "leave":
      case "tidy":
        // Leaving is never refused by a server that keeps to the protocol.
        return;
      default:
        assertNever(sent);
    }
  }

  #handleRefusedLine(now: number, sent: SentLine, { code, message }: Refusal): void {
    if (temporaryCodes.includes(code)) {
      // The lines behind it are refused as well; their answers must not count against the next try.
      this.#requests.forgetLines(sent.room);
      const isFirst = this.#outbox.postpone(now, sent.id);
      if (isFirst) this.#news.tell({ type: "delayed", room: sent.room, code, message });
      return;
    }
    const line = this.#outbox.settle(sent.id);
    if (line !== undefined) this.#news.tellFailed(line, code, message);
  }

  /** The first time it is for the owner to try again, later it is for us: nobody else left. */
  #handleRefusedJoin(now: number, room: ClientRoom, { code, message }: Refusal): void {
    const isReturn = room.joinCall === undefined;
    if (code === "server-closing" || (isReturn && temporaryCodes.includes(code))) {
      room.phase = "out";
      room.retryAt = now + retryMs;
      return;
    }
    this.#rooms.delete(room.name);
    this.#news.tellError(room.joinCall?.ref, code, message);
    for (const line of this.#outbox.drop(room.name)) {
      this.#news.tellFailed(line, "not-joined", message);
    }
    if (isReturn) room.leaveCall ??= { ref: undefined };
    this.#news.tellExited(room);
  }

  #handlePresence(presence: Presence): void {
    const { room, joined, left, changed } = presence;
    this.#requests.handlePresence(presence);
    // Before the room is entered, the answer to joining will say who is there.
    const { phase, nicks: known } = this.#rooms.get(room) ?? {};
    if (phase !== "in" || known === undefined) return;
    for (const { nick, reason } of left) {
      known.delete(nick);
      this.#news.tell({ type: "left", room, nick, reason });
    }
    for (const { nick } of joined) {
      // What was told on entering may be told again by what came with it.
      if (known.has(nick)) continue;
      known.add(nick);
      this.#news.tell({ type: "joined", room, nick });
    }
    for (const { nick, was } of changed) {
      if (was === undefined) continue;
      known.delete(was);
      known.add(nick);
      this.#news.tell({ type: "left", room, nick: was, reason: "left" });
      this.#news.tell({ type: "joined", room, nick });
    }
  }

  #handleGrowth(event: Extract<Event, { type: "said" | "grown" }>): void {
    const room = this.#rooms.get(event.room);
    if (room === undefined) return;
    if (event.type === "grown") room.log.handleGrown(event.lastSequence);
    else for (const entry of event.entries) this.#tellNews(room, room.log.handleSaid(entry));
  }

  #tellNews(room: ClientRoom, news: readonly LogNews[]): void {
    for (const item of news) {
      if (item.type === "damaged") {
        this.#news.tell({ type: "damaged", room: room.name, range: item.range });
        continue;
      }
      const { entry } = item;
      this.#settle(entry.id, entry.sequence);
      const isOwn = nickKey(entry.author.nick) === nickKey(this.#nick ?? "");
      this.#news.tell({ type: "said", room: room.name, entry: shownEntry(entry), isOwn });
    }
  }

  /** The line is known to be stored: from the answer or from the log, whichever comes first. */
  #settle(id: string, sequence: number): void {
    const line = this.#outbox.settle(id);
    if (line !== undefined) this.#news.tellStored(line, sequence);
  }

  #pump(): void {
    for (const room of this.#rooms.all) this.#syncMembership(room);
    if (this.#nick === undefined) return;
    for (const room of this.#rooms.all) this.#syncLog(room);
    for (;;) {
      const call = this.#calls.next(this.#requests.mayRead);
      if (call === undefined) break;
      this.#sendCall(call);
    }
    for (;;) {
      const next = this.#outbox.send((room) => this.#rooms.get(room)?.isCaughtUp ?? false);
      if (next === undefined) break;
      const { line, isFirst, isLarge } = next;
      const { id, room, text } = line;
      this.#send(
        { type: "say", id, room },
        (ref) => ({ type: "post", ref, id, room, isFirst, body: { type: "message", text } }),
        isLarge ? channels.bulk : channels.chat,
      );
    }
  }

  /** A room is joined while it is wanted or has lines to store, and left after that. */
  #syncMembership(room: ClientRoom): void {
    const { name, phase } = room;
    const isNeeded = room.isWanted || this.#outbox.has(name);
    if (phase === "out" && !isNeeded) {
      this.#news.tellExited(room);
      this.#rooms.delete(name);
    } else if (this.#nick !== undefined && phase === "out" && room.retryAt === undefined) {
      this.#sendJoin(room);
    } else if (phase === "in" && !isNeeded) {
      room.phase = "leaving";
      room.isCaughtUp = false;
      this.#send({ type: "leave", room }, (ref) => ({ type: "leave", ref, room: name }));
    }
  }

  #syncLog(room: ClientRoom): void {
    if (room.phase === "in" && room.log.missingAfter === undefined) room.isCaughtUp = true;
    const after = room.readAfter;
    if (after === undefined || !this.#requests.mayRead) return;
    room.isReading = true;
    const range = { room: room.name, after, limit: pageEntriesMax };
    this.#send({ type: "catch-up", room, log: room.log }, (ref) => ({
      type: "history",
      ref,
      ...range,
    }));
  }

  #sendJoin(room: ClientRoom): void {
    room.phase = "joining";
    room.isCaughtUp = false;
    this.#send({ type: "join", room }, (ref) => ({ type: "join", ref, room: room.name }));
  }

  #sendCall(call: OwnerCall): void {
    this.#send({ type: "call", call }, (ref) => requestOf(call, ref));
  }

  #send(
    sent: SentRequest,
    request: (ref: number) => Request,
    channel: number = channels.chat,
  ): void {
    this.#output.send(request(this.#requests.add(sent)), channel);
  }
}
