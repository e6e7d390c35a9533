import type { ClientEvent } from "../room/client-port.ts";
import { askedMax, lobbyName } from "../room/limits.ts";
import type { LogEntry } from "../room/log-entry.ts";
import { answerText, membersText, numberedText } from "./answer-text.ts";
import type { AskedChat, CommandAction, CommandContext } from "./command-action.ts";
import { countOf } from "./count-text.ts";
import { chosenRef, rememberedRef } from "./entering.ts";
import type { FileNewsEvent } from "./file-news.ts";
import { type MemberEvent, memberText } from "./member-events.ts";
import { printedRef } from "./past.ts";
import type { PlainEffect } from "./plain-effect.ts";
import { PlainFiles } from "./plain-files.ts";
import type { PlainPlace } from "./plain-place.ts";
import { entryLine, firstRef, PlainRoom, pastRef, unreadText } from "./plain-room.ts";
import {
  answeredText,
  askedText,
  invitedText,
  removedText,
  type SocialEvent,
  shutdownText,
} from "./social-events.ts";
import type { TimeFormat } from "./time-format.ts";
import { roomName } from "./typed-words.ts";

/** Lines of the past that are printed when a room is entered. */
export const pastLines = 20;

/** What the rooms of line mode need to know. */
export interface PlainRoomsOptions {
  /** Rooms to join when the server has accepted us. */
  readonly rooms: readonly string[];
  readonly timeFormat: TimeFormat;
  /** Told of every event before the rooms are. */
  readonly place: PlainPlace;
  /** A person types; see `PlainChatOptions`. */
  readonly isInteractive: boolean;
  /** Takes what is to be done. */
  readonly emit: (effect: PlainEffect) => void;
  /** Takes why something cannot be done. */
  readonly onRefused: (reason: string) => void;
}

/** The rooms of line mode, the private chats that are asked for, and what is printed of them. */
export class PlainRooms {
  readonly #options: PlainRoomsOptions;
  readonly #rooms = new Map<string, PlainRoom>();
  /** Rooms whose joins were not answered yet, by the `ref` of the join. */
  readonly #joining = new Map<string, string>();
  #activeRoom: string | undefined;
  readonly #place: PlainPlace;
  /** Private chats that wait for an answer, at most `askedMax`. */
  #asked: readonly AskedChat[] = [];
  readonly #files = new PlainFiles();
  /** What is to be said in private chats that were asked for, by the `ref` of the question. */
  readonly #queries = new Map<string, string | undefined>();
  #questionCount = 0;
  /** Whether we are in the rooms of an earlier visit already. */
  #isRemembered = false;

  constructor(options: PlainRoomsOptions) {
    this.#options = options;
    this.#place = options.place;
    options.rooms.forEach((room, index) => {
      this.#joining.set(firstRef(index), room);
    });
  }

  /** Joins that are not answered yet. */
  get joiningCount(): number {
    return this.#joining.size;
  }

  /** Whether there is no room and none will come. */
  get isHopeless(): boolean {
    return this.#joining.size === 0 && this.#rooms.size === 0;
  }

  /** Whether the past of a room is still to come. */
  get isPastMissing(): boolean {
    return [...this.#rooms.values()].some((room) => room.isPastMissing);
  }

  /** Whether it is certain which room the next line is for, and that it comes behind the past. */
  get isReady(): boolean {
    // What follows a /join or a /query is meant for that room.
    if (this.#joining.has(chosenRef) || 0 < this.#queries.size) return false;
    const room = this.#active;
    return room === undefined ? this.#joining.size === 0 : !room.isPastMissing;
  }

  /** What commands are about. */
  get context(): CommandContext {
    const room = this.#active;
    return {
      room: room?.name,
      state: room?.state,
      asked: this.#asked,
      files: this.#files.news,
      lastLine: (whose) => room?.lastLine(whose),
      line: (sequence) => room?.line(sequence),
    };
  }

  /** The server has accepted us; `isFirst` when no room was entered yet. */
  handleReady({ rooms }: Extract<ClientEvent, { type: "ready" }>, isFirst: boolean): void {
    if (isFirst && !this.#isRemembered) this.joinFirst(rooms);
  }

  /** Enters the rooms that are wanted from the start, and those where a person was. */
  joinFirst(rooms: readonly { readonly room: string }[]): void {
    for (const [index, room] of this.#options.rooms.entries()) {
      this.#emit({ type: "join", room, ref: firstRef(index) });
    }
    // A program is where it was told to be; a person is where they were.
    if (!this.#options.isInteractive) return;
    for (const { room } of rooms) {
      if (this.#options.rooms.includes(room)) continue;
      this.#emit({ type: "join", room, ref: rememberedRef });
    }
  }

  /** What is known of the server before it is reached; what is said waits for it. */
  handleRemembered(event: Extract<ClientEvent, { type: "remembered" }>): void {
    const { own, rooms, shownRoom } = event;
    this.#isRemembered = true;
    this.joinFirst(rooms);
    const known = rooms.filter(({ entries }) => 0 < entries.length);
    const [first] = this.#options.rooms;
    const isWanted = first !== undefined && first !== lobbyName;
    const shown = isWanted ? first : (shownRoom ?? first);
    this.#activeRoom = known.find(({ room }) => room === shown)?.room;
    for (const { room: name, state, persons, entries } of known) {
      const entered = { room: name, state, members: [], ...(persons && { persons }) };
      const room = new PlainRoom(entered, own.person);
      this.#rooms.set(name, room);
      this.#print(`-- ${room.title}, as it was:`);
      this.#printEntries(name, room.handlePast(entries.slice(-pastLines)));
    }
  }

  /** Too much was missed to print it all: only the end of it is. */
  handleFar(name: string): void {
    const room = this.#rooms.get(name);
    if (room !== undefined) room.expectPast();
  }

  /** Files move, or somebody takes ours. */
  handleFiles(event: FileNewsEvent): void {
    const text = this.#files.handle(event);
    if (text !== undefined) this.#print(`-- ${text}`);
  }

  handleMembers({ room, members }: Extract<ClientEvent, { type: "members" }>): void {
    this.#rooms.get(room)?.handleMembers(members);
  }

  /** Something was refused; `true` when it is told already. */
  handleError(message: string, ref: string | undefined): boolean {
    const past = [...this.#rooms.keys()].find((name) => ref === pastRef(name));
    if (past !== undefined) {
      this.#print(`-- the past cannot be shown: ${message}`);
      this.handlePast(past, []);
      return true;
    }
    this.#queries.delete(ref ?? "");
    return ref === rememberedRef;
  }

  /** Whether this was the answer to a join. */
  forgetJoin(ref: string | undefined): boolean {
    return this.#joining.delete(ref ?? "");
  }

  /** The members of the room where one is. */
  printMembers(): void {
    this.#print(`-- ${membersText(this.#active?.members ?? [])}`);
  }

  say(text: string): void {
    if (this.#activeRoom === undefined) {
      this.#onRefused("not sent: join a room first with /join ROOM");
      return;
    }
    this.perform({ type: "post", room: this.#activeRoom, body: { type: "message", text } });
  }

  perform(action: Exclude<CommandAction, { type: "account" | "password" | "screen" }>): void {
    switch (action.type) {
      case "post":
        this.#emit(action);
        break;
      case "ask":
        this.#ask(action);
        break;
      case "file":
        this.#emit(action);
        break;
      case "query": {
        const ref = this.#newRef("query");
        this.#queries.set(ref, action.text);
        const question = { type: "ask", nicks: action.nicks } as const;
        this.#emit({ type: "ask", question, ref });
        break;
      }
      case "join":
        this.#join(action);
        break;
      case "leave":
        this.#leave(action.room);
        break;
      case "history":
        this.#emit({ ...action, ref: printedRef });
        break;
      case "print":
        for (const line of action.lines) this.#print(`-- ${line}`);
        break;
      case "refused":
        this.#onRefused(action.reason);
        break;
    }
  }

  #ask({ question, ref: wanted }: Extract<CommandAction, { type: "ask" }>): void {
    const ref = wanted ?? this.#newRef("question");
    const isAgreed = question.type === "answer" && question.isAccepted;
    // What follows is meant for the room that is made or agreed to.
    if (question.type === "create" || isAgreed) this.#queries.set(ref, undefined);
    this.#emit({ type: "ask", question, ref });
  }

  #newRef(kind: string): string {
    this.#questionCount += 1;
    return `${kind} ${this.#questionCount}`;
  }

  printRooms(): void {
    const titles = [...this.#rooms.values()].map(({ title }) => title);
    this.#print(
      titles.length === 0 ? "-- you are in no room" : `-- you are in ${titles.join(", ")}`,
    );
  }

  #join({ room, invitation }: Extract<CommandAction, { type: "join" }>): void {
    const known = this.#rooms.get(room);
    if (known !== undefined) {
      this.#activeRoom = room;
      this.#print(`-- talking in ${known.title} now`);
      return;
    }
    this.#joining.set(chosenRef, room);
    const secret = invitation === undefined ? {} : { invitation };
    this.#emit({ type: "join", room, ref: chosenRef, ...secret });
  }

  /** Its password was right. */
  joinAgain(room: string): void {
    this.#join({ type: "join", room, invitation: undefined });
  }

  /** A private chat is left by not agreeing to it any more. */
  #leave(room: string): void {
    if (!room.startsWith("&")) this.#emit({ type: "leave", room });
    else this.perform({ type: "ask", question: { type: "answer", room, isAccepted: false } });
  }

  handleEntered(event: Extract<ClientEvent, { type: "entered" }>): void {
    const { room: name, ref, members } = event;
    this.#forgetJoin(name, ref);
    this.#asked = this.#asked.filter(({ room }) => room !== name);
    const known = this.#rooms.get(name);
    const room = known ?? new PlainRoom(event, this.#place.person);
    if (known === undefined) {
      this.#rooms.set(name, room);
      this.#print(
        `-- entered ${room.title}, ${countOf(members.length, "member")}${unreadText(event)}`,
      );
      if (event.state.topic !== "") this.#print(`-- topic: ${event.state.topic}`);
    } else {
      known.state = event.state;
      known.handleMembers(members);
    }
    // An answer that was on its way when the connection was lost has to be asked for again.
    if (room.isPastMissing) {
      const range = { limit: pastLines };
      this.#emit({ type: "history", room: name, range, ref: pastRef(name) });
    }
    const isQuery = this.#queries.has(ref ?? "");
    const text = this.#queries.get(ref ?? "");
    this.#queries.delete(ref ?? "");
    if (ref === chosenRef || isQuery || this.#activeRoom === undefined) this.#activeRoom = name;
    if (text !== undefined) this.say(text);
  }

  #forgetJoin(name: string, ref: string | undefined): void {
    for (const [joinRef, room] of this.#joining) {
      if (joinRef === ref || roomName(room) === name) this.#joining.delete(joinRef);
    }
  }

  handleExited(name: string): void {
    const title = this.#rooms.get(name)?.title ?? `#${name}`;
    this.#rooms.delete(name);
    this.#print(`-- left ${title}`);
    if (this.#activeRoom === name) this.#activeRoom = this.#rooms.keys().next().value;
  }

  handleSocial(event: SocialEvent): void {
    switch (event.type) {
      case "asked":
        this.#files.note(event);
        this.#asked = [...this.#asked.filter(({ room }) => room !== event.room), event].slice(
          -askedMax,
        );
        this.#print(`-- ${askedText(event, this.#place.person)}`);
        break;
      case "answered":
        this.#handleAnswered(event);
        break;
      case "invited":
        this.#print(`-- ${invitedText(event)}`);
        break;
      case "removed":
        this.#print(`-- ${removedText(event, this.#place.nick)}`);
        this.handleExited(event.room);
        break;
      // What is said of us later is said of who we are then.
      case "renamed":
      case "identified":
        break;
      case "notice":
        this.#print(`-- ${event.text}`);
        break;
      case "memory":
        this.#print(`-- ${event.message}`);
        break;
      case "shutdown":
        this.#print(`-- ${shutdownText(this.#place.serverName, event)}`);
        break;
      case "answer":
        this.#handleAnswer(event);
        break;
    }
  }

  /** What another device of ours has answered waits here no more; agreed to, it is entered here too. */
  #handleAnswered(event: Extract<SocialEvent, { type: "answered" }>): void {
    const isOwn = event.nick === this.#place.nick;
    this.#print(`-- ${answeredText(event, isOwn)}`);
    if (!isOwn) return;
    this.#asked = this.#asked.filter(({ room }) => room !== event.room);
    if (event.answer === "declined") return;
    this.#emit({ type: "join", room: event.room, ref: rememberedRef });
  }

  #handleAnswer(event: Extract<SocialEvent, { type: "answer" }>): void {
    const { question, ref = "" } = event;
    this.#queries.delete(ref);
    for (const line of answerText(event, this.#options.timeFormat)) this.#print(`-- ${line}`);
    if (question.type !== "answer") return;
    this.#asked = this.#asked.filter(({ room }) => room !== question.room);
  }

  handleMember(event: MemberEvent): void {
    const room = this.#rooms.get(event.room);
    room?.handleMember(event);
    if (event.type === "typing" || (event.type !== "split" && event.nick === this.#place.nick))
      return;
    const text = memberText(event);
    const where = event.room === this.#activeRoom ? "" : ` ${room?.title ?? `#${event.room}`}`;
    if (text !== undefined) this.#print(`-- ${text}${where}`);
  }

  handleSaid(event: Extract<ClientEvent, { type: "said" }>): void {
    const { room: name, entry, isOwn } = event;
    this.#files.note(event, this.#place.person);
    const room = this.#rooms.get(name);
    const entries = room === undefined ? [entry] : room.handleSaid(entry);
    // What a person typed is on their screen already.
    if (isOwn && this.#options.isInteractive && entry.body.type === "message") return;
    this.#printEntries(name, entries);
  }

  handlePage(page: Extract<ClientEvent, { type: "page" }>): void {
    this.#files.note(page, this.#place.person);
    if (page.ref !== printedRef) {
      this.handlePast(page.room, page.entries);
      return;
    }
    const { timeFormat } = this.#options;
    for (const entry of page.entries) this.#print(`-- ${numberedText(entry, timeFormat)}`);
    if (page.entries.length === 0) this.#print("-- there is nothing");
  }

  handlePast(name: string, entries: readonly LogEntry[]): void {
    this.#printEntries(name, this.#rooms.get(name)?.handlePast(entries) ?? []);
  }

  #printEntries(name: string, entries: readonly LogEntry[]): void {
    const room = this.#rooms.get(name);
    const where = name === this.#activeRoom ? "" : `${room?.title ?? `#${name}`} `;
    const { timeFormat, isInteractive } = this.#options;
    for (const entry of entries) this.#print(entryLine(entry, where, timeFormat));
    const last = entries.at(-1);
    if (last === undefined || !isInteractive) return;
    const { sequence, ordinal } = last;
    this.#emit({ type: "read", room: name, sequence, ordinal });
  }

  get #active(): PlainRoom | undefined {
    return this.#rooms.get(this.#activeRoom ?? "");
  }

  #print(line: string): void {
    this.#emit({ type: "print", line });
  }

  #emit(effect: PlainEffect): void {
    this.#options.emit(effect);
  }

  #onRefused(reason: string): void {
    this.#options.onRefused(reason);
  }
}
