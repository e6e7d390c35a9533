import type { Secret } from "../base/secret.ts";
import type { AccountAction } from "../room/account-action.ts";
import type { ClientEvent } from "../room/client-port.ts";
import { accountText, lockedRef, type PasswordPurpose } from "./account-text.ts";
import { commandHelp, type Input, parseInput } from "./command.ts";
import { commandAction, type ScreenCommand } from "./command-action.ts";
import { countOf } from "./count-text.ts";
import { isFileNews } from "./file-news.ts";
import { OwnLines } from "./own-lines.ts";
import type { PlainChatOptions } from "./plain-chat-options.ts";
import type { PlainEffect } from "./plain-effect.ts";
import { PlainEntry } from "./plain-entry.ts";
import { PlainPassword } from "./plain-password.ts";
import { PlainPlace } from "./plain-place.ts";
import { PlainRooms } from "./plain-rooms.ts";
import { forgottenText } from "./room-command.ts";
import { delayedText, resetText } from "./room-events.ts";
import { firstVisitLines } from "./trust.ts";
import { undeliveredText } from "./undelivered.ts";

/** Lines said and not stored yet; the next ones wait, and when as many wait, reading pauses. */
export const pendingMax = 1_000;

/** Suggested nicknames that are tried before giving up. */
export const nickTriesMax = 5;

/** `ref` of what is asked about the account, one thing at a time. */
export const accountRef = "account";

/** After the end of the input what was said gets this long to be acknowledged. */
export const endWaitMs = 10_000;

type ConnectionEvent = Extract<ClientEvent, { type: "connection" }>;

/** Chat as lines in and lines out: the same commands as on the full screen, no terminal needed. */
export class PlainChat {
  readonly #options: PlainChatOptions;
  readonly #effects: PlainEffect[] = [];
  readonly #place = new PlainPlace();
  readonly #rooms: PlainRooms;
  readonly #ownLines: OwnLines;
  /** Lines that cannot be said yet: `pendingMax`, and what one more chunk of input holds. */
  readonly #waiting: string[] = [];
  readonly #password = new PlainPassword();
  readonly #entry = new PlainEntry();
  #isAccountAsked = false;
  #isAccepted = false;
  #isNickRefused = false;
  #nickTries = 0;
  #hasRefusal = false;
  #endAt: number | undefined;
  #hasEnded = false;

  constructor(options: PlainChatOptions) {
    this.#options = options;
    // What a person typed is on their screen; a program wants to see its lines come back.
    this.#ownLines = new OwnLines(!options.isInteractive);
    this.#rooms = new PlainRooms({
      ...options,
      place: this.#place,
      emit: (effect) => this.#emit(effect),
      onRefused: (reason) => this.refuse(reason),
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
    const isIdle = count === 0 && this.#rooms.joiningCount === 0 && !this.#isAccountBusy;
    if (0 < count) {
      const keptCount = Math.min(count, this.#options.keptCount?.() ?? 0);
      this.#print(`-- ${undeliveredText({ count, keptCount })}`);
    } else if (!isIdle) this.#print("-- the server did not answer");
    this.#end(isIdle ? this.#exitCode : this.#exitCodeInVain);
  }

  /** The password that was asked for; `undefined` when it was broken off. */
  handlePassword(password: Secret | undefined): void {
    const outcome = this.#password.handleTyped(password);
    const action = outcome?.type === "action" ? outcome.action : undefined;
    const freeNick = this.#entry.handleTyped(action);
    if (freeNick !== undefined) this.#emit({ type: "change-nick", nick: freeNick });
    else if (outcome?.type === "action") this.#askNow(outcome.action);
    else if (outcome?.type === "question") this.#emit({ ...outcome, type: "ask-password" });
    else if (outcome !== undefined) this.#giveUp(outcome.reason);
  }

  /** It could not be asked for. */
  handleUnaskedPassword(reason: string): void {
    if (this.#entry.isAsking) this.handlePassword(undefined);
    this.#password.forget();
    this.#giveUp(reason);
  }

  /** Something that was wanted cannot be done. */
  refuse(reason: string): void {
    this.#hasRefusal = true;
    this.#print(`-- ${reason}`);
  }

  /** The client did not take a line; the reason comes as an event. */
  handleRefusedPost(): void {
    this.#ownLines.handleRefused();
    this.#hasRefusal = true;
  }

  handleClientEvent(event: ClientEvent): void {
    const { connection, isKnown } = this.#place;
    this.#place.handleEvent(event);
    switch (event.type) {
      case "connection":
        if (event.state !== connection) this.#handleConnection(event);
        break;
      case "remembered":
        if (!isKnown) this.#rooms.handleRemembered(event);
        break;
      case "ready":
        this.#handleReady(event);
        break;
      case "nick-refused":
        this.#handleRefusedNick(event);
        break;
      case "entered":
        this.#rooms.handleEntered(event);
        if (event.ref === lockedRef) {
          this.#askPassword({ type: "set-room-password", room: event.room });
        }
        break;
      case "delayed":
        this.#print(`-- #${event.room}: ${delayedText(event.message)}`);
        break;
      case "reset":
        if (event.isFar) this.#rooms.handleFar(event.room);
        else this.#print(`-- #${event.room}: ${resetText}`);
        break;
      case "exited":
        this.#ownLines.handleExited();
        this.#rooms.handleExited(event.room);
        break;
      case "error":
        this.#handleError(event);
        break;
      case "members":
        this.#rooms.handleMembers(event);
        break;
      case "joined":
      case "left":
      case "split":
      case "changed":
      case "typing":
        this.#rooms.handleMember(event);
        break;
      case "removed":
        this.#ownLines.handleExited();
        this.#rooms.handleSocial(event);
        break;
      case "asked":
      case "answered":
      case "invited":
      case "memory":
      case "renamed":
      case "identified":
      case "notice":
      case "answer":
      case "shutdown":
        this.#rooms.handleSocial(event);
        break;
      case "account":
        this.#handleAccount(event);
        break;
      case "link":
      case "progress":
        // Whoever wants to know asks with /status and /seen.
        break;
      default:
        if (isFileNews(event)) this.#rooms.handleFiles(event);
        else this.#handleLineEvent(event);
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
        this.#ownLines.handleTold(event.entry.id);
        this.#rooms.handleSaid(event);
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
        this.#ownLines.handleFailed(event);
        this.#hasRefusal = true;
        this.#print(`-- not sent: ${event.message}`);
        break;
      case "page":
        this.#rooms.handlePage(event);
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
    return this.#isAccepted ? 3 : 2;
  }

  get #canSay(): boolean {
    return this.#rooms.isReady && this.#ownLines.unstoredCount < pendingMax;
  }

  /** A person's commands need no room; lines from a program keep their order. */
  get #canDoNext(): boolean {
    const next = this.#waiting[0];
    if (next === undefined || this.#hasEnded || this.#isAccountBusy) return false;
    return this.#canSay || (this.#options.isInteractive && this.#read(next).type !== "say");
  }

  /** What comes behind a question about the account may need its answer. */
  get #isAccountBusy(): boolean {
    return this.#password.isAsked || this.#isAccountAsked;
  }

  #endWhenDone(): void {
    if (this.#isAccountBusy) return;
    if (this.#endAt === undefined || 0 < this.#waiting.length + this.#rooms.joiningCount) return;
    if (!this.#ownLines.areAllDone) return;
    if (this.#rooms.isPastMissing) return;
    this.#end(this.#exitCode);
  }

  #read(line: string): Input {
    if (!this.#options.isLiteral) return parseInput(line);
    return line.trim() === "" ? { type: "empty" } : { type: "say", text: line };
  }

  #do(now: number, line: string): void {
    const input = this.#read(line);
    if (input.type === "refused") this.refuse(input.reason);
    else if (input.type === "command") this.#command(now, input);
    else if (input.type === "say") this.#rooms.say(input.text);
  }

  #command(now: number, { name, arg }: Extract<Input, { type: "command" }>): void {
    const action = commandAction(name, arg, this.#rooms.context);
    if (action.type === "screen") this.#run(now, action.name, action.arg);
    else if (action.type === "account") this.#askNow(action.action);
    else if (action.type === "password") this.#askPassword(action.purpose);
    else this.#rooms.perform(action);
  }

  #askPassword(purpose: PasswordPurpose): void {
    this.#emit({ type: "ask-password", question: this.#password.ask(purpose) });
  }

  /** Nothing comes of what was wanted, which may have been the only room. */
  #giveUp(reason: string): void {
    this.refuse(reason);
    if (this.#rooms.isHopeless && !this.#options.isInteractive) this.#end(1);
  }

  /** Who has logged in while coming enters the rooms as who they are. */
  #handleAccountDone(): void {
    this.#isAccountAsked = false;
    const rooms = this.#entry.handleDone();
    if (rooms !== undefined) this.#rooms.joinFirst(rooms);
  }

  #handleAccount({ result }: Extract<ClientEvent, { type: "account" }>): void {
    this.#handleAccountDone();
    for (const line of accountText(result, this.#options.timeFormat)) this.#print(`-- ${line}`);
    if (result.type === "room-opened") this.#rooms.joinAgain(result.room);
  }

  #askNow(action: AccountAction): void {
    this.#isAccountAsked = true;
    this.#emit({ type: "account", action });
  }

  #run(now: number, name: ScreenCommand, arg: string): void {
    switch (name) {
      case "help":
        for (const line of commandHelp(arg)) this.#print(`-- ${line}`);
        break;
      case "members":
        this.#rooms.printMembers();
        break;
      case "rooms":
        this.#rooms.printRooms();
        break;
      case "status":
        for (const line of this.#place.lines) this.#print(`-- ${line}`);
        break;
      case "nick":
        this.#changeNick(arg);
        break;
      case "servers":
        this.#print("-- start earshot again to choose another server");
        break;
      case "forget":
        this.#emit({ type: "forget" });
        this.#print(`-- ${forgottenText}`);
        break;
      case "retry":
        this.#retry();
        break;
      case "quit":
        this.handleInputEnd(now);
        break;
      default:
        this.#print(`-- /${name} is for the full screen`);
    }
  }

  #retry(): void {
    const { room = "" } = this.#rooms.context;
    const bodies = this.#ownLines.takeFailed(room);
    if (bodies.length === 0) this.refuse("nothing that you said here was refused");
    for (const body of bodies) this.#emit({ type: "post", room, body });
  }

  #changeNick(nick: string): void {
    if (this.#isNickRefused) this.#effects.push({ type: "change-nick", nick });
    else this.#rooms.perform({ type: "ask", question: { type: "rename", nick } });
  }

  #handleConnection({ state, reason }: ConnectionEvent): void {
    const why = reason === undefined ? "" : ` (${reason})`;
    if (state === "reconnecting") this.#print(`-- connection lost${why}, reconnecting`);
    if (state !== "closed") return;
    this.#print(`-- connection closed${why}`);
    this.#end(0 < this.#undeliveredCount && this.#endAt !== undefined ? 3 : 1);
  }

  #handleReady(ready: Extract<ClientEvent, { type: "ready" }>): void {
    const { server, nick, isFirstVisit } = ready;
    this.#isNickRefused = false;
    this.#print(`-- connected to ${server.name} as ${nick}`);
    const { accountLostText: lost } = this.#place;
    if (lost !== undefined) this.#print(`-- ${lost}`);
    if (isFirstVisit) this.#print(`-- ${firstVisitLines(server.name, server.id).join(" ")}`);
    this.#rooms.handleReady(ready, !this.#isAccepted && !this.#entry.isComing);
    this.#isAccepted = true;
    const login = this.#entry.handleReady(ready.rooms);
    if (login !== undefined) this.#askNow(login);
  }

  #handleRefusedNick({
    code,
    message,
    suggestion,
  }: Extract<ClientEvent, { type: "nick-refused" }>): void {
    this.#nickTries += 1;
    const { isInteractive, nick } = this.#options;
    const isOurs = code === "nickname-registered" && isInteractive && this.#nickTries === 1;
    if (suggestion !== undefined && isOurs) {
      this.#print(`-- ${message}: its password, or none to be ${suggestion}`);
      this.#entry.handleAsked(suggestion);
      this.#askPassword({ type: "login", nick });
    } else if (suggestion !== undefined && this.#nickTries <= nickTriesMax) {
      this.#print(`-- ${message}: taking ${suggestion}`);
      if (code === "nickname-registered") this.#print("-- if that is you: /login NICK");
      this.#effects.push({ type: "change-nick", nick: suggestion });
    } else if (isInteractive) {
      this.#isNickRefused = true;
      this.#print(`-- ${message}: choose another with /nick NAME`);
    } else {
      this.#print(`-- ${message}`);
      this.#end(1);
    }
  }

  #handleError({ code, message, ref, room }: Extract<ClientEvent, { type: "error" }>): void {
    if (ref === accountRef) {
      this.#handleAccountDone();
      this.#giveUp(message);
      return;
    }
    if (this.#rooms.handleError(message, ref)) return;
    const isJoin = this.#rooms.forgetJoin(ref);
    if (isJoin && code === "password-needed" && room !== undefined) {
      this.#askPassword({ type: "open-room", room });
    } else if (isJoin) this.#giveUp(message);
    else this.refuse(message);
  }

  #print(line: string): void {
    this.#emit({ type: "print", line });
  }

  #emit(effect: PlainEffect): void {
    if (this.#hasEnded) return;
    if (effect.type === "post") this.#ownLines.handleSaying();
    this.#effects.push(effect);
  }

  #end(exitCode: number): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#effects.push({ type: "end", exitCode });
  }
}
