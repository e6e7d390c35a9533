import { EarshotError } from "../base/errors.ts";
import { withDevice } from "./account-devices.ts";
import type { Account, AccountDevice } from "./account-table.ts";
import { isCertified } from "./certificate.ts";
import { invitationHash } from "./invitation-hash.ts";
import {
  accountsMax,
  channels,
  closeCodes,
  registrationsInAll,
  registrationsPerSource,
} from "./limits.ts";
import type {
  Certify,
  DeleteAccount,
  ListDevices,
  ListRegistrations,
  MakeRegistration,
  Register,
  RevokeDevice,
  RevokeRegistrations,
  SetProfile,
} from "./message-account.ts";
import { guestOf, type Person } from "./person.ts";
import { afterDeletion, afterRegistration, type PersonChange } from "./person-change.ts";
import type { RoomRecord } from "./room-record.ts";
import type { ServerState } from "./server-state.ts";
import type { Member, Session } from "./session.ts";

/** Accounts: how a nickname becomes somebody's, on which devices, and how it ends. */
export class AccountDesk {
  readonly #state: ServerState;

  constructor(state: ServerState) {
    this.#state = state;
  }

  /** The session and the others of its guest become the account's at once. */
  register(now: number, member: Member, request: Register): void {
    const { accounts, random } = this.#state;
    const { ref, accountKey, certificate, device } = request;
    const { person: guest, nick, isGuest } = member.state.person;
    if (!isGuest) throw new EarshotError("not-allowed", `${nick} is registered: it is you`);
    this.#requireCertificate(member, accountKey, request);
    if (accountsMax <= accounts.size) {
      throw new EarshotError("limit-reached", `server has ${accounts.size} accounts already`);
    }
    this.#requireRate(now, member);
    const inviter = this.#requireInvitation(request);
    const wallNow = this.#state.wallNow();
    const account: Account = {
      person: random.id(),
      nick,
      accountKey,
      devices: [deviceOf(member, { certificate, device }, wallNow)],
      ignored: [...member.ignored],
      createdAt: wallNow,
      lastSeenAt: wallNow,
    };
    accounts.set(account);
    const { person } = account;
    this.#replace({ from: guest, to: person }, afterRegistration);
    this.#become(now, member.state.key, (own) => ({ ...own, person, isGuest: false }));
    this.#answerStored(member, { type: "registered", ref, person });
    if (inviter === undefined) return;
    const text = `${nick} used your invitation and registered`;
    this.#state.tellPerson(inviter, { type: "notice", text });
  }

  /** The device that has proven the password is one of the account's from now on. */
  certify(session: Session, request: Certify): void {
    const { accounts, sessions, output } = this.#state;
    const { ref } = request;
    const { login } = session;
    const account = login?.type === "proven" ? accounts.get(login.person) : undefined;
    if (account === undefined)
      throw new EarshotError("not-allowed", "log in with a password first");
    this.#requireCertificate(session, account.accountKey, request);
    session.login = undefined;
    const added = deviceOf(session, request, this.#state.wallNow());
    accounts.set({ ...account, devices: withDevice(account.devices, added) });
    this.#state.answerWhenStored(session, ref);
    const name = added.name === "" ? "a new device" : `a new device, ${added.name}`;
    const text = `${account.nick} has logged in on ${name}: if that was not you, take it away with /devices revoke NUMBER`;
    output.tell(sessions.of(account.person), { type: "notice", text });
  }

  listDevices(member: Member, { ref }: ListDevices): void {
    const { devices, password } = this.#accountOf(member);
    const { device: own } = member.state.person;
    this.#state.output.answer(member, {
      type: "devices",
      ref,
      devices: devices.map(({ key, name, addedAt, lastSeenAt }) => ({
        key: Buffer.from(key, "base64url"),
        name,
        addedAt,
        lastSeenAt,
        ...(key === own && { isOwn: true }),
      })),
      hasPassword: password !== undefined,
    });
  }

  /** Whoever is there with the device must go, and comes back as a guest. */
  revokeDevice(member: Member, { ref, key }: RevokeDevice): void {
    const { accounts, sessions, output } = this.#state;
    const account = this.#accountOf(member);
    const revoked = Buffer.from(key).toString("base64url");
    const devices = account.devices.filter((device) => device.key !== revoked);
    if (devices.length === account.devices.length) {
      throw new EarshotError("target-invalid", "you have no such device");
    }
    if (devices.length === 0 && account.password === undefined) {
      throw new EarshotError("not-allowed", "it is your only device: set a password first");
    }
    accounts.set({ ...account, devices });
    const onDone = () => {
      output.answer(member, { type: "done", ref });
      for (const session of [...sessions.of(account.person)]) {
        if (session.state.person.device !== revoked) continue;
        output.close(session.id, closeCodes.revoked, "this device was revoked");
      }
    };
    this.#push(member, ref, onDone);
  }

  /** The lines stay, under the nickname that they were written with. The nickname is free. */
  deleteAccount(now: number, member: Member, { ref }: DeleteAccount): void {
    const { accounts, markers } = this.#state;
    const { person, role } = this.#accountOf(member);
    if (role === "owner") {
      throw new EarshotError("not-allowed", "you own this server, which nobody could claim again");
    }
    accounts.delete(person);
    for (const room of markers.roomsOf(person)) markers.delete(person, room);
    this.#replace({ from: person, to: guestOf(member.deviceKey) }, afterDeletion);
    this.#become(now, member.state.key, (own, { deviceKey }) => ({
      ...own,
      person: guestOf(deviceKey),
      isGuest: true,
    }));
    this.#state.answerWhenStored(member, ref);
  }

  /** What is not given stays as it is. */
  setProfile(member: Member, { ref, isReadShared, ...change }: SetProfile): void {
    const { isReadShared: was = false, ...account } = this.#accountOf(member);
    const { name, role, text } = { ...account.profile, ...change };
    const profile = { name: name ?? "", role: role ?? "", text: text ?? "" };
    const shared = (isReadShared ?? was) ? ({ isReadShared: true } as const) : {};
    this.#state.accounts.set({ ...account, profile, ...shared });
    this.#state.answerWhenStored(member, ref);
  }

  makeRegistration(member: Member, { ref, uses, durationMs }: MakeRegistration): void {
    const { random, registrations } = this.#state;
    this.#requireAdmin(member);
    const wallNow = this.#state.wallNow();
    const invitation = random.id();
    const { person, nick } = member.state.person;
    const made = {
      hash: invitationHash(invitation),
      uses,
      until: wallNow + durationMs,
      by: { person, nick },
    };
    if (!registrations.add(wallNow, made)) {
      throw new EarshotError("limit-reached", "too many invitations are open already");
    }
    this.#answerStored(member, { type: "registration", ref, invitation });
  }

  listRegistrations(member: Member, { type, ref }: ListRegistrations): void {
    this.#requireAdmin(member);
    const open = this.#state.registrations.open(this.#state.wallNow());
    const registrations = open.map(({ by, uses, until }) => ({ by: by.nick, uses, until }));
    this.#state.output.answer(member, { type, ref, registrations }, channels.bulk);
  }

  revokeRegistrations(member: Member, { ref }: RevokeRegistrations): void {
    this.#requireAdmin(member);
    this.#state.registrations.clear();
    this.#state.answerWhenStored(member, ref);
  }

  #accountOf(member: Member): Account {
    const account = this.#state.accounts.get(member.state.person.person);
    if (account !== undefined) return account;
    throw new EarshotError("not-allowed", "you are a guest: register first");
  }

  #requireAdmin(member: Member): void {
    if (this.#state.accounts.get(member.state.person.person)?.role !== undefined) return;
    throw new EarshotError(
      "not-allowed",
      "only owners and admins of the server invite to register",
    );
  }

  #requireCertificate(
    { deviceKey }: Session,
    accountKey: Uint8Array,
    { certificate }: Pick<Certify, "certificate">,
  ): void {
    const device = { serverKey: this.#state.serverKey, deviceKey };
    if (isCertified(accountKey, device, certificate)) return;
    throw new EarshotError("not-allowed", "the certificate is not for this device on this server");
  }

  #requireRate(now: number, { peer }: Member): void {
    const { rates } = this.#state;
    const isAllowed =
      rates.take(now, peer.host, "register", registrationsPerSource) &&
      rates.take(now, "", "register", registrationsInAll);
    if (!isAllowed) throw new EarshotError("too-fast", "too many register now: three an hour");
  }

  /** Gives who has invited, where that was needed. */
  #requireInvitation({ invitation }: Register): string | undefined {
    const { registration, registrations } = this.#state;
    if (registration === "open") return undefined;
    if (registration === "closed") {
      throw new EarshotError("not-allowed", "nobody may register on this server");
    }
    const by =
      invitation === undefined
        ? undefined
        : registrations.use(this.#state.wallNow(), invitation)?.person;
    if (by !== undefined) return by;
    throw new EarshotError("invitation-needed", "one must be invited to register on this server");
  }

  #replace(
    change: PersonChange,
    after: (record: RoomRecord, change: PersonChange) => RoomRecord,
  ): void {
    const { rooms, markers } = this.#state;
    for (const room of rooms.after("")) {
      const record = after(room.record, change);
      if (record !== room.record) rooms.record(room, record);
    }
    for (const room of markers.roomsOf(change.from)) {
      const marker = markers.get(change.from, room);
      markers.delete(change.from, room);
      if (marker !== undefined) markers.set(change.to, room, marker);
    }
  }

  /** All sessions of a nickname are somebody else now. An account stays in the rooms it is in. */
  #become(now: number, key: string, change: (own: Person, member: Member) => Person): void {
    const { sessions, rooms, markers } = this.#state;
    for (const member of [...sessions.named(key)]) {
      const person = change(member.state.person, member);
      for (const name of member.rooms) {
        const room = rooms.get(name);
        if (room === undefined) continue;
        rooms.noteBefore(now, room, key);
        if (person.isGuest || markers.get(person.person, name) !== undefined) continue;
        const { sequence, ordinal } = room.end;
        const marker = { sequence, ordinal, delivered: sequence, mentions: [] };
        markers.set(person.person, name, marker);
      }
      sessions.accept(member, { ...member.state, person });
      this.#state.exitForbidden(now, member);
    }
  }

  #answerStored(member: Member, reply: Parameters<ServerState["output"]["answer"]>[1]): void {
    this.#push(member, reply.ref, () => this.#state.output.answer(member, reply));
  }

  #push(member: Member, ref: number, onDone: () => void): void {
    const onFailed = (failure: Parameters<ServerState["refuseFailed"]>[2]) =>
      this.#state.refuseFailed(member, ref, failure);
    this.#state.push({ onDone, onFailed });
  }
}

function deviceOf(
  { deviceKey }: Session,
  { certificate, device }: Pick<Certify, "certificate" | "device">,
  wallNow: number,
): AccountDevice {
  const key = Buffer.from(deviceKey).toString("base64url");
  return { key, name: device, certificate, addedAt: wallNow, lastSeenAt: wallNow };
}
