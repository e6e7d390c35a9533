import { assertNever } from "../base/assert.ts";
import type { ErrorCode } from "../base/errors.ts";
import { fingerprintOf } from "../base/fingerprint.ts";
import type { InputLine } from "../base/line-splitter.ts";
import type { AccountAction } from "../room/account-action.ts";
import type { ClientEvent, ClientPort } from "../room/client-port.ts";
import { textBytesOf } from "../room/client-post.ts";
import { outboxBytesMax, requestsWaitingMax } from "../room/limits.ts";
import type { LinkQuality } from "../room/link-meter.ts";
import type { PostBody } from "../room/message-log.ts";
import {
  accountActionOf,
  accountFields,
  type BotAccountRequest,
  type BotPasswords,
} from "./bot-account.ts";
import { answerFields, type BotEvent, news } from "./bot-event.ts";
import { takingEvent, transferEvent } from "./bot-files.ts";
import { type BotRef, type BotRequest, parseBotRequest } from "./bot-protocol.ts";
import { exitCodeOf, exitCodes } from "./exit-code.ts";

/** No more input is read while texts of so many bytes wait: with one more the client is not full. */
export const bytesPendingMax: number = outboxBytesMax / 2;

/** How long the server may take to accept us, and to answer what is open when the input has ended. */
export const answerWaitMs = 10_000;

/** A request that has no answer yet. */
interface Pending {
  readonly ref?: BotRef | undefined;
  /** Of its text. */
  readonly bytes?: number;
  /** Nobody asked for it on the input, so nobody expects an `ok`. */
  readonly isSilent?: boolean;
  /** Enters that room, whose password was not proven yet. */
  readonly joins?: string;
}

/** What a bot session is told at its start. */
export interface BotSessionOptions {
  /** Rooms to enter at once. */
  readonly rooms: readonly string[];
  readonly passwords: BotPasswords;
  /** Takes an event; fields that are `undefined` are not there. */
  readonly write: (event: BotEvent) => void;
}

type State =
  /** `deadline` is for the server to accept us. */
  | { readonly type: "starting"; readonly deadline: number }
  | { readonly type: "running" }
  /** The input has ended; `deadline` is for what has no answer yet. */
  | { readonly type: "ending"; readonly deadline: number }
  | { readonly type: "ended"; readonly exitCode: number };

/**
 * The bot contract as a machine: requests and client events in, events out through `write`. It
 * answers every request exactly once, and ends when the input has ended, all is answered, and what we
 * said has come back.
 */
export class BotSession {
  readonly #client: ClientPort;
  readonly #write: (event: BotEvent) => void;
  readonly #passwords: BotPasswords;
  /** What waits for the server to accept us; each is one of `#pending`. */
  readonly #early: { readonly action: AccountAction; readonly clientRef: string }[] = [];
  readonly #pending = new Map<string, Pending>();
  #pendingBytes = 0;
  /** Rooms of our lines that did not come back as `said` yet, by id. */
  readonly #unheard = new Map<string, string>();
  #requestCount = 0;
  #quit: { readonly ref: BotRef | undefined } | undefined;
  /** What the server calls us; `undefined` until it has accepted us. */
  #nick: string | undefined;
  /** How the way to the server is, where that is known. */
  #quality: LinkQuality | undefined;
  #state: State;

  /** Asks for the rooms of the command line at once. */
  constructor(now: number, client: ClientPort, options: BotSessionOptions) {
    this.#client = client;
    this.#write = options.write;
    this.#passwords = options.passwords;
    this.#state = { type: "starting", deadline: now + answerWaitMs };
    for (const room of options.rooms) this.#join(room, { isSilent: true });
  }

  /** Set when the bot is through. */
  get exitCode(): number | undefined {
    return this.#state.type === "ended" ? this.#state.exitCode : undefined;
  }

  /** Whether to stop reading input until something is answered. */
  get isSaturated(): boolean {
    const waiting = Math.max(this.#pending.size, this.#unheard.size);
    return requestsWaitingMax <= waiting || bytesPendingMax <= this.#pendingBytes;
  }

  handleLine(now: number, line: InputLine): void {
    if (this.#state.type === "ending" || this.#state.type === "ended") return;
    if (line.type === "too-long") {
      this.#refuse(undefined, "request-invalid", "the line is longer than any request can be");
    } else if (line.text.trim() !== "") {
      this.#handleRequest(now, parseBotRequest(line.text));
    }
  }

  handleInputEnd(now: number): void {
    if (this.#state.type === "ending" || this.#state.type === "ended") return;
    this.#state = { type: "ending", deadline: now + answerWaitMs };
    this.#endWhenAnswered();
  }

  /** Somebody stops the bot: what was asked for is still answered, the server is not waited for. */
  handleStop(now: number): void {
    if (this.#state.type === "ended") return;
    const isIdle = [...this.#pending.values()].every(({ isSilent }) => isSilent);
    if (isIdle && this.#unheard.size === 0 && this.#quit === undefined) this.#end(exitCodes.ok);
    else this.handleInputEnd(now);
  }

  handleEvent(event: ClientEvent): void {
    if (this.#state.type === "ended") return;
    this.#tell(event);
    this.#endWhenAnswered();
  }

  /** When `handleTimeout` wants to be called. */
  pollTimeout(): number | undefined {
    return "deadline" in this.#state ? this.#state.deadline : undefined;
  }

  handleTimeout(now: number): void {
    const deadline = this.pollTimeout();
    if (deadline === undefined || now < deadline) return;
    const seconds = answerWaitMs / 1_000;
    if (this.#nick === undefined) {
      this.#refuse(undefined, "no-server", `the server did not answer within ${seconds} s`);
      this.#end(exitCodes.noServer);
    } else this.#end(this.#pending.size === 0 ? exitCodes.ok : exitCodes.notDelivered);
  }

  #handleRequest(now: number, request: BotRequest): void {
    const { ref } = request;
    switch (request.type) {
      case "join":
        this.#join(request.room, { ref }, request.invitation);
        break;
      case "leave":
        this.#client.leave(request.room, this.#expect({ ref }));
        break;
      case "members":
        this.#client.members(request.room, this.#expect({ ref }));
        break;
      case "history":
        this.#client.history(request.room, request.range, this.#expect({ ref }));
        break;
      case "post":
        this.#post(request.room, request.body, ref);
        break;
      case "question":
        this.#client.ask(request.question, this.#expect({ ref }));
        break;
      case "file":
        this.#client.file(request.action, this.#expect({ ref }));
        break;
      case "account":
        this.#account(request.request, ref);
        break;
      case "typing":
        this.#client.typing(request.room, request.state);
        this.#write({ type: "ok", ref });
        break;
      case "read":
        this.#client.read(request.room, request.sequence, request.ordinal);
        this.#write({ type: "ok", ref });
        break;
      case "link":
        this.#write({ type: "ok", ref, ...this.#quality, ...this.#client.traffic });
        break;
      case "quit":
        this.#quit = { ref };
        this.handleInputEnd(now);
        break;
      case "invalid":
        this.#refuse(ref, "request-invalid", request.message);
        break;
      default:
        assertNever(request);
    }
  }

  #account(request: BotAccountRequest, ref: BotRef | undefined): void {
    const action = accountActionOf(request, this.#passwords);
    if (typeof action === "string") {
      this.#refuse(ref, "argument-invalid", action);
      return;
    }
    const clientRef = this.#expect({ ref });
    if (this.#nick === undefined) this.#early.push({ action, clientRef });
    else this.#client.account(action, clientRef);
  }

  #post(room: string, body: PostBody, ref: BotRef | undefined): void {
    this.#client.post(room, body, this.#expect({ ref, bytes: textBytesOf(body) }));
  }

  #tell(event: ClientEvent): void {
    switch (event.type) {
      case "connection":
        this.#handleConnection(event);
        break;
      case "ready":
        this.#handleReady(event);
        break;
      case "nick-refused":
        this.#handleNickRefused(event);
        break;
      case "entered":
        this.#handleEntered(event);
        break;
      case "exited":
        this.#handleExited(event);
        break;
      case "stored":
      case "page":
      case "members":
      case "answer":
        this.#answer(event.ref, answerFields(event));
        break;
      case "pending":
        this.#unheard.set(event.id, event.room);
        break;
      case "failed":
        this.#unheard.delete(event.id);
        this.#refuse(this.#take(event.ref)?.ref, event.code, event.message);
        break;
      case "error":
        this.#handleError(event);
        break;
      case "said":
        this.#unheard.delete(event.entry.id);
        this.#write(news(event));
        break;
      case "account":
        this.#handleAccount(event);
        break;
      case "file":
      case "transfer":
      case "taking":
        this.#tellFiles(event);
        break;
      case "renamed":
        this.#nick = event.nick;
        this.#write(news(event));
        break;
      // Ours may be among the lines that are gone, in a room that was lost or a log that is another.
      case "removed":
      case "damaged":
      case "reset":
        this.#forgetUnheard(event.room);
        this.#write(news(event));
        break;
      case "link":
        // It changes often and means nothing to most programs: who wants to know asks.
        this.#quality = { rttMs: event.rttMs, lossShare: event.lossShare };
        break;
      case "remembered":
        // A bot is where it was told to be, and asks for the past that it wants.
        break;
      default:
        this.#write(news(event));
    }
  }

  #tellFiles(event: ClientEvent & { readonly type: "file" | "transfer" | "taking" }): void {
    if (event.type === "file") this.#answer(event.ref, { id: event.offer });
    else if (event.type === "taking") this.#write(takingEvent(event));
    else this.#write(transferEvent(event.transfer));
  }

  #join(room: string, pending: Pending, invitation?: string): void {
    this.#client.join(room, this.#expect({ ...pending, joins: room }), invitation);
  }

  /** A room whose password we were given is opened with it, and joined again. */
  #handleError({ ref, code, message }: ClientEvent & { readonly type: "error" }): void {
    const pending = this.#take(ref);
    const room = code === "password-needed" ? pending?.joins : undefined;
    const password = this.#passwords.room;
    if (room === undefined || password === undefined) this.#refuse(pending?.ref, code, message);
    else this.#client.account({ type: "open-room", room, password }, this.#expect({ ...pending }));
  }

  #handleAccount({ ref, result }: ClientEvent & { readonly type: "account" }): void {
    const joined = ref === undefined ? undefined : this.#pending.get(ref)?.joins;
    if (joined === undefined) {
      this.#answer(ref, accountFields(result));
      return;
    }
    const { joins: _joins, ...pending } = this.#take(ref) ?? {};
    this.#client.join(joined, this.#expect(pending));
  }

  #handleConnection(event: ClientEvent & { readonly type: "connection" }): void {
    const { state, reason, failure } = event;
    this.#quality = undefined;
    if (state === "connecting") return;
    this.#write({ type: "connection", state, reason });
    if (state !== "closed") return;
    if (failure === undefined) {
      this.#end(exitCodes.refused);
      return;
    }
    this.#refuse(undefined, failure.code, failure.message);
    this.#end(exitCodeOf(failure.code));
  }

  #handleReady(event: ClientEvent & { readonly type: "ready" }): void {
    const { server, nick, own, rooms } = event;
    this.#nick = nick;
    if (this.#state.type === "starting") this.#state = { type: "running" };
    for (const { action, clientRef } of this.#early.splice(0)) {
      this.#client.account(action, clientRef);
    }
    const { name, id } = server;
    const fingerprint = fingerprintOf(id);
    this.#write({
      ...{ type: "ready", server: name, serverId: id, fingerprint, nick },
      ...own,
      rooms,
    });
  }

  /** A bot is known by its nickname, so it takes no other by itself. */
  #handleNickRefused(event: ClientEvent & { readonly type: "nick-refused" }): void {
    const { code, message, suggestion } = event;
    this.#write({ type: "error", code, message, suggestion });
    this.#end(exitCodes.refused);
  }

  /** A room that is entered again after a reconnect was not left, so there is nothing to tell. */
  #handleEntered(event: ClientEvent & { readonly type: "entered" }): void {
    if (event.ref === undefined || !this.#pending.has(event.ref)) return;
    this.#write({ type: "joined", room: event.room, nick: this.#nick });
    this.#answer(event.ref, answerFields(event));
  }

  #handleExited(event: ClientEvent & { readonly type: "exited" }): void {
    this.#forgetUnheard(event.room);
    this.#write({ type: "left", room: event.room, nick: this.#nick, reason: "left" });
    this.#answer(event.ref, answerFields(event));
  }

  #forgetUnheard(room: string): void {
    for (const [id, other] of this.#unheard) if (other === room) this.#unheard.delete(id);
  }

  /** The reference for the client, by which the answer is known. */
  #expect(pending: Pending): string {
    this.#requestCount += 1;
    const clientRef = String(this.#requestCount);
    this.#pending.set(clientRef, pending);
    this.#pendingBytes += pending.bytes ?? 0;
    return clientRef;
  }

  /** Forgets that the request is open; `undefined` when it was answered before or never asked. */
  #take(clientRef: string | undefined): Pending | undefined {
    if (clientRef === undefined) return undefined;
    const pending = this.#pending.get(clientRef);
    this.#pending.delete(clientRef);
    this.#pendingBytes -= pending?.bytes ?? 0;
    return pending;
  }

  #answer(clientRef: string | undefined, fields: Readonly<Record<string, unknown>>): void {
    const pending = this.#take(clientRef);
    if (pending === undefined || pending.isSilent) return;
    this.#write({ type: "ok", ref: pending.ref, ...fields });
  }

  #refuse(ref: BotRef | undefined, code: ErrorCode, message: string): void {
    this.#write({ type: "error", ref, code, message });
  }

  #endWhenAnswered(): void {
    if (this.#state.type !== "ending" || this.#nick === undefined) return;
    if (0 < this.#pending.size + this.#unheard.size) return;
    if (this.#quit !== undefined) this.#write({ type: "ok", ref: this.#quit.ref });
    this.#end(exitCodes.ok);
  }

  /** What has no answer by now gets none from the server. */
  #end(exitCode: number): void {
    for (const { ref, isSilent } of this.#pending.values()) {
      if (!isSilent) this.#refuse(ref, "connection-lost", "the bot ended before it was answered");
    }
    this.#state = { type: "ended", exitCode };
  }
}
