import { assertNever } from "../base/assert.ts";
import type { EarshotError, ErrorCode } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import type { CloseReason } from "../transport/endpoint-port.ts";
import { backOff } from "./back-off.ts";
import type { ClientEffect } from "./client-effect.ts";
import type { SessionNews } from "./client-news.ts";
import type {
  EarlierVisit,
  HistoryRange,
  ServerLocation,
  ShownKey,
  Verdict,
} from "./client-port.ts";
import type { PostOptions } from "./client-posts.ts";
import type { Question } from "./client-question.ts";
import { ClientSession } from "./client-session.ts";
import { closePhrase } from "./close-phrase.ts";
import { decodeServerMessage, encodeCbor } from "./codec.ts";
import type { ConnectionCall } from "./connection-call.ts";
import { channels, closeCodes, greetingMs, tokenBytes } from "./limits.ts";
import type { ClientMessage, Reply } from "./message.ts";
import type { PostBody } from "./message-log.ts";
import type { Refusal, Welcome } from "./message-session.ts";

/** Answers to a hello after which another nickname may be tried. */
const nickCodes: readonly ErrorCode[] = [
  "nickname-invalid",
  "nickname-registered",
  "nickname-taken",
];

export interface ChatClientOptions {
  readonly nick: string;
  /**
   * Whether to go on under the name that the server suggests when somebody took ours while the
   * connection was lost; else that is `nick-refused` too. Default `true`.
   */
  readonly takesSuggestion?: boolean;
  /** Name and version of the program, told to the server. */
  readonly program: string;
  readonly random: Random;
}

type ClientState =
  /** Not started yet. */
  | { readonly type: "idle" }
  | { readonly type: "waiting"; readonly retryAt: number }
  | { readonly type: "resolving" }
  | { readonly type: "connecting" }
  /** The owner is asked about the key. */
  | ({ readonly type: "judging"; readonly isConnected: boolean } & ShownKey)
  /** The hello was sent. */
  | { readonly type: "greeting"; readonly deadline: number }
  /** The nickname was refused; the server may have closed the connection meanwhile. */
  | { readonly type: "refused"; readonly isConnected: boolean }
  | { readonly type: "open" }
  | { readonly type: "closing"; readonly failure?: EarshotError }
  | { readonly type: "closed" };

/** The hello's own number; other requests count from 1. */
const helloRef = 0;

/**
 * The client's side of the room protocol, without I/O: connects, connects again for ever after a
 * loss, and gets its nickname. What is said and heard behind that is its `ClientSession`.
 */
export class ChatClient {
  /** Messages from the server that made no sense and were dropped. */
  droppedCount = 0;
  readonly #random: Random;
  readonly #program: string;
  readonly #takesSuggestion: boolean;
  readonly #session: ClientSession;
  #nick: string;
  /** The first server that welcomed us: what is said is meant for it and no other. */
  #serverId: string | undefined;
  /**
   * Made here, not by the server: when the answer to the first hello is lost, the name still comes
   * back to us and not to a ghost of ourselves.
   */
  #token: Uint8Array;
  /** The server's key, once the owner has accepted it. From then on nothing is told to any other. */
  #serverKey: Uint8Array | undefined;
  #isFirstVisit = false;
  #state: ClientState = { type: "idle" };
  /** Connections that were lost or did not come about since we were last accepted. */
  #failures = 0;
  #wasOpen = false;
  #effects: ClientEffect[] = [];

  constructor(options: ChatClientOptions) {
    this.#random = options.random;
    this.#program = options.program;
    this.#takesSuggestion = options.takesSuggestion ?? true;
    this.#nick = options.nick;
    this.#token = options.random.bytes(tokenBytes);
    this.#session = new ClientSession(options.random, {
      send: (request, channel) => this.#send(request, channel),
      tell: (event) => this.#tell(event),
      rename: (nick) => {
        this.#nick = nick;
      },
    });
  }

  /** Lines said and not yet stored. */
  get pendingCount(): number {
    return this.#session.pendingCount;
  }

  get isClosed(): boolean {
    return this.#state.type === "closed";
  }

  join(room: string, ref?: string, invitation?: string): void {
    if (!this.#isEnding) this.#session.join(room, ref, invitation);
  }

  leave(room: string, ref?: string): void {
    if (!this.#isEnding) this.#session.leave(room, ref);
  }

  /** Gives the id of the entry, or `undefined` when it was refused. */
  post(room: string, body: PostBody, options: PostOptions): string | undefined {
    return this.#isEnding ? undefined : this.#session.post(room, body, options);
  }

  /** Posts a message. */
  say(room: string, text: string, at: number, ref?: string): string | undefined {
    return this.post(room, { type: "message", text }, { at, ref });
  }

  ask(question: Question, ref?: string): void {
    if (!this.#isEnding) this.#session.ask(question, ref);
  }

  askNow(call: ConnectionCall): void {
    this.#session.askNow(call);
  }

  typing(now: number, room: string, state: "active" | "paused" | "done"): void {
    if (!this.#isEnding) this.#session.typing(now, room, state);
  }

  read(room: string, sequence: number, ordinal: number): void {
    if (!this.#isEnding) this.#session.read(room, sequence, ordinal);
  }

  history(room: string, range: HistoryRange, ref?: string): void {
    if (!this.#isEnding) this.#session.history(room, range, ref);
  }

  members(room: string, ref?: string): void {
    if (!this.#isEnding) this.#session.members(room, ref);
  }

  /** What was left by an earlier client; said to no other server than the one that is accepted next. */
  restore(visit: EarlierVisit): void {
    if (this.#isEnding) return;
    this.#token = visit.token ?? this.#token;
    this.#session.restore(visit);
  }

  /** The secret with which our nickname comes back to us after a loss. */
  get token(): Uint8Array {
    return this.#token;
  }

  /** Starts to connect. */
  start(): void {
    if (this.#state.type === "idle") this.#tryAgain();
  }

  /** Another nickname, after `nick-refused`; at other times it does nothing. */
  changeNick(now: number, nick: string): void {
    if (this.#state.type !== "refused") return;
    this.#nick = nick;
    if (this.#state.isConnected) this.#greet(now);
    else this.#tryAgain();
  }

  /** Says goodbye. Nothing is sent or told after that but the `connection` event `closed`. */
  close(): void {
    switch (this.#state.type) {
      case "connecting":
      case "greeting":
      case "open":
        this.#hangUp();
        this.#state = { type: "closing" };
        return;
      case "judging":
      case "refused":
        if (this.#state.isConnected) {
          this.#hangUp();
          this.#state = { type: "closing" };
        } else this.#end();
        return;
      case "idle":
      case "waiting":
      case "resolving":
        this.#end();
        return;
      case "closing":
      case "closed":
        return;
      default:
        assertNever(this.#state);
    }
  }

  /** Where the server is, or `undefined` when it was not found. */
  handleResolved(now: number, location: ServerLocation | undefined): void {
    if (this.#state.type !== "resolving") return;
    if (location === undefined) {
      this.#retry(now, "server was not found");
      return;
    }
    this.#state = { type: "connecting" };
    const key = this.#serverKey ?? location.key;
    this.#effects.push({ type: "connect", to: { ...location, ...(key && { key }) } });
  }

  /** The connection is open; the server has proven to hold this key. */
  handleOpened(now: number, key: Uint8Array): void {
    if (this.#state.type !== "connecting") return;
    if (this.#serverKey === undefined) this.#judge({ key, isProven: true });
    else this.#greet(now);
  }

  /** What the owner thinks of the key. */
  handleVerdict(now: number, verdict: Verdict): void {
    if (this.#state.type !== "judging") return;
    const { isConnected, key } = this.#state;
    switch (verdict.type) {
      case "accepted":
        if (!isConnected) {
          this.#retry(now, "connection was lost");
          return;
        }
        this.#serverKey = key;
        this.#isFirstVisit = verdict.isFirstVisit;
        this.#greet(now);
        return;
      case "retry":
        if (isConnected) this.#hangUp();
        this.#retry(now, verdict.reason);
        return;
      case "refused":
        if (isConnected) this.#hangUp();
        if (isConnected) this.#state = { type: "closing", failure: verdict.failure };
        else this.#end(verdict.failure);
        return;
      default:
        assertNever(verdict);
    }
  }

  handleMessage(now: number, bytes: Uint8Array): void {
    if (this.#isEnding) return;
    const message = decodeServerMessage(bytes);
    if (message === undefined) {
      this.droppedCount += 1;
      return;
    }
    if ("ref" in message) this.#handleReply(now, message);
    else if (this.#state.type === "open") this.#session.handleEvent(now, message);
  }

  handleClosed(now: number, reason: CloseReason): void {
    switch (this.#state.type) {
      case "connecting":
        // Somebody may have taken the address of a server that we know: it is looked for again.
        if (reason.cause !== "key-changed" || this.#serverKey !== undefined) {
          this.#retry(now, closePhrase(reason));
        } else this.#judge({ key: reason.claimedKey, isProven: false });
        return;
      case "greeting":
        this.#retry(now, closePhrase(reason));
        return;
      case "judging":
        this.#state = { ...this.#state, isConnected: false };
        return;
      case "open":
        this.#session.handleLost();
        this.#retry(now, closePhrase(reason));
        return;
      case "refused":
        // The server does not wait as long as a person may think about a name.
        this.#state = { type: "refused", isConnected: false };
        return;
      case "closing":
        this.#end(this.#state.failure);
        return;
      case "idle":
      case "waiting":
      case "resolving":
      case "closed":
        return;
      default:
        assertNever(this.#state);
    }
  }

  handleTimeout(now: number): void {
    const state = this.#state;
    if (state.type === "waiting" && state.retryAt <= now) this.#tryAgain();
    if (state.type === "greeting" && state.deadline <= now) {
      this.#hangUp();
      this.#retry(now, "server did not answer the greeting");
    }
    if (state.type === "open") this.#session.handleTimeout(now);
  }

  /** When to call `handleTimeout`, or `undefined` when there is nothing to wait for. */
  pollTimeout(): number | undefined {
    switch (this.#state.type) {
      case "waiting":
        return this.#state.retryAt;
      case "greeting":
        return this.#state.deadline;
      case "open":
        return this.#session.pollTimeout();
      default:
        return undefined;
    }
  }

  pollEffects(): readonly ClientEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** The number of the try to connect that is under way or comes next, from 1. */
  get #attempt(): number {
    return this.#wasOpen ? Math.max(1, this.#failures) : this.#failures + 1;
  }

  get #isEnding(): boolean {
    return this.#state.type === "closing" || this.#state.type === "closed";
  }

  #tryAgain(): void {
    this.#state = { type: "resolving" };
    this.#tellConnecting({});
    this.#effects.push({ type: "resolve" });
  }

  #retry(now: number, reason: string): void {
    this.#failures += 1;
    const retryAt = now + backOff(this.#failures, this.#random);
    this.#state = { type: "waiting", retryAt };
    this.#tellConnecting({ reason, retryAt });
  }

  #judge(shown: ShownKey): void {
    this.#state = { type: "judging", isConnected: shown.isProven, ...shown };
    this.#effects.push({ type: "judge", ...shown });
  }

  #greet(now: number): void {
    this.#state = { type: "greeting", deadline: now + greetingMs };
    this.#send(
      {
        type: "hello",
        ref: helloRef,
        nick: this.#nick,
        client: this.#program,
        token: this.#token,
      },
      channels.chat,
    );
  }

  #handleReply(now: number, reply: Reply): void {
    if (this.#state.type === "open") this.#session.handleReply(now, reply);
    else if (this.#state.type !== "greeting" || reply.ref !== helloRef) return;
    else if (reply.type === "welcome") this.#handleWelcome(now, reply);
    else if (reply.type === "error") this.#handleRefusal(now, reply);
  }

  #handleWelcome(now: number, welcome: Welcome): void {
    const { server, nick, person, isGuest, role, rooms } = welcome;
    this.#serverId ??= server.id;
    if (this.#serverId !== server.id) {
      this.#hangUp();
      this.#retry(now, "another server answers there");
      return;
    }
    this.#nick = nick;
    this.#state = { type: "open" };
    this.#tell({ type: "connection", state: "open", attempt: this.#attempt });
    const id = Buffer.from(this.#serverKey ?? []).toString("base64url");
    const visit = this.#isFirstVisit ? ({ isFirstVisit: true } as const) : {};
    this.#isFirstVisit = false;
    // It may claim any id; the key is what it has proven.
    const own = { person, ...(isGuest && { isGuest }), ...(role !== undefined && { role }) };
    const known = rooms.map(({ isIn: _isIn, ...room }) => room);
    this.#tell({ type: "ready", server: { ...server, id }, nick, own, rooms: known, ...visit });
    this.#failures = 0;
    this.#wasOpen = true;
    const joined = rooms.filter(({ isIn }) => isIn);
    this.#session.handleOpen(
      { nick, person },
      joined.map(({ room }) => room),
    );
  }

  #handleRefusal(now: number, { code, message, suggestion }: Refusal): void {
    if (!nickCodes.includes(code)) {
      this.#hangUp();
      this.#retry(now, message);
      return;
    }
    if (this.#wasOpen && this.#takesSuggestion && suggestion !== undefined) {
      // Somebody took the name while we were away. The conversation matters more.
      this.#nick = suggestion;
      this.#greet(now);
      return;
    }
    this.#state = { type: "refused", isConnected: true };
    const free = suggestion === undefined ? {} : { suggestion };
    this.#tell({ type: "nick-refused", code, message, ...free });
  }

  #hangUp(): void {
    this.#effects.push({ type: "close", code: closeCodes.goodbye, text: "goodbye" });
  }

  #end(failure?: EarshotError): void {
    this.#state = { type: "closed" };
    const detail = failure === undefined ? {} : { reason: failure.message, failure };
    this.#tell({ type: "connection", state: "closed", attempt: this.#attempt, ...detail });
  }

  #send(message: ClientMessage, channel: number): void {
    this.#effects.push({ type: "send", channel, message: encodeCbor(message) });
  }

  #tellConnecting(detail: { readonly reason?: string; readonly retryAt?: number }): void {
    const state = this.#wasOpen ? "reconnecting" : "connecting";
    this.#tell({ type: "connection", state, attempt: this.#attempt, ...detail });
  }

  #tell(event: SessionNews): void {
    this.#effects.push({ type: "event", event });
  }
}
