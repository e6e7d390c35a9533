import { assertNever } from "../base/assert.ts";
import { EarshotError } from "../base/errors.ts";
import type { CloseReason } from "../transport/endpoint-port.ts";
import { AccessDesk } from "./access-desk.ts";
import { AccountDesk } from "./account-desk.ts";
import { CareDesk } from "./care-desk.ts";
import type { CareResult } from "./care-port.ts";
import { decodeClientMessage } from "./codec.ts";
import { DeliveryDesk } from "./delivery-desk.ts";
import { HistoryDesk } from "./history-desk.ts";
import { listingsMax } from "./limits.ts";
import type { ClientNotice, Request } from "./message.ts";
import type { AccountRequest, LoginRequest } from "./message-account.ts";
import { MessageDesk } from "./message-desk.ts";
import type { RetentionRule } from "./message-room.ts";
import type { OpaqueResult } from "./opaque-port.ts";
import { PasswordDesk } from "./password-desk.ts";
import { PrivateDesk } from "./private-desk.ts";
import { RelayDesk } from "./relay-desk.ts";
import { RoomDesk } from "./room-desk.ts";
import type { ServerEffect } from "./server-output.ts";
import { ServerState, type ServerStateOptions } from "./server-state.ts";
import type { Listing, Member, Session, SessionId, SessionPeer } from "./session.ts";
import { SessionDesk } from "./session-desk.ts";
import type { CommitResult, ReadResult, SearchResult } from "./store-port.ts";
import { TakeDesk } from "./take-desk.ts";

/**
 * The server's side of the room protocol, without I/O: who is connected, who is in which room, and
 * what is told to whom. An entry is stored before it is acknowledged or told to anyone. What is asked
 * for is done by desks, which share one state.
 */
export class ChatServer {
  /** Messages from clients that made no sense and were dropped. */
  droppedCount = 0;
  readonly #state: ServerState;
  readonly #sessions: SessionDesk;
  readonly #rooms: RoomDesk;
  readonly #accounts: AccountDesk;
  readonly #passwords: PasswordDesk;
  readonly #access: AccessDesk;
  readonly #private: PrivateDesk;
  readonly #messages: MessageDesk;
  readonly #history: HistoryDesk;
  readonly #delivery: DeliveryDesk;
  readonly #takes: TakeDesk;
  readonly #relays: RelayDesk;
  readonly #care: CareDesk;

  /** @throws {EarshotError} WHEN what is kept of rooms or persons is damaged `history-damaged`. */
  constructor(options: ServerStateOptions) {
    this.#state = new ServerState(options);
    this.#takes = new TakeDesk(this.#state);
    this.#relays = new RelayDesk(this.#state);
    this.#care = new CareDesk(this.#state);
    this.#sessions = new SessionDesk(this.#state, this.#takes);
    this.#accounts = new AccountDesk(this.#state);
    this.#passwords = new PasswordDesk(this.#state);
    this.#access = new AccessDesk(this.#state);
    this.#rooms = new RoomDesk(this.#state, this.#access);
    this.#private = new PrivateDesk(this.#state, this.#rooms);
    this.#delivery = new DeliveryDesk(this.#state);
    this.#messages = new MessageDesk(this.#state, {
      access: this.#access,
      delivery: this.#delivery,
      chats: this.#private,
    });
    this.#history = new HistoryDesk(this.#state);
  }

  /** Nicknames that somebody has. */
  get memberCount(): number {
    return this.#state.sessions.memberCount;
  }

  get roomCount(): number {
    return this.#state.rooms.size;
  }

  /** Somebody owns it. */
  get isClaimed(): boolean {
    return this.#state.accounts.isClaimed;
  }

  /** It was shut down, all that was accepted is stored, and every connection was told to close. */
  get isDone(): boolean {
    const { isClosing, commits, sessions } = this.#state;
    return isClosing && commits.isEmpty && sessions.isEmpty;
  }

  handleOpened(now: number, id: SessionId, peer: SessionPeer): void {
    this.#sessions.handleOpened(now, id, peer);
  }

  handleMessage(now: number, id: SessionId, message: Uint8Array): void {
    const session = this.#state.sessions.get(id);
    if (session === undefined) return;
    const decoded = decodeClientMessage(message);
    if (decoded === undefined) this.droppedCount += 1;
    else if ("ref" in decoded) {
      this.#attempt(session, decoded.ref, () => this.#handleRequest(now, session, decoded));
    } else this.#handleNotice(now, session, decoded);
    this.#state.handleTurn(now);
  }

  /** An unreliable datagram: for another who was introduced to this session. */
  handleDatagram(now: number, id: SessionId, bytes: Uint8Array): void {
    const session = this.#state.sessions.get(id);
    if (session !== undefined) this.#relays.handleDatagram(now, session, bytes);
  }

  handleClosed(now: number, id: SessionId, reason: CloseReason): void {
    const session = this.#state.sessions.get(id);
    if (session === undefined) return;
    this.#sessions.handleClosed(now, session, reason);
    this.#state.handleTurn(now);
  }

  /** A message to this session did not fit: what is long or live waits until it is writable. */
  handleBlocked(id: SessionId): void {
    const session = this.#state.sessions.get(id);
    if (session === undefined) return;
    session.isWritable = false;
    this.#state.reads.update(session);
  }

  /** The queue of this session is short again, or still short after something on the bulk channel. */
  handleWritable(now: number, id: SessionId): void {
    const session = this.#state.sessions.get(id);
    if (session === undefined) return;
    session.isWritable = true;
    for (const request of session.listings.splice(0)) {
      this.#attempt(session, request.ref, () => this.#list(session, request));
    }
    this.#state.tellMissed(session);
    this.#state.reads.handleDelivered(session);
    this.#state.reads.update(session);
    this.#state.handleTurn(now);
  }

  /** The answer to the effect `commit`. */
  handleCommitted(now: number, result: CommitResult): void {
    const { commits, book } = this.#state;
    book.settle(result.type === "committed");
    if (result.type === "failed") for (const change of commits.fail()) change.onFailed(result);
    else {
      const placements = result.placements.values();
      for (const { draft, onDone } of commits.finish()) {
        onDone(now, draft === undefined ? undefined : placements.next().value);
      }
    }
    this.#state.handleTurn(now);
    this.#sessions.closeWhenStored();
  }

  /** The answer to the effect `read`. */
  handleRead(now: number, result: ReadResult): void {
    const offer = this.#history.handleRead(result);
    if (offer !== undefined) {
      const { member, request, entry } = offer;
      this.#attempt(member, request.ref, () => {
        this.#takes.handleEntry(now, member, request, entry);
      });
    }
    this.#state.handleTurn(now);
  }

  /** The answer to the effect `search`. */
  handleFound(now: number, result: SearchResult): void {
    this.#history.handleFound(result);
    this.#state.handleTurn(now);
  }

  /** The answer to the effect `opaque` of this number. */
  handleComputed(now: number, run: number, result: OpaqueResult): void {
    this.#state.opaque.finish(now, run, result);
    this.#state.handleTurn(now);
  }

  /** The answer to the effect `care`. */
  handleCared(now: number, result: CareResult): void {
    this.#care.handleDone(result);
    this.#state.handleTurn(now);
  }

  /** What the log of this room keeps, as its owner wants; everything without it. */
  retentionOf(room: string): RetentionRule | undefined {
    return this.#state.rooms.get(room)?.record.retention;
  }

  /** The log of this room begins at this sequence now. */
  handleExpired(room: string, firstSequence: number): void {
    const found = this.#state.rooms.get(room);
    if (found !== undefined) found.end = { ...found.end, firstSequence };
  }

  handleTimeout(now: number): void {
    this.#sessions.handleTimeout(now);
    this.#delivery.handleTimeout(now);
    this.#takes.handleTimeout(now);
    this.#state.handleTurn(now);
  }

  /** When to call `handleTimeout`, or `undefined` when there is nothing to wait for. */
  pollTimeout(): number | undefined {
    const times = [
      this.#sessions.pollTimeout(),
      this.#delivery.pollTimeout(),
      this.#takes.pollTimeout(),
      this.#state.pollTimeout(),
    ].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** What is to be done now, in order; each effect is given once. */
  pollEffects(): readonly ServerEffect[] {
    return this.#state.output.poll();
  }

  /** Tells everybody, stores what was accepted, then closes all connections. */
  shutdown(now: number, reason: string, isRestart = false): void {
    this.#sessions.shutdown(reason, isRestart);
    this.#state.handleTurn(now);
  }

  /** Does what a session asked; what is wrong with it becomes the answer. */
  #attempt(session: Session, ref: number, action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof EarshotError)) throw error;
      const { code, message } = error;
      this.#state.output.answer(session, { type: "error", ref, code, message });
    }
  }

  #handleRequest(now: number, session: Session, request: Request | { readonly ref: number }): void {
    if (!("type" in request)) {
      throw new EarshotError("request-invalid", "request is unknown or lacks a field");
    }
    if (request.type === "hello") {
      this.#sessions.hello(now, session, request);
      if (session.isMember()) this.#private.tellWaiting(session);
      return;
    }
    if (isLogin(request)) {
      this.#login(now, session, request);
      return;
    }
    if (!session.isMember()) throw new EarshotError("not-ready", "say hello first");
    this.#dispatch(now, session, request);
  }

  /** What may be asked before hello, as after it. */
  #login(now: number, session: Session, request: LoginRequest): void {
    switch (request.type) {
      case "start-login":
        this.#passwords.startLogin(now, session, request);
        return;
      case "finish-login":
        this.#passwords.finishLogin(session, request);
        return;
      case "certify":
        this.#accounts.certify(session, request);
        return;
      default:
        assertNever(request);
    }
  }

  #dispatch(
    now: number,
    member: Member,
    request: Exclude<Request, { type: "hello" } | LoginRequest>,
  ): void {
    switch (request.type) {
      case "post":
        this.#messages.post(now, member, request);
        return;
      case "history":
        this.#history.read(member, request);
        return;
      case "search":
        this.#history.search(member, request);
        return;
      case "join":
      case "members":
      case "rooms":
      case "bans":
      case "receipts":
        this.#askListing(now, member, request);
        return;
      case "health":
      case "backup":
        this.#care.handle(member, request);
        return;
      case "leave":
        this.#rooms.leave(now, member, request);
        return;
      case "create":
        this.#rooms.create(now, member, request);
        return;
      case "configure":
        this.#rooms.configure(member, request);
        return;
      case "ask":
        this.#private.ask(now, member, request);
        return;
      case "answer":
        this.#private.answer(now, member, request);
        return;
      case "rename":
        this.#sessions.rename(now, member, request);
        return;
      case "status":
        this.#sessions.setStatus(now, member, request);
        return;
      case "who":
        this.#sessions.who(member, request);
        return;
      case "stop":
        this.#sessions.stop(now, member, request);
        return;
      case "invite":
      case "make-invitation":
      case "revoke-invitations":
      case "claim":
      case "grant":
      case "ignore":
        this.#access.handle(member, request);
        return;
      case "take":
      case "decline":
      case "reach":
      case "report":
        this.#takes.handle(now, member, request);
        return;
      default:
        this.#dispatchAccount(now, member, request);
    }
  }

  #dispatchAccount(
    now: number,
    member: Member,
    request: Exclude<AccountRequest, LoginRequest>,
  ): void {
    switch (request.type) {
      case "register":
        this.#accounts.register(now, member, request);
        return;
      case "start-password":
        this.#passwords.startPassword(member, request);
        return;
      case "set-password":
        this.#passwords.setPassword(member, request);
        return;
      case "devices":
        this.#accounts.listDevices(member, request);
        return;
      case "revoke-device":
        this.#accounts.revokeDevice(member, request);
        return;
      case "delete-account":
        this.#accounts.deleteAccount(now, member, request);
        return;
      case "set-profile":
        this.#accounts.setProfile(member, request);
        return;
      case "make-registration":
        this.#accounts.makeRegistration(member, request);
        return;
      case "registrations":
        this.#accounts.listRegistrations(member, request);
        return;
      case "revoke-registrations":
        this.#accounts.revokeRegistrations(member, request);
        return;
      default:
        assertNever(request);
    }
  }

  /** An answer is a hundred times longer than the question, so none piles up in a full connection. */
  #askListing(now: number, member: Member, request: Listing): void {
    if (listingsMax <= member.listings.length) {
      throw new EarshotError("limit-reached", "too many requests wait for an answer");
    }
    if (request.type === "join") this.#rooms.join(now, member, request);
    if (member.isWritable) this.#list(member, request);
    else member.listings.push(request);
  }

  #list(session: Session, request: Listing): void {
    if (!session.isMember()) return;
    switch (request.type) {
      case "join":
        this.#rooms.tellEntered(session, request);
        return;
      case "members":
        this.#rooms.listMembers(session, request);
        return;
      case "rooms":
        this.#rooms.listRooms(session, request);
        return;
      case "bans":
        this.#access.listBans(session, request);
        return;
      case "receipts":
        this.#delivery.receipts(session, request);
        return;
      default:
        assertNever(request);
    }
  }

  /** Nobody waits for an answer: what cannot be done is dropped. */
  #handleNotice(now: number, session: Session, notice: ClientNotice): void {
    if (!session.isMember()) return;
    try {
      if (notice.type === "delivered") this.#delivery.handleDelivered(now, session, notice);
      else if (notice.type === "read") this.#delivery.handleRead(session, notice);
      else this.#rooms.typing(now, session, notice);
    } catch (error) {
      if (!(error instanceof EarshotError)) throw error;
      this.droppedCount += 1;
    }
  }
}

function isLogin(request: Request): request is LoginRequest {
  const { type } = request;
  return type === "start-login" || type === "finish-login" || type === "certify";
}
