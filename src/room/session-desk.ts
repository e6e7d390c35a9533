import { EarshotError } from "../base/errors.ts";
import { sanitizeLine } from "../base/text.ts";
import type { CloseReason } from "../transport/endpoint-port.ts";
import {
  closeCodes,
  helloMs,
  phraseLengthMax,
  renamesPerPerson,
  sessionRoomsMax,
  sessionsMax,
} from "./limits.ts";
import { parsePhrase } from "./line.ts";
import type { AskWho, Hello, Rename, SetStatus, Stop, Welcome } from "./message-session.ts";
import { nickKey, parseNick, suggestNick } from "./name.ts";
import type { Person } from "./person.ts";
import type { Room } from "./room.ts";
import type { Parting } from "./room-news.ts";
import type { ServerState } from "./server-state.ts";
import type { Member, Session, SessionId, SessionPeer } from "./session.ts";
import { ShutdownPlan } from "./shutdown-plan.ts";
import type { TakeDesk } from "./take-desk.ts";

/** Who comes, goes and is called what; and the end of it all. */
export class SessionDesk {
  readonly #state: ServerState;
  readonly #takes: TakeDesk;
  #plan: ShutdownPlan | undefined;

  constructor(state: ServerState, takes: TakeDesk) {
    this.#state = state;
    this.#takes = takes;
  }

  handleOpened(now: number, id: SessionId, peer: SessionPeer): void {
    const { output, sessions, isClosing } = this.#state;
    if (isClosing) {
      output.close(id, closeCodes.serverClosing, "server closing");
    } else if (!sessions.add(now, id, peer)) {
      output.close(id, closeCodes.serverFull, `server is full: ${sessionsMax} connections`);
    }
  }

  handleClosed(now: number, session: Session, reason: CloseReason): void {
    this.remove(session);
    if (session.isMember()) this.#part(now, session, partingOf(reason));
  }

  hello(now: number, session: Session, { ref, nick: wanted, token }: Hello): void {
    if (session.isMember()) throw new EarshotError("request-invalid", "hello was said before");
    const { accounts, sessions, output } = this.#state;
    const person = accounts.identify(session.deviceKey, parseNick(wanted));
    const { nick } = person;
    const key = nickKey(nick);
    const others = [...sessions.named(key)];
    const owner = others.find((other) => Buffer.compare(other.state.token, token) === 0);
    // A guest is whoever is at the device, and two of them may be.
    const isShared = 0 < others.length && person.isGuest && owner === undefined;
    const problem = this.#nickProblem(nick, isShared ? undefined : person.person);
    if (problem !== undefined) {
      const suggestion = suggestNick(nick, (other) => this.#nickProblem(other) !== undefined);
      const { code, message } = problem;
      output.answer(session, { type: "error", ref, code, message, suggestion });
      return;
    }
    const member = sessions.accept(session, { type: "accepted", person, key, token });
    member.awayText = others[0]?.awayText;
    if (owner !== undefined) this.#takeOver(owner, member);
    output.answer(member, this.#welcome(ref, member));
    this.#noteSeen(member);
    this.#plan?.tell(now, [member], output);
  }

  rename(now: number, member: Member, { ref, nick: wanted }: Rename): void {
    const { accounts, rates, output } = this.#state;
    const nick = parseNick(wanted);
    const key = nickKey(nick);
    const { person: before, key: wasKey } = member.state;
    // A guest whose device was certified meanwhile becomes the account whose nickname it takes.
    const certified = accounts.identify(member.deviceKey, nick);
    const isLogin = before.isGuest && !certified.isGuest;
    const person = isLogin ? certified : before;
    if (key !== wasKey && !isLogin) {
      const isHere = 0 < this.#state.sessions.named(key).size;
      const problem = this.#nickProblem(nick, isHere ? undefined : person.person);
      if (problem !== undefined) throw problem;
    }
    if (!rates.take(now, person.person, "rename", renamesPerPerson)) {
      throw new EarshotError("too-fast", "you change your nickname too often");
    }
    this.#putName(now, { nick, key, wasKey, was: before.nick }, person);
    const account = person.isGuest ? undefined : accounts.get(person.person);
    if (account === undefined) output.answer(member, { type: "done", ref });
    else {
      accounts.set({ ...account, nick });
      this.#state.answerWhenStored(member, ref);
    }
  }

  setStatus(now: number, member: Member, { ref, isAway, text = "" }: SetStatus): void {
    const { sessions, rooms, output } = this.#state;
    const awayText = isAway ? parsePhrase(text, phraseLengthMax) : undefined;
    const { key } = member.state;
    for (const name of member.rooms) {
      const room = rooms.get(name);
      if (room === undefined) continue;
      rooms.noteBefore(now, room, key);
    }
    for (const each of sessions.named(key)) each.awayText = awayText;
    output.answer(member, { type: "done", ref });
  }

  who(member: Member, { ref, nick: wanted }: AskWho): void {
    const { sessions, accounts, rooms, output } = this.#state;
    const { person, nick, isGuest } = this.#state.personNamed(wanted);
    const [other] = sessions.named(nickKey(nick));
    const account = accounts.get(person);
    const shared = [...member.rooms].filter((room) => other?.rooms.has(room) ?? false);
    const awayText = other?.awayText;
    const presence = other === undefined ? "offline" : awayText === undefined ? "online" : "away";
    output.answer(member, {
      type: "who",
      ref,
      nick,
      person,
      presence,
      rooms: shared.filter((name) => rooms.get(name) !== undefined),
      ...(isGuest && { isGuest }),
      ...(account?.role !== undefined && { role: account.role }),
      ...(account?.profile !== undefined && { profile: account.profile }),
      ...(awayText !== undefined && { text: awayText }),
      ...(other === undefined && account !== undefined && { lastSeenAt: account.lastSeenAt }),
    });
  }

  /** Announces the end; `handleTimeout` brings it. */
  stop(now: number, member: Member, { ref, delayMs, reason, isRestart }: Stop): void {
    const { accounts, sessions, output, isClosing } = this.#state;
    if (accounts.get(member.state.person.person)?.role !== "owner") {
      throw new EarshotError("not-allowed", "only an owner of the server may stop it");
    }
    if (isClosing) throw new EarshotError("server-closing", "server is closing");
    const text = parsePhrase(reason, phraseLengthMax);
    this.#plan = new ShutdownPlan({ at: now + delayMs, reason: text, isRestart });
    this.#plan.tell(now, sessions.members, output);
    output.answer(member, { type: "done", ref });
  }

  /** Tells everybody, stores what was accepted, then closes all connections. */
  shutdown(reason: string, isRestart = false): void {
    const { output, sessions, isClosing } = this.#state;
    if (isClosing) return;
    this.#state.isClosing = true;
    this.#plan = undefined;
    output.tell(sessions.members, { type: "shutdown", reason, inMs: 0, isRestart });
    this.closeWhenStored();
  }

  /** After a commit: when the server is closing and nothing waits any more, it ends. */
  closeWhenStored(): void {
    const { output, sessions, commits, isClosing } = this.#state;
    if (!isClosing || !commits.isEmpty) return;
    for (const session of [...sessions.all]) {
      this.remove(session);
      output.close(session.id, closeCodes.serverClosing, "server closing");
    }
  }

  handleTimeout(now: number): void {
    const { output, sessions } = this.#state;
    for (;;) {
      const session = sessions.overdue(now);
      if (session === undefined) break;
      this.remove(session);
      const text = `no nickname was chosen in ${helloMs} ms`;
      output.close(session.id, closeCodes.helloLate, text);
    }
    const plan = this.#plan;
    if (plan === undefined) return;
    if (plan.at <= now) this.shutdown(plan.reason, plan.isRestart);
    else if (plan.nextAt <= now) plan.tell(now, sessions.members, output);
  }

  pollTimeout(): number | undefined {
    const helloAt = this.#state.sessions.helloDeadline;
    const planAt = this.#plan?.nextAt;
    return helloAt === undefined || planAt === undefined
      ? (helloAt ?? planAt)
      : Math.min(helloAt, planAt);
  }

  remove(session: Session): void {
    this.#state.sessions.remove(session);
    this.#state.reads.remove(session);
    this.#takes.handleGone(session);
  }

  /** Why the person may not have this nickname, or one that looks like it; `undefined` when it may. */
  #nickProblem(nick: string, person?: string): EarshotError | undefined {
    const { sessions, accounts } = this.#state;
    const account = accounts.like(nick);
    if (account !== undefined && account.person !== person) {
      const isSame = nickKey(account.nick) === nickKey(nick);
      const what = isSame ? "is registered" : `looks like ${account.nick}, who is registered`;
      return new EarshotError("nickname-registered", `nickname ${nick} ${what}`);
    }
    const other = [...sessions.like(nick)].find(({ state }) => state.person.person !== person);
    if (other === undefined) return undefined;
    const { nick: taken } = other.state.person;
    const what = nickKey(taken) === nickKey(nick) ? "is taken" : `looks like ${taken}, who is here`;
    return new EarshotError("nickname-taken", `nickname ${nick} ${what}`);
  }

  /** All sessions of a nickname have another one, as this person. */
  #putName(
    now: number,
    rename: {
      readonly nick: string;
      readonly key: string;
      readonly wasKey: string;
      readonly was: string;
    },
    { person: id, isGuest }: Person,
  ): void {
    const { sessions, rooms } = this.#state;
    const { nick, key, wasKey } = rename;
    const touched = new Set<Room>();
    for (const member of [...sessions.named(wasKey)]) {
      const own = [...member.rooms].flatMap((name) => rooms.get(name) ?? []);
      for (const room of own) {
        room.remove(member);
        touched.add(room);
      }
      const person = { ...member.state.person, person: id, isGuest, nick };
      sessions.accept(member, { ...member.state, key, person });
      for (const room of own) room.add(member);
    }
    for (const room of touched) rooms.tellRename(now, room, rename);
    for (const member of [...sessions.named(key)]) this.#state.exitForbidden(now, member);
  }

  #welcome(ref: number, member: Member): Welcome {
    const { rooms, markers, accounts, info } = this.#state;
    const { person, nick, isGuest } = member.state.person;
    const names = new Set([...member.rooms, ...markers.roomsOf(person)]);
    const known = [...names].slice(0, sessionRoomsMax).flatMap((name) => {
      const room = rooms.get(name);
      if (room === undefined) return [];
      const { kind } = room.record;
      const read = this.#state.readState(person, room);
      const isIn = member.rooms.has(name) ? { isIn: true as const } : {};
      return { room: name, kind, lastSequence: room.end.sequence, ...read, ...isIn };
    });
    const role = accounts.get(person)?.role;
    return {
      type: "welcome",
      ref,
      server: info,
      nick,
      person,
      ...(isGuest && { isGuest }),
      ...(role !== undefined && { role }),
      rooms: known,
    };
  }

  /** The same client came back before we noticed that it was gone: nobody needs to know. */
  #takeOver(owner: Member, member: Member): void {
    this.#state.rooms.takeOver(owner, member);
    this.remove(owner);
    this.#state.output.close(owner.id, closeCodes.replaced, "connected again from elsewhere");
  }

  #part(now: number, member: Member, parting: Parting): void {
    const { rooms } = this.#state;
    for (const name of [...member.rooms]) {
      const room = rooms.get(name);
      if (room !== undefined) rooms.exit(now, member, room, parting);
    }
    this.#noteSeen(member);
  }

  /** An account, and its device, are here now. */
  #noteSeen({ state: { person: own } }: Member): void {
    const { accounts } = this.#state;
    const account = accounts.get(own.person);
    if (account === undefined) return;
    const lastSeenAt = this.#state.wallNow();
    const devices = account.devices.map((device) =>
      device.key === own.device ? { ...device, lastSeenAt } : device,
    );
    accounts.set({ ...account, devices, lastSeenAt });
  }
}

/** Why the others see somebody go whose connection ended so. */
function partingOf({ cause, code, text }: CloseReason): Parting {
  if (cause !== "peer") return { reason: "lost" };
  if (code === closeCodes.asleep) return { reason: "asleep" };
  if (code === closeCodes.moved) return { reason: "moved" };
  const words = sanitizeLine(text).trim().slice(0, phraseLengthMax);
  return words === "" || words === "goodbye" ? { reason: "quit" } : { reason: "quit", text: words };
}
