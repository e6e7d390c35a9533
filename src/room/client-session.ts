import { assertNever } from "../base/assert.ts";
import { EarshotError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { CallQueue, checkRange, continueCall, type OwnerCall, requestOf } from "./call-queue.ts";
import { ClientFeed } from "./client-feed.ts";
import { ClientIdentity, type SessionIdentity } from "./client-identity.ts";
import { ClientMembership } from "./client-membership.ts";
import { ClientNews, type SessionNews } from "./client-news.ts";
import type { ClientEvent, EarlierVisit, HistoryRange } from "./client-port.ts";
import { ClientPosts, type PostOptions } from "./client-posts.ts";
import { presenceNews } from "./client-presence.ts";
import type { Question } from "./client-question.ts";
import { type ClientRoom, type JoinCall, retryMs } from "./client-room.ts";
import { ClientRoomTable } from "./client-room-table.ts";
import { type ConnectionCall, withoutConnection } from "./connection-call.ts";
import { channels, pageEntriesMax } from "./limits.ts";
import type { ClientMessage, Event, Reply, Request } from "./message.ts";
import type { PostBody } from "./message-log.ts";
import type { Entered } from "./message-room.ts";
import type { Refusal } from "./message-session.ts";
import { parseRoom } from "./name.ts";
import { RequestTable, type SentCatchUp, type SentRequest } from "./request-table.ts";

/** Where a session's requests and news go. */
export interface ClientSessionOutput {
  send(message: ClientMessage, channel: number): void;
  tell(event: SessionNews): void;
  /** The server calls us otherwise from now on. */
  rename(nick: string): void;
}

const noMembers = { members: [], after: undefined };

type PageEvent = Extract<ClientEvent, { type: "page" }>;

/**
 * A client behind its accepted hello, over as many connections as it takes: the rooms it wants, the
 * lines that wait to be stored, the questions that wait for an answer. After each turn it sends
 * whatever brings the server nearer to what is wanted.
 */
export class ClientSession {
  readonly #output: ClientSessionOutput;
  readonly #news: ClientNews;
  readonly #rooms = new ClientRoomTable();
  readonly #posts: ClientPosts;
  readonly #feed: ClientFeed;
  readonly #membership: ClientMembership;
  readonly #calls = new CallQueue();
  readonly #requests = new RequestTable();
  readonly #identity: ClientIdentity;

  constructor(random: Random, output: ClientSessionOutput) {
    this.#output = output;
    this.#news = new ClientNews((event) => output.tell(event));
    this.#identity = new ClientIdentity(this.#news, (nick) => output.rename(nick));
    this.#posts = new ClientPosts(random, this.#news);
    this.#feed = new ClientFeed(this.#posts, this.#news);
    this.#membership = new ClientMembership(this.#rooms, this.#posts, this.#news);
  }

  /** Lines said and not yet stored. */
  get pendingCount(): number {
    return this.#posts.count;
  }

  /**
   * What an earlier client of this person said and could not bring to its end, and how far it was told
   * each log. It goes on there, unless more than `missedMax` entries were missed.
   */
  restore({ posts, places, missedMax }: EarlierVisit): void {
    this.#rooms.restore(places, missedMax);
    for (const post of posts) {
      if (!this.#posts.restore(post)) return;
      if (this.#rooms.get(post.room) === undefined) this.#rooms.addUnwanted(post.room);
    }
  }

  join(input: string, ref: string | undefined, invitation: string | undefined): void {
    this.#attempt(ref, () => {
      const name = parseRoom(input);
      const room = this.#rooms.get(name);
      if (room?.isWanted) throw new EarshotError("already-joined", `you are in ${name} already`);
      const call = { ref, ...(invitation !== undefined && { invitation }) };
      if (room === undefined) this.#rooms.add(name, call);
      else this.#rejoin(room, call);
    });
  }

  leave(input: string, ref: string | undefined): void {
    this.#attempt(ref, () => {
      const room = this.#rooms.wanted(input);
      room.isWanted = false;
      room.leaveCall = { ref };
    });
  }

  /** Gives the id of the entry, or `undefined` when it was refused. */
  post(input: string, body: PostBody, options: PostOptions): string | undefined {
    let id: string | undefined;
    this.#attempt(options.ref, () => {
      id = this.#posts.post(this.#rooms.wanted(input), body, options);
    });
    return id;
  }

  ask(question: Question, ownerRef: string | undefined): void {
    this.#attempt(ownerRef, () => {
      this.#calls.add({ type: "question", question, ownerRef });
    });
  }

  askNow(call: ConnectionCall): void {
    if (this.#own === undefined) call.onDone(withoutConnection());
    else this.#send({ type: "now", call }, (ref) => ({ ...call.question, ref }));
  }

  /** Only while it can be told: nobody needs to know later that somebody wrote. */
  typing(now: number, input: string, state: "active" | "paused" | "done"): void {
    const room = this.#rooms.get(input);
    if (this.#own === undefined || room === undefined || !room.isTypingNews(now, state)) return;
    this.#output.send({ type: "typing", room: room.name, state }, channels.chat);
  }

  /** It is only told where we are; later lines will say it again. */
  read(input: string, sequence: number, ordinal: number): void {
    const room = this.#rooms.get(input);
    if (this.#own === undefined || room?.phase !== "in") return;
    this.#output.send({ type: "read", room: room.name, sequence, ordinal }, channels.chat);
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
  handleOpen(own: SessionIdentity, rooms: readonly string[]): void {
    this.#identity.handleOpen(own);
    for (const room of rooms) {
      if (this.#rooms.get(room) === undefined) {
        this.#send({ type: "tidy" }, (ref) => ({ type: "leave", ref, room }));
      }
    }
    this.#pump();
  }

  /** The connection is gone; everything unanswered will be sent again on the next one. */
  handleLost(): void {
    this.#identity.handleLost();
    this.#calls.restore(this.#requests.clear());
    this.#posts.handleDisconnected();
    this.#rooms.handleLost();
    this.#pump();
  }

  handleReply(now: number, reply: Reply): void {
    const sent = this.#requests.take(reply.ref);
    if (sent === undefined) return;
    if (reply.type === "error") this.#handleRefusal(now, sent, reply);
    else this.#handleAnswer(now, sent, reply);
    this.#pump();
  }

  handleEvent(now: number, event: Event): void {
    switch (event.type) {
      case "said":
      case "grown": {
        const room = this.#rooms.get(event.room);
        if (room !== undefined) this.#feed.handleGrowth(now, room, event, this.#own?.person);
        break;
      }
      case "presence": {
        this.#requests.handlePresence(event);
        const room = this.#rooms.get(event.room);
        for (const news of room === undefined ? [] : presenceNews(room, event)) {
          this.#news.tell(news);
        }
        if (room !== undefined && event.isStale) this.members(room.name, undefined);
        break;
      }
      case "removed":
        this.#membership.handleRemoved(event);
        break;
      case "shutdown":
        this.#news.tell(event);
        if (event.inMs === 0) this.#news.tellLeft(this.#rooms.all, this.#own?.nick);
        break;
      default:
        this.#news.tell(event);
    }
    this.#pump();
  }

  handleTimeout(now: number): void {
    this.#posts.handleTimeout(now);
    this.#rooms.handleTimeout(now);
    for (const room of this.#rooms.all) this.#reportDelivered(now, room);
    this.#pump();
  }

  /** When to call `handleTimeout`, or `undefined` when there is nothing to wait for. */
  pollTimeout(): number | undefined {
    const sayAt = this.#posts.pollTimeout();
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
  #rejoin(room: ClientRoom, call: JoinCall): void {
    this.#news.tellExited(room);
    room.rejoin(call);
    if (room.phase === "in") this.#sendJoin(room);
  }

  #handleAnswer(now: number, sent: SentRequest, reply: Exclude<Reply, Refusal>): void {
    if (sent.type === "join" && reply.type === "entered") {
      this.#handleEntered(sent.room, reply);
    } else if (sent.type === "leave" && reply.type === "exited") {
      sent.room.phase = "out";
      this.#news.tellExited(sent.room);
    } else if (sent.type === "say" && reply.type === "stored") {
      this.#posts.settle(sent.id, reply.sequence);
    } else if (sent.type === "catch-up" && reply.type === "page") {
      if (!this.#isCurrent(sent)) return;
      sent.room.isReading = false;
      const news = sent.log.handlePage(reply.entries, reply.damaged);
      this.#feed.tell(now, sent.room, news, this.#own?.person);
    } else if (sent.type === "call") {
      this.#handleOwnerAnswer(now, sent.call, reply);
    } else if (sent.type === "now") {
      this.#identity.handleConnectionAnswer(sent.call, reply);
    }
  }

  #handleOwnerAnswer(now: number, call: OwnerCall, reply: Exclude<Reply, Refusal>): void {
    if (call.type === "question") {
      const { question } = call;
      if (reply.type === "entered") {
        this.#calls.settle();
        this.#attempt(call.ownerRef, () => this.#enter(reply, call.ownerRef));
        return;
      }
      if (reply.type === "done") this.#identity.handleDone(question);
      if (question.type === "answer" && reply.type === "done") {
        if (question.isAccepted) {
          this.#calls.settle();
          this.join(question.room, call.ownerRef, undefined);
          return;
        }
        this.#membership.forget(question.room, "you have left this private chat");
      }
    }
    const progress = continueCall(call, reply);
    if (progress?.type === "ask") this.#sendCall(progress.call);
    if (progress?.type !== "done") return;
    this.#calls.settle();
    this.#news.tell(progress.event);
    if (progress.event.type === "page") this.#noteRead(now, progress.event);
  }

  /** What was read is there, whether the log was followed so far or not. */
  #noteRead(now: number, { room: name, entries }: PageEvent): void {
    const room = this.#rooms.get(name);
    room?.handleReached(now, entries.at(-1)?.sequence ?? 0);
  }

  get #own(): SessionIdentity | undefined {
    return this.#identity.own;
  }

  /** A room that was made, or a private chat that was asked for. */
  #enter(entered: Entered, ref: string | undefined): void {
    const known = this.#rooms.get(entered.room);
    const room = known ?? this.#rooms.add(entered.room, { ref });
    room.isWanted = true;
    room.leaveCall = undefined;
    room.joinCall = { ref };
    this.#handleEntered(room, entered);
  }

  /** Whether its answer is still about the log that the owner is told of. */
  #isCurrent({ room, log }: SentCatchUp): boolean {
    return this.#rooms.get(room.name)?.log === log;
  }

  #handleEntered(room: ClientRoom, entered: Entered): void {
    const isWhole = this.#membership.handleEntered(room, entered, this.#own?.nick);
    if (!isWhole) this.members(room.name, undefined);
  }

  #handleRefusal(now: number, sent: SentRequest, refusal: Refusal): void {
    const { code, message } = refusal;
    switch (sent.type) {
      case "say":
        this.#posts.handleRefusal(now, this.#requests, sent, refusal);
        return;
      case "catch-up":
        if (!this.#isCurrent(sent)) return;
        sent.room.isReading = false;
        sent.room.retryAt = now + retryMs;
        return;
      case "join":
        this.#membership.handleRefusedJoin(now, sent.room, refusal);
        return;
      case "call":
        this.#calls.settle();
        this.#news.tellError(sent.call.ownerRef, code, message);
        return;
      case "now":
        sent.call.onDone({ type: "failed", failure: new EarshotError(code, message) });
        return;
      case "leave":
      case "tidy":
        // Leaving is never refused by a server that keeps to the protocol.
        return;
      default:
        assertNever(sent);
    }
  }

  /** Tells the server from time to time how much of a room is here. */
  #reportDelivered(now: number, room: ClientRoom): void {
    const sequence = this.#own === undefined ? undefined : room.takeReport(now);
    if (sequence === undefined) return;
    this.#output.send({ type: "delivered", room: room.name, sequence }, channels.chat);
  }

  #pump(): void {
    for (const room of this.#rooms.all) this.#syncMembership(room);
    if (this.#own === undefined) return;
    for (const room of this.#rooms.all) this.#syncLog(room);
    for (;;) {
      const call = this.#calls.next(this.#requests.mayRead);
      if (call === undefined) break;
      this.#sendCall(call);
    }
    for (;;) {
      const next = this.#posts.send((room) => this.#rooms.get(room)?.isCaughtUp ?? false);
      if (next === undefined) break;
      const { line, isFirst, isLarge } = next;
      const { id, room, body } = line;
      this.#send(
        { type: "say", id, room },
        (ref) => ({ type: "post", ref, id, room, isFirst, body }),
        isLarge ? channels.bulk : channels.chat,
      );
    }
  }

  /** A room is joined while it is wanted or has lines to store, and left after that. */
  #syncMembership(room: ClientRoom): void {
    const { name, phase } = room;
    const isNeeded = room.isWanted || this.#posts.has(name);
    if (phase === "out" && !isNeeded) {
      this.#news.tellExited(room);
      this.#rooms.delete(name);
    } else if (this.#own !== undefined && phase === "out" && room.retryAt === undefined) {
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
    const { invitation } = room.joinCall ?? {};
    this.#send({ type: "join", room }, (ref) => ({
      type: "join",
      ref,
      room: room.name,
      ...(invitation !== undefined && { invitation }),
    }));
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
