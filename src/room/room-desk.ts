import { EarshotError } from "../base/errors.ts";
import { utf8Bytes } from "../base/text.ts";
import type { AccessDesk } from "./access-desk.ts";
import {
  creationsPerPerson,
  listBytesMax,
  sessionRoomsMax,
  summaryOverheadBytes,
  typingMembersMax,
  typingMs,
} from "./limits.ts";
import type {
  Configure,
  Create,
  Entered,
  Join,
  Leave,
  ListMembers,
  ListRooms,
  RoomSummary,
  Typing,
} from "./message-room.ts";
import { nickKey, parseRoom } from "./name.ts";
import type { Room } from "./room.ts";
import { plainRecord } from "./room-record.ts";
import { knownPerson, type ServerState } from "./server-state.ts";
import type { Member } from "./session.ts";

/** Rooms: made, listed, entered and left. */
export class RoomDesk {
  readonly #state: ServerState;
  readonly #access: AccessDesk;

  constructor(state: ServerState, access: AccessDesk) {
    this.#state = state;
    this.#access = access;
  }

  /** Enters the room, unless the member is in it; what is to be told of that is asked apart. */
  join(now: number, member: Member, request: Join): void {
    const name = parseRoom(request.room);
    if (!member.rooms.has(name)) this.#join(now, member, name, request);
  }

  /** Tells who joined what there is to know. */
  tellEntered(member: Member, { ref, room }: Join): void {
    this.enteredAnswer(member, ref, this.#state.rooms.joined(member, parseRoom(room)));
  }

  listMembers(member: Member, { type, ref, room: wanted, after }: ListMembers): void {
    const room = this.#state.rooms.joined(member, parseRoom(wanted));
    const page = room.memberPage(after === undefined ? undefined : nickKey(after));
    this.#state.output.answer(member, { type, ref, room: room.name, ...page });
  }

  leave(now: number, member: Member, { ref, room: wanted }: Leave): void {
    const name = parseRoom(wanted);
    const room = this.#state.rooms.get(name);
    if (room !== undefined) this.#state.rooms.exit(now, member, room, { reason: "left" });
    // A private chat is only left by declining it.
    if (room?.record.kind !== "private") {
      this.#state.markers.delete(member.state.person.person, name);
    }
    this.#state.output.answer(member, { type: "exited", ref, room: name });
  }

  create(now: number, member: Member, { ref, room: wanted, kind }: Create): void {
    const { rooms, rates } = this.#state;
    const name = parseRoom(wanted);
    const found = rooms.get(name);
    if (found !== undefined && (found.isWritten || 0 < found.memberCount)) {
      throw new EarshotError("room-exists", `room ${name} is there already`);
    }
    const { person, nick } = member.state.person;
    if (!rates.take(now, person, "create", creationsPerPerson)) {
      throw new EarshotError("too-fast", "you make rooms too fast: ten an hour");
    }
    this.requirePlace(member);
    const room = rooms.create(name);
    const createdAt = this.#state.wallNow();
    const owner = { person, nick, role: "owner" } as const;
    rooms.record(room, { ...plainRecord, kind, createdAt, roles: [owner] });
    this.enter(now, member, room);
    this.#state.push({
      onDone: () => this.enteredAnswer(member, ref, room),
      onFailed: (failure) => {
        this.#state.refuseFailed(member, ref, failure);
        rooms.unmake(now, room);
        this.#state.markers.delete(person, name);
      },
    });
  }

  configure(member: Member, { ref, room: wanted, kind, retention }: Configure): void {
    const room = this.#state.joined(member, wanted);
    this.#state.require(member, room, "configure");
    const change = {
      ...(kind !== undefined && { kind }),
      ...(retention !== undefined && { retention }),
    };
    const { password: _password, ...open } = room.record;
    // Another kind of room has no password.
    const before = kind === undefined ? room.record : open;
    this.#state.rooms.record(room, { ...before, ...change });
    this.#state.answerWhenStored(member, ref);
  }

  /** Rooms that may be found: those that are not secret, and those the member belongs to. */
  listRooms(member: Member, { ref, after = "" }: ListRooms): void {
    const { person } = member.state.person;
    const summaries: RoomSummary[] = [];
    let bytes = 0;
    let hasMore = false;
    for (const room of this.#state.rooms.after(after)) {
      if (!this.#isListed(member, room)) continue;
      const { name, record, memberCount, end } = room;
      bytes += utf8Bytes(name) + utf8Bytes(record.topic) + summaryOverheadBytes;
      hasMore = listBytesMax < bytes;
      if (hasMore) break;
      summaries.push({
        room: name,
        kind: record.kind,
        topic: record.topic,
        memberCount,
        lastSequence: end.sequence,
        ...this.#state.readState(person, room),
      });
    }
    this.#state.output.answer(member, { type: "rooms", ref, rooms: summaries, hasMore });
  }

  typing(now: number, member: Member, { room: wanted, state }: Typing): void {
    const room = this.#state.joined(member, wanted);
    this.#state.require(member, room, "write");
    if (typingMembersMax < room.memberCount) return;
    if (state === "active" && now < member.typedAt + typingMs) return;
    if (state === "active") member.typedAt = now;
    const others = room.members.filter(
      (other) => other.isWritable && other.state.key !== member.state.key,
    );
    const { nick } = member.state.person;
    this.#state.output.tell(others, { type: "typing", room: room.name, nick, state });
  }

  /** @throws {EarshotError} WHEN the member is in too many rooms `limit-reached`. */
  requirePlace(member: Member): void {
    const lasting = this.#state.markers.roomsOf(member.state.person.person).length;
    const count = Math.max(member.rooms.size, lasting);
    if (count < sessionRoomsMax) return;
    const message = `you are in ${count} rooms, at most ${sessionRoomsMax}`;
    throw new EarshotError("limit-reached", message);
  }

  /** Enters the room; accounts, and the persons of a private chat, stay in it while they are away. */
  enter(now: number, member: Member, room: Room): void {
    const { rooms, markers } = this.#state;
    const { person, isGuest } = member.state.person;
    const isLasting = !isGuest || room.record.kind === "private";
    const isNew = isLasting && markers.get(person, room.name) === undefined;
    rooms.enter(now, member, room);
    if (!isNew) return;
    const { sequence, ordinal } = room.end;
    markers.set(person, room.name, { sequence, ordinal, delivered: sequence, mentions: [] });
  }

  /** Tells who is there and where the log ends. */
  enteredAnswer(member: Member, ref: number, room: Room): void {
    const { name, record, memberCount, end } = room;
    const { kind, topic, slowMs, isReadOnly, persons, roles } = record;
    const { person } = member.state.person;
    const role = roles.find((each) => each.person === person)?.role;
    const entered: Entered = {
      type: "entered",
      ref,
      room: name,
      state: { kind, topic, slowMs, isReadOnly },
      ...(role !== undefined && { role }),
      members: room.memberPage(undefined).members,
      memberCount,
      log: this.#state.log,
      firstSequence: end.firstSequence,
      lastSequence: end.sequence,
      ...this.#state.readState(person, room),
      ...(kind === "private" && {
        persons: persons.map(({ nick, person: id, answer }) => ({ nick, person: id, answer })),
      }),
    };
    this.#state.output.answer(member, entered);
  }

  #join(now: number, member: Member, name: string, { invitation }: Join): void {
    const { rooms } = this.#state;
    const found = rooms.get(name);
    if (found === undefined && name.startsWith("&")) {
      throw new EarshotError("room-invalid", "there is no such private chat");
    }
    const isKnown = this.#state.markers.get(member.state.person.person, name) !== undefined;
    if (!isKnown || sessionRoomsMax <= member.rooms.size) this.requirePlace(member);
    const room = found ?? rooms.create(name);
    const who = knownPerson(member.state.person);
    let role = this.#state.roleIn(room, who);
    if (role === "outsider" && invitation !== undefined) {
      if (this.#access.useInvitation(member, room, invitation)) {
        role = this.#state.roleIn(room, who);
      }
    }
    if (role === "banned") throw new EarshotError("not-allowed", `you are banned from ${name}`);
    if (role === "outsider" && room.record.kind === "password") {
      throw new EarshotError("password-needed", `${name} has a password`);
    }
    if (role === "outsider") {
      throw new EarshotError("invitation-needed", `one must be invited into ${name}`);
    }
    this.enter(now, member, room);
  }

  #isListed(member: Member, room: Room): boolean {
    const { kind } = room.record;
    if (kind === "public" || kind === "password") return true;
    const role = this.#state.roleIn(room, knownPerson(member.state.person));
    return role !== "banned" && role !== "outsider";
  }
}
