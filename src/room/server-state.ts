import { EarshotError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { AccountTable } from "./account-table.ts";
import type { ServerInfo } from "./client-port.ts";
import { CommitQueue, type PendingChange } from "./commit-queue.ts";
import { recordsMs } from "./limits.ts";
import { MarkerTable, readStateOf } from "./marker-table.ts";
import { MeetingTable } from "./meeting-table.ts";
import type { Event } from "./message.ts";
import type { ReadState } from "./message-room.ts";
import { nickKey, parseNick, parseRoom } from "./name.ts";
import { OpaqueQueue } from "./opaque-queue.ts";
import type { Person } from "./person.ts";
import { PersonRates } from "./person-rates.ts";
import { ReadQueue, type WaitingQuery } from "./read-queue.ts";
import { RecordBook } from "./record-book.ts";
import type { RegistrationPolicy } from "./registration-policy.ts";
import { RegistrationTable } from "./registration-table.ts";
import {
  type Action,
  actionPhrases,
  isAllowed,
  isBelow,
  type Role,
  type RoomRights,
  rolePhrases,
} from "./rights.ts";
import type { Room } from "./room.ts";
import type { News } from "./room-news.ts";
import { RoomTable } from "./room-table.ts";
import { ServerOutput } from "./server-output.ts";
import type { Member, Session } from "./session.ts";
import { SessionTable } from "./session-table.ts";
import type { StoreContents, StoreFailure } from "./store-port.ts";
import { TakeTable } from "./take-table.ts";

export interface ServerStateOptions {
  readonly server: ServerInfo;
  readonly contents: StoreContents;
  /** The wall clock, for what people read and for times that outlast the server. */
  readonly wallNow: () => number;
  readonly random: Random;
  /** Who may register; everybody without it. */
  readonly registration?: RegistrationPolicy;
  /** With it the server is claimed, once; `undefined` when it cannot be. */
  readonly claimToken?: string;
}

/** Somebody who is meant by a nickname: here, or known by an account. */
export interface KnownPerson {
  readonly person: string;
  readonly nick: string;
  readonly isGuest: boolean;
  readonly devices: readonly string[];
}

/** What all desks of a server share: who is there, what is kept, what is to be done. */
export class ServerState {
  readonly info: ServerInfo;
  /** Names the store, told to whoever enters a room. */
  readonly log: string;
  /** What clients know the server by, 32 bytes. */
  readonly serverKey: Uint8Array;
  readonly registration: RegistrationPolicy;
  readonly claimToken: string | undefined;
  readonly wallNow: () => number;
  readonly random: Random;
  readonly book: RecordBook = new RecordBook();
  readonly sessions: SessionTable = new SessionTable();
  readonly commits: CommitQueue = new CommitQueue();
  readonly reads: ReadQueue = new ReadQueue();
  readonly output: ServerOutput = new ServerOutput();
  readonly rates: PersonRates = new PersonRates();
  /** Steps of passwords that wait. */
  readonly opaque: OpaqueQueue = new OpaqueQueue();
  readonly takes: TakeTable = new TakeTable();
  readonly meetings: MeetingTable = new MeetingTable();
  readonly accounts: AccountTable;
  readonly registrations: RegistrationTable;
  readonly markers: MarkerTable;
  readonly rooms: RoomTable;
  isClosing = false;
  /** When records that wait for a commit are written without one. */
  #recordsDueAt: number | undefined;

  /** @throws {EarshotError} WHEN a record is damaged `history-damaged`. */
  constructor(options: ServerStateOptions) {
    const { contents } = options;
    this.info = options.server;
    this.log = contents.id;
    this.serverKey = Buffer.from(options.server.id, "base64url");
    this.registration = options.registration ?? "open";
    this.claimToken = options.claimToken;
    this.wallNow = options.wallNow;
    this.random = options.random;
    this.accounts = new AccountTable(this.book, contents.records.accounts);
    this.registrations = new RegistrationTable(this.book, contents.records.server);
    this.markers = new MarkerTable(this.book, contents.records.markers);
    this.rooms = new RoomTable(this.book, contents);
  }

  /** What the person is in the room. */
  roleIn(room: Room, { person, isGuest, devices }: KnownPerson): Role {
    const { kind, roles, bans, invited, persons } = room.record;
    if (kind === "private") {
      const own = persons.find((each) => each.person === person);
      if (own?.answer !== "accepted") return "outsider";
      return isGuest ? "guest" : "member";
    }
    const serverRole = this.accounts.get(person)?.role;
    if (serverRole !== undefined) return serverRole === "owner" ? "server-owner" : "server-admin";
    const role = roles.find((each) => each.person === person)?.role;
    if (role === "owner") return "owner";
    const wallNow = this.wallNow();
    const isBanned = bans.some(
      (ban) =>
        (ban.until === undefined || wallNow < ban.until) &&
        (ban.person === person || devices.some((device) => ban.devices.includes(device))),
    );
    if (isBanned) return "banned";
    if (role !== undefined) return role;
    const isOpen = kind === "public" || invited.some((each) => each.person === person);
    if (!isOpen) return "outsider";
    return isGuest ? "guest" : "member";
  }

  /** @throws {EarshotError} WHEN the member may not do this in the room `not-allowed`. */
  require(member: Member, room: Room, action: Action, target?: KnownPerson): void {
    const actor = this.roleIn(room, knownPerson(member.state.person));
    const aim = target === undefined ? {} : { target: this.roleIn(room, target) };
    if (isAllowed({ actor, action, room: rightsOf(room), ...aim })) return;
    throw new EarshotError("not-allowed", refusalText({ actor, action }, room, target));
  }

  /** Whether the member may do this in the room. */
  allows(member: Member, room: Room, action: Action): boolean {
    const actor = this.roleIn(room, knownPerson(member.state.person));
    return isAllowed({ actor, action, room: rightsOf(room) });
  }

  /** Whether the session is in the room of that name and may read it. */
  mayRead(session: Session, name: string): boolean {
    const room = this.rooms.get(name);
    if (room === undefined || !session.isMember() || !session.rooms.has(name)) return false;
    return this.allows(session, room, "read");
  }

  /** Takes who is somebody else now out of the rooms that this one may not read: news are told to all in a room. */
  exitForbidden(now: number, member: Member): void {
    const { nick } = member.state.person;
    for (const name of [...member.rooms]) {
      const room = this.rooms.get(name);
      if (room === undefined || this.allows(member, room, "read")) continue;
      this.rooms.exit(now, member, room, { reason: "left" });
      this.output.tell([member], { type: "removed", room: name, by: nick, isBanned: false });
    }
  }

  /**
   * The room that is meant, if the member is in it and may read it.
   * @throws {EarshotError} WHEN `room-invalid`, `not-joined` or `not-allowed`.
   */
  joined(member: Member, input: string): Room {
    const room = this.rooms.joined(member, parseRoom(input));
    this.require(member, room, "read");
    return room;
  }

  /**
   * Who is called so: here now, or an account.
   * @throws {EarshotError} WHEN nobody is `nickname-unknown`.
   */
  personNamed(input: string): KnownPerson {
    const key = nickKey(parseNick(input));
    const members = [...this.sessions.named(key)];
    const account = this.accounts.named(key);
    const here = members[0]?.state.person;
    if (here === undefined && account === undefined) {
      throw new EarshotError("nickname-unknown", `nobody here is called ${input}`);
    }
    return {
      person: here?.person ?? account?.person ?? "",
      nick: here?.nick ?? account?.nick ?? "",
      isGuest: here?.isGuest ?? false,
      devices: [
        ...new Set([
          ...members.map(({ state }) => state.person.device),
          ...(account?.devices ?? []).map(({ key: device }) => device),
        ]),
      ],
    };
  }

  /** What the person has not read of the room, if the server keeps that. */
  readState(person: string, room: Room): { readonly read?: ReadState } {
    const marker = this.markers.get(person, room.name);
    return marker === undefined ? {} : { read: readStateOf(marker, room.end.ordinal) };
  }

  /** @throws {EarshotError} WHEN too much waits to be stored `limit-reached`. */
  push(change: PendingChange): void {
    if (this.commits.push(change)) return;
    throw new EarshotError("limit-reached", "too much waits to be stored");
  }

  /** Answers `done` when what was changed in memory is on the disk. */
  answerWhenStored(session: Session, ref: number): void {
    this.push({
      onDone: () => this.output.answer(session, { type: "done", ref }),
      onFailed: (failure) => this.refuseFailed(session, ref, failure),
    });
  }

  refuseFailed(session: Session, ref: number, { code, message }: StoreFailure): void {
    this.output.answer(session, { type: "error", ref, code, message });
  }

  /** @throws {EarshotError} WHEN the session has too many questions waiting `limit-reached`. */
  query(session: Session, waiting: WaitingQuery): void {
    if (this.reads.push(session, waiting)) return;
    throw new EarshotError("limit-reached", "too many history requests at a time");
  }

  /** Tells all sessions of a person. */
  tellPerson(person: string, event: Event): void {
    this.output.tell(this.sessions.of(person), event);
  }

  /** When `handleTurn` has something to do without anything happening. */
  pollTimeout(): number | undefined {
    const times = [...this.rooms.newsy].map(({ news }) => news.dueAt);
    // While a commit is under way, its end is what is waited for.
    const recordsDueAt = this.commits.isWriting ? undefined : this.#recordsDueAt;
    return [...times, recordsDueAt].reduce(earlier, undefined);
  }

  /** After every turn: stores what waits, reads what is asked for, tells what is due. */
  handleTurn(now: number): void {
    this.#startCommit(now);
    this.#startQuery();
    for (const run of this.opaque.start()) this.output.add({ type: "opaque", ...run });
    for (const room of this.rooms.newsy) this.#tellNews(now, room);
  }

  #startCommit(now: number): void {
    if (!this.book.isClean) this.#recordsDueAt ??= now + recordsMs;
    const areRecordsDue = this.#recordsDueAt !== undefined && this.#recordsDueAt <= now;
    if (this.commits.isWriting || (this.commits.isEmpty && !areRecordsDue)) return;
    this.#recordsDueAt = undefined;
    const changes = this.commits.start();
    const drafted = changes.filter(({ draft }) => draft !== undefined);
    this.output.add({
      type: "commit",
      commit: {
        drafts: drafted.flatMap(({ draft }) => draft ?? []),
        changes: (placements) => {
          for (const [index, { apply }] of drafted.entries()) {
            const placement = placements[index];
            if (placement?.type === "placed") apply?.(placement);
          }
          return this.book.take();
        },
      },
    });
  }

  #startQuery(): void {
    const running = this.reads.start();
    if (running === undefined) return;
    const { type, query } = running.waiting;
    this.output.add(type === "search" ? { type, query } : { type: "read", query });
  }

  #tellNews(now: number, room: Room): void {
    const { news, name } = room;
    if (news.dueAt !== undefined && now < news.dueAt) return;
    const { said, isGrown, presence } = news.take(now, (key) => room.view(key));
    if (news.dueAt === undefined) this.rooms.removeNews(room);
    const members = room.members;
    const writable = members.filter(({ isWritable }) => isWritable);
    for (const member of members) {
      if (member.isWritable) continue;
      if (isGrown || 0 < said.length) member.behindRooms.add(name);
      if (presence !== undefined) member.staleRooms.add(name);
    }
    for (const entries of said) this.output.tell(writable, { type: "said", room: name, entries });
    if (isGrown) {
      this.output.tell(writable, { type: "grown", room: name, lastSequence: room.end.sequence });
    }
    if (presence !== undefined) this.#tellPresence(name, writable, presence);
  }

  #tellPresence(
    room: string,
    members: readonly Member[],
    { joined, left, changed }: NonNullable<News["presence"]>,
  ): void {
    const isOne = joined.length === 1 && left.length + changed.length === 0;
    // Who came knows it already.
    const own = isOne ? nickKey(joined[0]?.nick ?? "") : undefined;
    const others = members.filter(({ state }) => state.key !== own);
    this.output.tell(others, { type: "presence", room, joined, left, changed });
  }

  /** What the session missed while its connection was full. */
  tellMissed(session: Session): void {
    for (const name of session.behindRooms) {
      const lastSequence = this.rooms.get(name)?.end.sequence;
      if (lastSequence === undefined) continue;
      this.output.tell([session], { type: "grown", room: name, lastSequence });
    }
    for (const room of session.staleRooms) {
      const nobody = { joined: [], left: [], changed: [] };
      this.output.tell([session], { type: "presence", room, ...nobody, isStale: true });
    }
    session.behindRooms.clear();
    session.staleRooms.clear();
  }
}

/** The person as one who may be meant. */
export function knownPerson({ person, nick, isGuest, device }: Person): KnownPerson {
  return { person, nick, isGuest, devices: [device] };
}

/** What of the room decides about rights. */
export function rightsOf({ record }: Room): RoomRights {
  const isOwned = record.roles.some(({ role }) => role === "owner");
  return { kind: record.kind, isOwned, isReadOnly: record.isReadOnly };
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

/** Why somebody may not do it, for themselves. */
function refusalText(
  { actor, action }: { readonly actor: Role; readonly action: Action },
  room: Room,
  target: KnownPerson | undefined,
): string {
  const { name } = room;
  const rights = rightsOf(room);
  if (rights.kind === "private") {
    return isBelow(actor, "guest")
      ? "this private chat is not yours"
      : `in a private chat nobody may ${actionPhrases[action]}`;
  }
  const unlocked = { actor, action, room: { ...rights, isReadOnly: false } };
  if (target === undefined && isAllowed(unlocked)) {
    return `${name} is read-only: only moderators write there`;
  }
  const whom = target === undefined ? "" : ` ${target.nick}`;
  return `you are ${rolePhrases[actor]} in ${name} and may not ${actionPhrases[action]}${whom}`;
}
