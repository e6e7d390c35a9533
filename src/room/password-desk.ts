import { EarshotError } from "../base/errors.ts";
import type { Account } from "./account-table.ts";
import { GuessThrottle } from "./guess-throttle.ts";
import { invitedMax } from "./limits.ts";
import type {
  FinishLogin,
  PasswordSubject,
  SetPassword,
  StartLogin,
  StartPassword,
} from "./message-account.ts";
import { nickKey, parseRoom } from "./name.ts";
import { bindingOf, isBound, type OpaqueResult, type OpaqueTask } from "./opaque-port.ts";
import type { Room } from "./room.ts";
import { withPerson } from "./room-record.ts";
import { knownPerson, type ServerState } from "./server-state.ts";
import type { Member, Session } from "./session.ts";

type StartedLogin = Extract<NonNullable<Session["login"]>, { readonly type: "started" }>;

/**
 * Passwords of accounts and rooms: how they are set, and how somebody proves to know one. The server
 * never sees them. Whatever is wrong with a proof, the answer is the same.
 */
export class PasswordDesk {
  readonly #state: ServerState;
  readonly #throttle = new GuessThrottle();

  constructor(state: ServerState) {
    this.#state = state;
  }

  startPassword(member: Member, { ref, room: wanted, request }: StartPassword): void {
    const identifier = wanted === undefined ? this.#ownId(member) : this.#ownedRoom(member, wanted);
    this.#compute({ type: "register", identifier: idOf(identifier), request }, (_now, result) => {
      if (result.type !== "registering") this.#refuse(member, ref);
      else {
        const { response } = result;
        this.#state.output.answer(member, { type: "password-answer", ref, response });
      }
    });
  }

  setPassword(member: Member, request: SetPassword): void {
    const { ref, room: wanted, record } = request;
    if (wanted !== undefined) this.#setRoomPassword(this.#ownedRoom(member, wanted), record);
    else this.#setAccountPassword(this.#ownId(member), request);
    this.#state.answerWhenStored(member, ref);
  }

  startLogin(now: number, session: Session, { ref, subject, request }: StartLogin): void {
    const meant = this.#meant(session, subject);
    const earlyMs = this.#throttle.take(now, meant.name, session.peer.host);
    if (0 < earlyMs) {
      const seconds = Math.ceil(earlyMs / 1000);
      throw new EarshotError("too-fast", `too many guesses: try again in ${seconds} s`);
    }
    const { identifier, record } = meant;
    this.#compute({ type: "start-login", identifier, record, request }, (_now, result) => {
      if (result.type !== "answered") {
        this.#refuse(session, ref);
        return;
      }
      const { response, state } = result;
      session.login = { type: "started", subject, state };
      this.#state.output.answer(session, { type: "login-answer", ref, response });
    });
  }

  finishLogin(session: Session, { ref, finish, binding }: FinishLogin): void {
    const { login } = session;
    if (login?.type !== "started") throw new EarshotError("not-ready", "start the login first");
    session.login = undefined;
    this.#compute({ type: "finish-login", state: login.state, finish }, (_now, result) => {
      const { channelBinding } = session.peer;
      const isProven =
        result.type === "proven" && isBound(binding, result.sessionKey, "client", channelBinding);
      if (!isProven) this.#refuse(session, ref);
      else this.#admit(session, ref, login, result.sessionKey);
    });
  }

  #admit(session: Session, ref: number, login: StartedLogin, sessionKey: Uint8Array): void {
    const { subject } = login;
    const proof = bindingOf(sessionKey, "server", session.peer.channelBinding);
    const answer = { type: "logged-in", ref, binding: proof } as const;
    if (subject.type === "room") {
      const room = this.#state.rooms.get(parseRoom(subject.room));
      if (room === undefined || !session.isMember()) return;
      this.#throttle.forgive(nameOf(room), session.peer.host);
      this.#letIn(session, room);
      this.#state.output.answer(session, answer);
      return;
    }
    const account = this.#state.accounts.named(nickKey(subject.nick));
    if (account?.password === undefined) {
      this.#refuse(session, ref);
      return;
    }
    this.#throttle.forgive(nameOf(account), session.peer.host);
    const { person, password, role } = account;
    session.login = { type: "proven", person };
    const { wrappedKey } = password;
    const may = role === undefined ? {} : { role };
    this.#state.output.answer(session, { ...answer, person, wrappedKey, ...may });
  }

  /** It may join from now on, like somebody who was invited. */
  #letIn(member: Member, room: Room): void {
    const { person, nick } = member.state.person;
    const invited = withPerson(room.record.invited, { person, nick }).slice(-invitedMax);
    this.#state.rooms.record(room, { ...room.record, invited });
  }

  /** An account or a room, or something that behaves like one without a password. */
  #meant(
    session: Session,
    subject: PasswordSubject,
  ): {
    readonly name: string;
    readonly identifier: string;
    readonly record: Uint8Array | undefined;
  } {
    if (subject.type === "account") {
      const key = nickKey(subject.nick);
      const account = this.#state.accounts.named(key);
      const name = `account ${key}`;
      const identifier = account === undefined ? name : idOf(account);
      return { name, identifier, record: account?.password?.record };
    }
    if (!session.isMember()) throw new EarshotError("not-ready", "say hello first");
    const key = parseRoom(subject.room);
    const room = this.#state.rooms.get(key);
    if (room !== undefined) this.#requireWelcome(session, room);
    const name = `room ${key}`;
    return { name, identifier: name, record: room?.record.password };
  }

  /** Who is banned does not come in with a password either. */
  #requireWelcome(member: Member, room: Room): void {
    if (this.#state.roleIn(room, knownPerson(member.state.person)) !== "banned") return;
    throw new EarshotError("not-allowed", `you are banned from ${room.name}`);
  }

  #ownId(member: Member): Account {
    const account = this.#state.accounts.get(member.state.person.person);
    if (account !== undefined) return account;
    throw new EarshotError("not-allowed", "you are a guest: register first");
  }

  #ownedRoom(member: Member, wanted: string): Room {
    const room = this.#state.joined(member, wanted);
    this.#state.require(member, room, "configure");
    return room;
  }

  #setAccountPassword(
    account: Account,
    { record, wrappedKey }: Pick<SetPassword, "record" | "wrappedKey">,
  ): void {
    const { password: _before, ...rest } = account;
    if ((record === undefined) !== (wrappedKey === undefined)) {
      throw new EarshotError("request-invalid", "a password comes with the account's key");
    }
    const isSet = record !== undefined && wrappedKey !== undefined;
    this.#state.accounts.set(isSet ? { ...rest, password: { record, wrappedKey } } : rest);
  }

  /** Those who are in stay in; without a password everybody may come. */
  #setRoomPassword(room: Room, password: Uint8Array | undefined): void {
    const { password: _before, ...rest } = room.record;
    if (password === undefined) {
      this.#state.rooms.record(room, { ...rest, kind: "public" });
      return;
    }
    const present = room.members.map(({ state: { person } }) => person);
    const invited = present
      .reduce((all, { person, nick }) => withPerson(all, { person, nick }), rest.invited)
      .slice(-invitedMax);
    this.#state.rooms.record(room, { ...rest, kind: "password", password, invited });
  }

  #compute(task: OpaqueTask, onDone: (now: number, result: OpaqueResult) => void): void {
    if (this.#state.opaque.push(task, onDone)) return;
    throw new EarshotError("too-fast", "too many log in now: try again");
  }

  #refuse(session: Session, ref: number): void {
    const message = "the name or the password is wrong";
    this.#state.output.answer(session, { type: "error", ref, code: "password-wrong", message });
  }
}

/** What OPAQUE knows an account or a room by; it outlives a rename. */
function idOf(subject: Account | Room): string {
  return "person" in subject ? `person ${subject.person}` : nameOf(subject);
}

/** What guesses are counted for. */
function nameOf(subject: Account | Room): string {
  return "person" in subject ? `account ${nickKey(subject.nick)}` : `room ${subject.name}`;
}
