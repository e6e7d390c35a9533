import { EarshotError } from "../base/errors.ts";
import { askedMax, askedMsMax, asksPerPerson, chatPersonsMax, sessionRoomsMax } from "./limits.ts";
import type { Answer, Ask, Asked } from "./message-private.ts";
import { parseRoom } from "./name.ts";
import type { Room } from "./room.ts";
import type { RoomDesk } from "./room-desk.ts";
import { type ChatMember, plainRecord } from "./room-record.ts";
import { type KnownPerson, knownPerson, type ServerState } from "./server-state.ts";
import type { Member } from "./session.ts";

/**
 * Private chats: rooms of some persons, each of whom must agree. Who is away finds the request, and
 * what was written meanwhile, when they come.
 */
export class PrivateDesk {
  readonly #state: ServerState;
  readonly #rooms: RoomDesk;

  constructor(state: ServerState, rooms: RoomDesk) {
    this.#state = state;
    this.#rooms = rooms;
  }

  ask(now: number, member: Member, { ref, nicks }: Ask): void {
    const asker = knownPerson(member.state.person);
    const asked = this.#askedPersons(asker, nicks);
    const persons = [asker, ...asked];
    for (const { person, nick } of asked) {
      const mayAsk = this.#state.rates.take(now, person, "asked", asksPerPerson);
      const waiting = this.#waitingFor(person).length;
      const rooms = this.#state.markers.roomsOf(person).length;
      if (!mayAsk || askedMax <= waiting || sessionRoomsMax <= rooms) {
        throw new EarshotError("too-fast", `too many want to talk with ${nick} now`);
      }
    }
    const found = this.#roomOf(persons);
    if (found === undefined) this.#rooms.requirePlace(member);
    const room = found ?? this.#create(asker, persons);
    this.#askAgain(room, asker);
    this.#rooms.enter(now, member, room);
    this.#state.push({
      onDone: () => {
        this.#rooms.enteredAnswer(member, ref, room);
        for (const { person } of asked) this.#tellAsked(room, person);
      },
      onFailed: (failure) => this.#state.refuseFailed(member, ref, failure),
    });
  }

  answer(now: number, member: Member, { ref, room: wanted, isAccepted }: Answer): void {
    const { rooms, markers } = this.#state;
    const { person, nick } = member.state.person;
    const room = rooms.get(parseRoom(wanted));
    const own = room?.record.persons.find((each) => each.person === person);
    if (room === undefined || own === undefined) {
      throw new EarshotError("room-invalid", "there is no such private chat");
    }
    if (own.answer === "asked" && isAccepted && room.record.askedUntil <= this.#state.wallNow()) {
      throw new EarshotError("invitation-needed", "it is too late: ask for another chat");
    }
    const answer = isAccepted ? "accepted" : "declined";
    this.#record(room, person, answer);
    if (!isAccepted) {
      markers.delete(person, room.name);
      for (const session of this.#state.sessions.of(person)) {
        rooms.exit(now, session, room, { reason: "left" });
      }
    }
    this.#state.answerWhenStored(member, ref);
    const event = { type: "answered", room: room.name, nick, answer } as const;
    for (const other of room.record.persons) {
      if (other.person !== person) this.#state.tellPerson(other.person, event);
    }
    // What is answered on one device is asked on the others no more.
    const devices = [...this.#state.sessions.of(person)].filter((each) => each !== member);
    this.#state.output.tell(devices, event);
  }

  /** Those who have not answered are told of the files that are offered to them. */
  tellOffered(room: Room): void {
    for (const { person } of room.record.persons) this.#tellAsked(room, person);
  }

  /** Tells somebody who has come what is asked of them. */
  tellWaiting(member: Member): void {
    for (const room of this.#waitingFor(member.state.person.person)) {
      const event = this.#askedEvent(room);
      if (!this.#isIgnored(member, room)) this.#state.output.tell([member], event);
    }
  }

  #askedPersons(asker: KnownPerson, nicks: readonly string[]): readonly KnownPerson[] {
    const found = new Map<string, KnownPerson>();
    for (const nick of nicks) {
      const person = this.#state.personNamed(nick);
      if (person.person !== asker.person) found.set(person.person, person);
    }
    if (found.size === 0) {
      throw new EarshotError("request-invalid", "a private chat needs somebody else");
    }
    if (chatPersonsMax <= found.size) {
      throw new EarshotError("limit-reached", `at most ${chatPersonsMax} talk in private`);
    }
    return [...found.values()];
  }

  /** The chat of exactly these persons, if there is one. */
  #roomOf(persons: readonly KnownPerson[]): Room | undefined {
    const ids = new Set(persons.map(({ person }) => person));
    const [first] = ids;
    for (const name of this.#state.markers.roomsOf(first ?? "")) {
      const room = this.#state.rooms.get(name);
      const own = room?.record.persons ?? [];
      if (own.length === ids.size && own.every(({ person }) => ids.has(person))) return room;
    }
    return undefined;
  }

  #create(asker: KnownPerson, persons: readonly KnownPerson[]): Room {
    const { rooms, random } = this.#state;
    const room = rooms.create(`&${random.id()}`);
    const createdAt = this.#state.wallNow();
    const members = persons.map(
      ({ person, nick, isGuest }): ChatMember => ({
        person,
        nick,
        ...(isGuest && { isGuest }),
        answer: person === asker.person ? "accepted" : "asked",
      }),
    );
    rooms.record(room, { ...plainRecord, kind: "private", createdAt, persons: members });
    return room;
  }

  /** Whoever has not agreed is asked (again), and what is written for them waits from now on. */
  #askAgain(room: Room, asker: KnownPerson): void {
    const { rooms, markers } = this.#state;
    const { record } = room;
    const persons = record.persons.map((each): ChatMember => {
      if (each.person === asker.person) return { ...each, answer: "accepted" };
      return each.answer === "accepted" ? each : { ...each, answer: "asked" };
    });
    const askedUntil = this.#state.wallNow() + askedMsMax;
    rooms.record(room, { ...record, persons, askedUntil });
    const { sequence, ordinal } = room.end;
    for (const { person } of persons) {
      if (markers.get(person, room.name) !== undefined) continue;
      markers.set(person, room.name, { sequence, ordinal, delivered: sequence, mentions: [] });
    }
  }

  #record(room: Room, person: string, answer: ChatMember["answer"]): void {
    const { record } = room;
    const persons = record.persons.map((each) =>
      each.person === person ? { ...each, answer } : each,
    );
    this.#state.rooms.record(room, { ...record, persons });
  }

  /** Chats that wait for this person's answer and still may be answered. */
  #waitingFor(person: string): readonly Room[] {
    const wallNow = this.#state.wallNow();
    return this.#state.markers.roomsOf(person).flatMap((name) => {
      const room = this.#state.rooms.get(name);
      const own = room?.record.persons.find((each) => each.person === person);
      const isWaiting = own?.answer === "asked" && wallNow < (room?.record.askedUntil ?? 0);
      return room !== undefined && isWaiting ? [room] : [];
    });
  }

  #tellAsked(room: Room, person: string): void {
    const own = room.record.persons.find((each) => each.person === person);
    if (own?.answer !== "asked") return;
    const event = this.#askedEvent(room);
    const willing = [...this.#state.sessions.of(person)].filter(
      (member) => !this.#isIgnored(member, room),
    );
    this.#state.output.tell(willing, event);
  }

  #askedEvent(room: Room): Asked {
    const { persons, askedUntil, offer } = room.record;
    const by = persons.find(({ answer }) => answer === "accepted")?.nick ?? "";
    const told = persons.map(({ nick, person, answer }) => ({ nick, person, answer }));
    const offered = offer === undefined ? {} : { offer };
    return { type: "asked", room: room.name, by, persons: told, until: askedUntil, ...offered };
  }

  /** Whoever asks is kept away by this member. They do not hear of it. */
  #isIgnored(member: Member, room: Room): boolean {
    const account = this.#state.accounts.get(member.state.person.person);
    return room.record.persons.some(
      ({ person, answer }) =>
        answer === "accepted" &&
        (member.ignored.has(person) || (account?.ignored.includes(person) ?? false)),
    );
  }
}
