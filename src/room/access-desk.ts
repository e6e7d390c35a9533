import { assertNever } from "../base/assert.ts";
import { EarshotError } from "../base/errors.ts";
import { invitationHash } from "./invitation-hash.ts";
import {
  bansMax,
  channels,
  devicesMax,
  ignoredMax,
  invitationsMax,
  invitedMax,
  mutesMax,
  phraseLengthMax,
  rolesMax,
} from "./limits.ts";
import { parsePhrase } from "./line.ts";
import type { Moderation } from "./log-entry.ts";
import type {
  AccessRequest,
  Ban,
  Claim,
  Grant,
  Ignore,
  Invite,
  ListBans,
  MakeInvitation,
  RevokeInvitations,
} from "./message-access.ts";
import type { PreparedPost } from "./message-desk.ts";
import type { PostBody } from "./message-log.ts";
import { nickKey } from "./name.ts";
import { type Role, roles } from "./rights.ts";
import type { Room } from "./room.ts";
import { type NamedPerson, type RoomRecord, withoutPerson, withPerson } from "./room-record.ts";
import { type KnownPerson, knownPerson, type ServerState } from "./server-state.ts";
import type { Listing, Member } from "./session.ts";

type ModerationRequest = Extract<PostBody, { readonly type: "moderation" }>;

/** Who may come in, who must go, and who decides about that. */
export class AccessDesk {
  readonly #state: ServerState;
  #isClaimable: boolean;

  constructor(state: ServerState) {
    this.#state = state;
    this.#isClaimable = state.claimToken !== undefined && !state.accounts.isClaimed;
  }

  handle(member: Member, request: Exclude<AccessRequest, Listing>): void {
    switch (request.type) {
      case "invite":
        this.#invite(member, request);
        return;
      case "make-invitation":
        this.#makeInvitation(member, request);
        return;
      case "revoke-invitations":
        this.#revokeInvitations(member, request);
        return;
      case "claim":
        this.#claim(member, request);
        return;
      case "grant":
        this.#grant(member, request);
        return;
      case "ignore":
        this.#ignore(member, request);
        return;
      default:
        assertNever(request);
    }
  }

  /** What a moderator wants to do to somebody, as an entry of the log. */
  prepare(member: Member, room: Room, request: ModerationRequest): PreparedPost {
    const { action, durationMs, role } = request;
    const target = this.#targetOf(room, request.nick, action);
    this.#state.require(member, room, action, target);
    this.#requireRole(member, room, request);
    const reason = parsePhrase(request.reason ?? "", phraseLengthMax);
    const isTimed = durationMs !== undefined && (action === "ban" || action === "mute");
    const { person, nick } = target;
    const body: Moderation = {
      type: "moderation",
      action,
      person,
      nick,
      ...(action === "role" && role !== undefined && { role }),
      ...(reason !== "" && { reason }),
      ...(isTimed && { until: this.#state.wallNow() + durationMs }),
    };
    const by = member.state.person.nick;
    const apply = () =>
      this.#state.rooms.record(room, this.#changed(room.record, body, { target, by }));
    const isRemoval = action === "kick" || action === "ban";
    if (!isRemoval) return { body, apply, onStored: (now) => this.#tellRole(now, room, body) };
    return { body, apply, onStored: (now) => this.#remove(now, room, body, { target, by }) };
  }

  #invite(member: Member, { ref, room: wanted, nick }: Invite): void {
    const room = this.#state.joined(member, wanted);
    this.#state.require(member, room, "invite");
    const { person, nick: name } = this.#state.personNamed(nick);
    const { record } = room;
    if (record.kind !== "public" && !record.invited.some((each) => each.person === person)) {
      requirePlace(record.invited.length, invitedMax, "persons are invited");
      const invited = withPerson(record.invited, { person, nick: name });
      this.#state.rooms.record(room, { ...record, invited });
    }
    this.#state.answerWhenStored(member, ref);
    const by = member.state.person.nick;
    this.#state.tellPerson(person, { type: "invited", room: room.name, by });
  }

  #makeInvitation(member: Member, request: MakeInvitation): void {
    const { ref, room: wanted, uses, durationMs } = request;
    const room = this.#state.joined(member, wanted);
    this.#state.require(member, room, "invite");
    const { record } = room;
    const wallNow = this.#state.wallNow();
    const valid = record.invitations.filter(({ until }) => wallNow < until);
    requirePlace(valid.length, invitationsMax, "invitations are open");
    const invitation = this.#state.random.id();
    const { person, nick } = member.state.person;
    const made = {
      hash: invitationHash(invitation),
      uses,
      until: wallNow + durationMs,
      by: { person, nick },
    };
    this.#state.rooms.record(room, { ...record, invitations: [...valid, made] });
    this.#state.push({
      onDone: () =>
        this.#state.output.answer(member, {
          type: "invitation",
          ref,
          room: room.name,
          invitation,
        }),
      onFailed: (failure) => this.#state.refuseFailed(member, ref, failure),
    });
  }

  #revokeInvitations(member: Member, { ref, room: wanted }: RevokeInvitations): void {
    const room = this.#state.joined(member, wanted);
    this.#state.require(member, room, "invite");
    this.#state.rooms.record(room, { ...room.record, invitations: [] });
    this.#state.answerWhenStored(member, ref);
  }

  /** Uses an invitation up; `false` when it is none, or none any more. Its maker hears of it. */
  useInvitation(member: Member, room: Room, invitation: string): boolean {
    const { record } = room;
    const hash = invitationHash(invitation);
    const found = record.invitations.find((each) => Buffer.compare(each.hash, hash) === 0);
    if (found === undefined || found.until <= this.#state.wallNow()) return false;
    if (invitedMax <= record.invited.length) return false;
    const { person, nick } = member.state.person;
    const others = record.invitations.filter((each) => each !== found);
    const rest = 1 < found.uses ? [...others, { ...found, uses: found.uses - 1 }] : others;
    const invited = withPerson(record.invited, { person, nick });
    this.#state.rooms.record(room, { ...record, invited, invitations: rest });
    const text = `${nick} used your invitation into ${room.name}`;
    this.#state.tellPerson(found.by.person, { type: "notice", text });
    return true;
  }

  listBans(member: Member, { ref, room: wanted }: ListBans): void {
    const room = this.#state.joined(member, wanted);
    this.#state.require(member, room, "see-bans");
    const wallNow = this.#state.wallNow();
    const bans: Ban[] = room.record.bans
      .filter(({ until }) => until === undefined || wallNow < until)
      .map(({ nick, by, reason, until }) => ({
        nick,
        by,
        ...(reason !== undefined && { reason }),
        ...(until !== undefined && { until }),
      }));
    const reply = { type: "bans", ref, room: room.name, bans } as const;
    this.#state.output.answer(member, reply, channels.bulk);
  }

  /** Makes an owner of the server of who has read its console. Wrong tokens are not told apart. */
  #claim(member: Member, { ref, token }: Claim): void {
    const { accounts, claimToken } = this.#state;
    const account = accounts.get(member.state.person.person);
    if (account === undefined) {
      throw new EarshotError("not-allowed", "register first: only an account can own the server");
    }
    const isRight = this.#isClaimable && claimToken !== undefined && isSame(token, claimToken);
    if (!isRight) throw new EarshotError("not-allowed", "this token does not claim the server");
    this.#isClaimable = false;
    accounts.set({ ...account, role: "owner" });
    this.#state.answerWhenStored(member, ref);
  }

  #grant(member: Member, { ref, nick, isAdmin }: Grant): void {
    const { accounts } = this.#state;
    if (accounts.get(member.state.person.person)?.role !== "owner") {
      throw new EarshotError("not-allowed", "only an owner of the server may make admins");
    }
    const account = accounts.get(this.#state.personNamed(nick).person);
    if (account === undefined || account.role === "owner") {
      throw new EarshotError("not-allowed", `${nick} is a guest, or an owner`);
    }
    const { role: _role, ...rest } = account;
    accounts.set(isAdmin ? { ...rest, role: "admin" } : rest);
    this.#state.answerWhenStored(member, ref);
  }

  #ignore(member: Member, { ref, nick, isOn }: Ignore): void {
    const { accounts } = this.#state;
    const { person } = this.#state.personNamed(nick);
    const account = accounts.get(member.state.person.person);
    if (account === undefined) {
      if (isOn) member.ignored.add(person);
      else member.ignored.delete(person);
      this.#state.output.answer(member, { type: "done", ref });
      return;
    }
    const others = account.ignored.filter((each) => each !== person);
    if (isOn) requirePlace(others.length, ignoredMax, "persons are ignored");
    accounts.set({ ...account, ignored: isOn ? [...others, person] : others });
    this.#state.answerWhenStored(member, ref);
  }

  /** A person who is here or has an account, or one the room knows from what was done to them. */
  #targetOf(room: Room, input: string, action: Moderation["action"]): KnownPerson {
    const { bans, mutes, roles: holders } = room.record;
    const known: readonly NamedPerson[] =
      action === "unban" ? bans : action === "unmute" ? mutes : action === "role" ? holders : [];
    const key = nickKey(input);
    const found = known.find(({ nick }) => nickKey(nick) === key);
    if (found === undefined) return this.#state.personNamed(input);
    const { person, nick } = found;
    return { person, nick, isGuest: person.startsWith("~"), devices: [] };
  }

  /** @throws {EarshotError} WHEN a role is given that is above the giver's own `not-allowed`. */
  #requireRole(member: Member, room: Room, { action, role }: ModerationRequest): void {
    if (action !== "role") return;
    if (role === undefined) throw new EarshotError("request-invalid", "there is no role to give");
    const own: Role = this.#state.roleIn(room, knownPerson(member.state.person));
    if (roles.indexOf(own) < roles.indexOf(role)) {
      throw new EarshotError("not-allowed", `you are ${own} and may not make somebody ${role}`);
    }
  }

  #changed(
    record: RoomRecord,
    { action, person, nick, role, reason, until }: Moderation,
    { target, by }: { readonly target: KnownPerson; readonly by: string },
  ): RoomRecord {
    const timed = until === undefined ? {} : { until };
    switch (action) {
      case "kick":
        return { ...record, invited: withoutPerson(record.invited, person) };
      case "ban": {
        const why = reason === undefined ? {} : { reason };
        const devices = target.devices.slice(0, devicesMax);
        const ban = { person, nick, devices, by, ...why, ...timed };
        const bans = withPerson(this.#lasting(record.bans), ban).slice(-bansMax);
        const invited = withoutPerson(record.invited, person);
        return { ...record, bans, invited, roles: withoutPerson(record.roles, person) };
      }
      case "unban":
        return { ...record, bans: withoutPerson(record.bans, person) };
      case "mute": {
        const mutes = withPerson(this.#lasting(record.mutes), { person, nick, ...timed });
        return { ...record, mutes: mutes.slice(-mutesMax) };
      }
      case "unmute":
        return { ...record, mutes: withoutPerson(record.mutes, person) };
      case "role": {
        if (role === undefined) return record;
        const holders = withPerson(record.roles, { person, nick, role }).slice(-rolesMax);
        return { ...record, roles: holders };
      }
    }
  }

  /** Those that have not run out. */
  #lasting<T extends { readonly until?: number }>(all: readonly T[]): readonly T[] {
    const wallNow = this.#state.wallNow();
    return all.filter(({ until }) => until === undefined || wallNow < until);
  }

  /** Puts all sessions of the person, and those at its devices when it is banned, out of the room. */
  #remove(
    now: number,
    room: Room,
    { action, person, reason }: Moderation,
    { target, by }: { readonly target: KnownPerson; readonly by: string },
  ): void {
    const isBanned = action === "ban";
    const why = reason === undefined ? {} : { reason };
    const text = reason === undefined ? {} : { text: reason };
    this.#state.markers.delete(person, room.name);
    for (const member of room.members) {
      const { person: own, device } = member.state.person;
      const isMeant = own === person || (isBanned && target.devices.includes(device));
      if (!isMeant) continue;
      this.#state.rooms.exit(now, member, room, { reason: "kicked", ...text });
      const removal = { type: "removed", room: room.name, by, isBanned, ...why } as const;
      this.#state.output.tell([member], removal);
    }
  }

  /** The others see a new role. */
  #tellRole(now: number, room: Room, { action, person }: Moderation): void {
    if (action !== "role") return;
    for (const member of this.#state.sessions.of(person)) {
      const { key } = member.state;
      const view = room.view(key);
      if (view === undefined) continue;
      const { role: _role, ...before } = view;
      room.news.addChange(now, room.memberCount, { key, before });
      this.#state.rooms.addNews(room);
    }
  }
}

/** Takes as long whatever differs. */
function isSame(token: string, other: string): boolean {
  return Buffer.compare(invitationHash(token), invitationHash(other)) === 0;
}

/** @throws {EarshotError} WHEN there is no place for another one `limit-reached`. */
function requirePlace(count: number, countMax: number, what: string): void {
  if (count < countMax) return;
  throw new EarshotError("limit-reached", `${count} ${what} already`);
}
