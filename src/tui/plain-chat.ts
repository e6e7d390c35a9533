import type { ClientEvent } from "../room/client-port.ts";
import type { Entry } from "../room/entry.ts";
import {
  type CommandName,
  commandHelp,
  type Input,
  membersText,
  parseInput,
  roomName,
  roomsText,
} from "./command.ts";
import { countOf } from "./count-text.ts";
import { OwnLines } from "./own-lines.ts";
import type { PlainEffect } from "./plain-effect.ts";
import { entryText, PlainRoom } from "./plain-room.ts";
import { chosenRef, delayedText, type MemberEvent, memberText, resetText } from "./room-events.ts";
import type { TimeFormat } from "./time-format.ts";
import { firstVisitText } from "./trust.ts";
import { undeliveredText } from "./undelivered.ts";

/** Lines of the past that are printed when a room is entered. */
export const pastLines = 20;

/** Lines said and not stored yet; the next ones wait, and when as many wait, reading pauses. */
export const pendingMax = 1_000;

/** Suggested nicknames that are tried before giving up. */
export const nickTriesMax = 5;

/** After the end of the input what was said gets this long to be acknowledged. */
export const endWaitMs = 10_000;

/** What line mode needs to know. */
export interface PlainChatOptions {
  readonly rooms: readonly string[];
  readonly timeFormat: TimeFormat;
  /** A person types: their own lines are on the screen already, and mistakes can be corrected. */
  readonly isInteractive: boolean;
  /** Every line is said as it is; otherwise those that start with a slash are commands. */
  readonly isLiteral: boolean;
}

type ConnectionEvent = Extract<ClientEvent, { type: "connection" }>;

/** Chat as lines in and lines out: the same commands as on the full screen, no terminal needed. */
export class PlainChat {
  readonly #options: PlainChatOptions;
  readonly #effects: PlainEffect[] = [];
  readonly #rooms = new Map<string, PlainRoom>();
  /** Rooms whose joins were not answered yet, by the `ref` of the join. */
  readonly #joining = new Map<string, string>();
  readonly #ownLines: OwnLines;
  /** Lines that cannot be said yet: `pendingMax`, and what one more chunk of input holds. */
  readonly #waiting: string[] = [];
  #activeRoom: string | undefined;
  /** `undefined` until the server accepted us. */
  #nick: string | undefined;
  #isNickRefused = false;
  #nickTries = 0;
  #connection: ConnectionEvent["state"] | undefined;
  #hasRefusal = false;
  #endAt: number | undefined;
  #hasEnded = false;

  constructor(options: PlainChatOptions) {
    this.#options = options;
    // What a person typed is on their screen; a program wants to see its lines come back.
    this.#ownLines = new OwnLines(!options.isInteractive);
    options.rooms.forEach((room, index) => {
      this.#joining.set(firstRef(index), room);
    });
  }

  /** Whether more input should be read now. */
  get isTakingInput(): boolean {
    return this.#waiting.length < pendingMax && this.#endAt === undefined;
  }

  /** What to do next. Lines are given out one by one, as the client takes them. */
  pollEffect(now: number): PlainEffect | undefined {
    while (this.#effects.length === 0 && this.#canDoNext)
      this.#do(now, this.#waiting.shift() ?? "");
    if (this.#effects.length === 0) this.#endWhenDone();
    return this.#effects.shift();
  }

  /** Clock.now() when waiting for acknowledgements ends, or `undefined`. */
  pollTimeout(): number | undefined {
    return this.#hasEnded ? undefined : this.#endAt;
  }

  /** A line of input, sanitised. */
  handleLine(line: string): void {
    this.#waiting.push(line);
  }

  /** The input has ended, or somebody wants us to: at most `waitMs` for what is on its way. */
  handleInputEnd(now: number, waitMs: number = endWaitMs): void {
    this.#endAt = Math.min(this.#endAt ?? Number.POSITIVE_INFINITY, now + waitMs);
  }

  handleTimeout(now: number): void {
    if (this.#endAt === undefined || now < this.#endAt) return;
    const count = this.#undeliveredCount;
    const isIdle = count === 0 && this.#joining.size === 0;
    if (0 < count) this.#print(`-- ${undeliveredText(count)}`);
    else if (!isIdle) this.#print("-- the server did not answer");
    this.#end(isIdle ? this.#exitCode : this.#exitCodeInVain);
  }

  /** Something that was wanted cannot be done. */
  refuse(reason: string): void {
    this.#hasRefusal = true;
    this.#print(`-- ${reason}`);
  }

  /** The client did not take a line; the reason comes as an event. */
  handleRefusedSay(): void {
    this.#ownLines.handleRefused();
    this.#hasRefusal = true;
  }

  handleClientEvent(event: ClientEvent): void {
    switch (event.type) {
      case "connection":
        this.#handleConnection(event);
        break;
      case "ready":
        this.#handleReady(event);
        break;
      case "nick-refused":
        this.#handleRefusedNick(event.message, event.suggestion);
        break;
      case "entered":
        this.#handleEntered(event.room, event.nicks, event.ref);
        break;
      case "delayed":
        this.#print(`-- #${event.room}: ${delayedText(event.message)}`);
        break;
      case "reset":
        this.#print(`-- #${event.room}: ${resetText}`);
        break;
      case "exited":
        this.#handleExited(event.room);
        break;
      case "error":
        this.#handleError(event.message, event.ref);
        break;
      case "shutdown":
        this.#print(`-- the server is shutting down: ${event.reason}`);
        break;
      case "members":
        this.#rooms.get(event.room)?.handleMembers(event.nicks);
        break;
      case "joined":
      case "left":
        this.#handleMember(event);
        break;
      default:
        this.#handleLineEvent(event);
    }
  }

  #handleLineEvent(
    event: Extract<
      ClientEvent,
      { type: "said" | "damaged" | "pending" | "stored" | "failed" | "page" }
    >,
  ): void {
    switch (event.type) {
      case "said":
        this.#handleSaid(event.room, event.entry, event.isOwn);
        break;
      case "damaged": {
        const count = event.range.to - event.range.from + 1;
        this.#print(`-- ${countOf(count, "message")} missing here: history is damaged`);
        break;
      }
      case "pending":
        this.#ownLines.handlePending(event.id);
        break;
      case "stored":
        this.#ownLines.handleStored(event.id);
        break;
      case "failed":
        this.#ownLines.handleFailed(event.id);
        this.#hasRefusal = true;
        this.#print(`-- not sent: ${event.message}`);
        break;
      case "page":
        this.#handlePast(event.room, event.entries);
        break;
    }
  }

  get #undeliveredCount(): number {
    return this.#ownLines.unstoredCount + this.#waiting.length;
  }

  get #exitCode(): number {
    // A person has read why and could try again.
    return this.#hasRefusal && !this.#options.isInteractive ? 1 : 0;
  }

  /** No server was reached, or one was and did not take everything in time. */
  get #exitCodeInVain(): number {
    return this.#nick === undefined ? 2 : 3;
  }

  get #canSay(): boolean {
    // What follows a /join is meant for that room.
    if (this.#joining.has(chosenRef)) return false;
    const room = this.#rooms.get(this.#activeRoom ?? "");
    if (room === undefined) return this.#joining.size === 0;
    return !room.isPastMissing && this.#ownLines.unstoredCount < pendingMax;
  }

  /** A person's commands need no room; lines from a program keep their order. */
  get #canDoNext(): boolean {
    const next = this.#waiting[0];
    if (next === undefined || this.#hasEnded) return false;
    return this.#canSay || (this.#options.isInteractive && this.#read(next).type !== "say");
  }

  #endWhenDone(): void {
    if (this.#endAt === undefined || 0 < this.#waiting.length + this.#joining.size) return;
    if (!this.#ownLines.areAllDone) return;
    if ([...this.#rooms.values()].some((room) => room.isPastMissing)) return;
    this.#end(this.#exitCode);
  }

  #read(line: string): Input {
    if (!this.#options.isLiteral) return parseInput(line);
    return line.trim() === "" ? { type: "empty" } : { type: "say", text: line };
  }

  #do(now: number, line: string): void {
    const input = this.#read(line);
    if (input.type === "refused") this.refuse(input.reason);
    else if (input.type === "command") this.#run(now, input.name, input.arg);
    else if (input.type === "say") this.#say(input.text);
  }

  #say(text: string): void {
    if (this.#activeRoom === undefined) {
      this.refuse("not sent: join a room first with /join ROOM");
      return;
    }
    this.#ownLines.handleSaying();
    this.#effects.push({ type: "say", room: this.#activeRoom, text });
  }

  #run(now: number, name: CommandName, arg: string): void {
    switch (name) {
      case "help":
        for (const line of commandHelp(arg)) this.#print(`-- ${line}`);
        break;
      case "join":
        this.#join(arg);
        break;
      case "leave": {
        const room = arg === "" ? this.#activeRoom : roomName(arg);
        if (room === undefined) this.#print("-- you are in no room");
        else this.#effects.push({ type: "leave", room });
        break;
      }
      case "members":
        this.#print(`-- ${membersText(this.#rooms.get(this.#activeRoom ?? "")?.members ?? [])}`);
        break;
      case "rooms":
        this.#print(`-- ${roomsText([...this.#rooms.keys()])}`);
        break;
      case "nick":
        this.#changeNick(arg);
        break;
      case "servers":
        this.#print("-- start earshot again to choose another server");
        break;
      case "quit":
        this.handleInputEnd(now);
        break;
      default:
        this.#print(`-- /${name} is for the full screen`);
    }
  }

  #join(arg: string): void {
    const room = roomName(arg);
    if (!this.#rooms.has(room)) {
      this.#joining.set(chosenRef, room);
      this.#effects.push({ type: "join", room, ref: chosenRef });
      return;
    }
    this.#activeRoom = room;
    this.#print(`-- talking in #${room} now`);
  }

  #changeNick(nick: string): void {
    if (this.#isNickRefused) this.#effects.push({ type: "change-nick", nick });
    else this.#print(`-- you are ${this.#nick ?? "nobody yet"}; changing it comes with accounts`);
  }

  #handleConnection({ state, reason }: ConnectionEvent): void {
    if (state === this.#connection) return;
    this.#connection = state;
    const why = reason === undefined ? "" : ` (${reason})`;
    if (state === "reconnecting") this.#print(`-- connection lost${why}, reconnecting`);
    if (state !== "closed") return;
    this.#print(`-- connection closed${why}`);
    this.#end(0 < this.#undeliveredCount && this.#endAt !== undefined ? 3 : 1);
  }

  #handleReady({ server, nick, isFirstVisit }: Extract<ClientEvent, { type: "ready" }>): void {
    const isFirst = this.#nick === undefined;
    this.#nick = nick;
    this.#isNickRefused = false;
    this.#print(`-- connected to ${server.name} as ${nick}`);
    if (isFirstVisit) this.#print(`-- ${firstVisitText(server.name, server.id)}`);
    for (const [index, room] of isFirst ? this.#options.rooms.entries() : []) {
      this.#effects.push({ type: "join", room, ref: firstRef(index) });
    }
  }

  #handleRefusedNick(message: string, suggestion: string | undefined): void {
    this.#nickTries += 1;
    if (suggestion !== undefined && this.#nickTries <= nickTriesMax) {
      this.#print(`-- ${message}: taking ${suggestion}`);
      this.#effects.push({ type: "change-nick", nick: suggestion });
    } else if (this.#options.isInteractive) {
      this.#isNickRefused = true;
      this.#print(`-- ${message}: choose another with /nick NAME`);
    } else {
      this.#print(`-- ${message}`);
      this.#end(1);
    }
  }

  #handleEntered(name: string, nicks: readonly string[], ref: string | undefined): void {
    for (const [joinRef, room] of this.#joining) {
      if (joinRef === ref || roomName(room) === name) this.#joining.delete(joinRef);
    }
    const known = this.#rooms.get(name);
    const room = known ?? new PlainRoom(nicks);
    if (known === undefined) {
      this.#rooms.set(name, room);
      this.#print(`-- entered #${name}, ${countOf(nicks.length, "member")}`);
    } else known.handleMembers(nicks);
    // An answer that was on its way when the connection was lost has to be asked for again.
    if (room.isPastMissing) {
      this.#effects.push({ type: "history", room: name, limit: pastLines, ref: pastRef(name) });
    }
    if (ref === chosenRef || this.#activeRoom === undefined) this.#activeRoom = name;
  }

  #handleExited(name: string): void {
    this.#rooms.delete(name);
    this.#ownLines.handleExited();
    this.#print(`-- left #${name}`);
    if (this.#activeRoom === name) this.#activeRoom = this.#rooms.keys().next().value;
  }

  #handleError(message: string, ref: string | undefined): void {
    const past = [...this.#rooms.keys()].find((name) => ref === pastRef(name));
    if (past !== undefined) {
      this.#print(`-- the past cannot be shown: ${message}`);
      this.#handlePast(past, []);
      return;
    }
    this.refuse(message);
    if (ref === undefined || !this.#joining.delete(ref)) return;
    const isHopeless = this.#joining.size === 0 && this.#rooms.size === 0;
    if (isHopeless && !this.#options.isInteractive) this.#end(1);
  }

  #handleMember(event: MemberEvent): void {
    const { nick, room: name } = event;
    const room = this.#rooms.get(name);
    if (event.type === "joined") room?.handleJoined(nick);
    else room?.handleLeft(nick);
    if (nick === this.#nick) return;
    const where = name === this.#activeRoom ? "" : ` #${name}`;
    this.#print(`-- ${memberText(event)}${where}`);
  }

  #handleSaid(name: string, entry: Entry, isOwn: boolean): void {
    this.#ownLines.handleTold(entry.id);
    const room = this.#rooms.get(name);
    // What a person typed is on their screen already.
    if (isOwn && this.#options.isInteractive) return;
    this.#printEntries(name, room === undefined ? [entry] : room.handleSaid(entry));
  }

  #handlePast(name: string, entries: readonly Entry[]): void {
    this.#printEntries(name, this.#rooms.get(name)?.handlePast(entries) ?? []);
  }

  #printEntries(room: string, entries: readonly Entry[]): void {
    const where = room === this.#activeRoom ? "" : `#${room} `;
    const { timeFormat } = this.#options;
    for (const entry of entries) this.#print(entryText(entry, where, timeFormat));
  }

  #print(line: string): void {
    if (!this.#hasEnded) this.#effects.push({ type: "print", line });
  }

  #end(exitCode: number): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#effects.push({ type: "end", exitCode });
  }
}

function firstRef(index: number): string {
  return `first ${index}`;
}

function pastRef(room: string): string {
  return `past ${room}`;
}
