import { formatAddress, parseAddress } from "../base/address.ts";
import { scopeOf } from "../base/address-scope.ts";
import { assertNever } from "../base/assert.ts";
import { EarshotError } from "../base/errors.ts";
import {
  addressesMax,
  introductionTokenBytes,
  offerMsMax,
  reachesPerPerson,
  swarmDegreeMax,
  swarmPeersMax,
  takesPerPerson,
  takingMs,
} from "./limits.ts";
import type { LogEntry } from "./log-entry.ts";
import type {
  Decline,
  FileRequest,
  Introduced,
  Reach,
  Report,
  Take,
  Taking,
} from "./message-file.ts";
import type { ServerState } from "./server-state.ts";
import type { Member, Session } from "./session.ts";
import type { KnownOffer, TakeState } from "./take-table.ts";

/** Sessions of one device that are introduced as the sender: programs of one user on one machine. */
export const senderSessionsMax = 4;

/**
 * Introduces those who take files to who has them, and to each other. What is in the files goes from
 * one to the other: nothing of it comes here, but for datagrams that nobody here can read.
 */
export class TakeDesk {
  readonly #state: ServerState;
  /** Sessions that take connections, by the key of their device. */
  readonly #reached = new Map<string, Set<Member>>();
  /** Takes of which who offers has not heard the newest. */
  readonly #news = new Set<TakeState>();
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(state: ServerState) {
    this.#state = state;
  }

  handle(now: number, member: Member, request: FileRequest): void {
    switch (request.type) {
      case "take":
      case "decline":
        this.#ask(now, member, request);
        return;
      case "reach":
        this.#reach(now, member, request);
        return;
      case "report":
        this.#report(member, request);
        return;
      default:
        assertNever(request);
    }
  }

  /** Looks the offer up in its log; `handleEntry` goes on. */
  #ask(now: number, member: Member, request: Take | Decline): void {
    const { room: wanted, sequence, ref } = request;
    const { name: room } = this.#state.joined(member, wanted);
    if (!this.#state.rates.take(now, member.state.person.person, "take", takesPerPerson)) {
      throw new EarshotError("too-fast", "you take files too often");
    }
    const query = { room, after: sequence - 1, limit: 1 };
    this.#state.query(member, { type: "offer", ref, query, request: { ...request, room } });
  }

  /** What stands at the place of a `take` or `decline`, which the session may read. */
  handleEntry(now: number, member: Member, request: Take | Decline, entry?: LogEntry): void {
    const { ref, room, sequence } = request;
    const { output } = this.#state;
    const device = member.state.person.device;
    if (entry?.sequence !== sequence || entry.body.type !== "offer") {
      throw new EarshotError("target-invalid", "there is no such offer");
    }
    if (entry.body.device === device) {
      throw new EarshotError("target-invalid", "these files are of this device");
    }
    if (entry.sentAt + offerMsMax < this.#state.wallNow()) {
      throw new EarshotError("target-invalid", "this offer is too old: ask for it anew");
    }
    const offer = { room, sequence, id: entry.id, device: entry.body.device };
    const senders = this.#sendersOf(offer);
    if (request.type === "decline") {
      this.#tell(senders, { offer, member, state: "declined", bytes: 0 });
      output.answer(member, { type: "done", ref });
      return;
    }
    const take = this.#state.takes.add(member, offer);
    if (take === undefined) throw new EarshotError("limit-reached", "too many files are taken");
    const here = 0 < senders.length ? ({ isSenderHere: true } as const) : {};
    output.answer(member, { type: "taken", ref, offer: offer.id, ...here });
    for (const sender of senders) this.#introduce(now, offer, member, sender);
    for (const peer of this.#swarmOf(take)) this.#introduce(now, offer, member, peer);
    this.#note(take);
  }

  /** Who was introduced to the member, and who waits for it, is told where it is now. */
  #reach(now: number, member: Member, { ref, addresses }: Reach): void {
    const { rates, takes, output } = this.#state;
    const { person, device } = member.state.person;
    if (!rates.take(now, person, "reach", reachesPerPerson)) {
      throw new EarshotError("too-fast", "you are reached elsewhere too often");
    }
    member.addresses = addresses.filter((address) => isOwnAddress(member, address));
    this.#reached.set(device, (this.#reached.get(device) ?? new Set()).add(member));
    output.answer(member, { type: "done", ref });
    for (const take of takes.of(member)) {
      for (const other of [...this.#sendersOf(take.offer), ...take.peers]) {
        this.#introduce(now, take.offer, member, other);
      }
    }
    for (const { offer, taker } of takes.fromDevice(device)) {
      this.#introduce(now, offer, taker, member);
    }
  }

  #report(member: Member, { ref, room, sequence, state, bytes }: Report): void {
    const { takes, output } = this.#state;
    const take = takes.get(member, { room, sequence });
    output.answer(member, { type: "done", ref });
    if (take === undefined) return;
    take.state = state;
    take.bytes = bytes;
    this.#note(take);
    if (state === "ended") takes.delete(take);
  }

  /** The session is gone, and what it took. Connections that it has with others stay. */
  handleGone(session: Session): void {
    const { takes, meetings } = this.#state;
    if (session.isMember()) {
      const { device } = session.state.person;
      const reached = this.#reached.get(device);
      if (reached?.delete(session) && reached.size === 0) this.#reached.delete(device);
    }
    for (const take of takes.of(session)) {
      take.state = take.state === "done" ? "done" : "ended";
      this.#note(take);
      takes.delete(take);
    }
    meetings.remove(session);
  }

  pollTimeout(): number | undefined {
    return this.#news.size === 0 ? undefined : this.#toldAt + takingMs;
  }

  handleTimeout(now: number): void {
    if (this.#news.size === 0 || now < this.#toldAt + takingMs) return;
    this.#toldAt = now;
    for (const take of this.#news) {
      const { offer, taker: member, state, bytes } = take;
      this.#tell(this.#sendersOf(offer), { offer, member, state, bytes });
    }
    this.#news.clear();
  }

  #note(take: TakeState): void {
    this.#news.add(take);
  }

  #tell(
    senders: readonly Member[],
    news: { readonly offer: KnownOffer; readonly member: Member } & Pick<Taking, "state" | "bytes">,
  ): void {
    const { offer, member, state, bytes } = news;
    const { nick } = member.state.person;
    const event: Taking = { type: "taking", offer: offer.id, nick, state, bytes };
    this.#state.output.tell(senders, event);
  }

  /** Sessions of the device that has the files, which take connections. */
  #sendersOf({ device }: KnownOffer): readonly Member[] {
    return [...(this.#reached.get(device) ?? [])].slice(0, senderSessionsMax);
  }

  /** Some others who take the same, those with the fewest peers first. */
  #swarmOf(take: TakeState): readonly Member[] {
    const others = this.#state.takes
      .takersOf(take.offer)
      .filter(({ taker, peers }) => taker !== take.taker && peers.size < swarmDegreeMax)
      .filter(({ taker }) => !take.peers.has(taker))
      .sort((one, other) => one.peers.size - other.peers.size);
    for (const other of others.slice(0, Math.max(0, swarmPeersMax - take.peers.size))) {
      take.peers.add(other.taker);
      other.peers.add(take.taker);
    }
    return [...take.peers];
  }

  /** Who has the files, or may read of them. */
  #mayMeet({ room, device }: KnownOffer, member: Member): boolean {
    return member.state.person.device === device || this.#state.mayRead(member, room);
  }

  /**
   * Nobody is told of somebody who takes no connections yet, for it says where when it does; nor of one
   * who may not read the offer any more.
   */
  #introduce(now: number, offer: KnownOffer, one: Member, other: Member): void {
    const { meetings, random, output } = this.#state;
    if (one.addresses === undefined || other.addresses === undefined) return;
    if (!this.#mayMeet(offer, one) || !this.#mayMeet(offer, other)) return;
    const meeting = meetings.meet(now, one, other);
    if (meeting === undefined) return;
    const token = random.bytes(introductionTokenBytes);
    for (const [to, about] of [
      [one, other],
      [other, one],
    ] as const) {
      const event: Introduced = {
        type: "introduced",
        offer: offer.id,
        key: about.deviceKey,
        nick: about.state.person.nick,
        token,
        addresses: addressesFor(to, about),
        relay: meeting.relay,
      };
      output.tell([to], event);
    }
  }
}

/** Whether the member may say that it is reached there: on its own network, or where it was seen. */
function isOwnAddress({ peer }: Member, text: string): boolean {
  const address = parseAddress(text);
  if (address === undefined || address.port < 1024) return false;
  return address.host === peer.address || scopeOf(address.host) !== "elsewhere";
}

/** Where `to` may try to reach the other. An address of one's own host means another host to others. */
function addressesFor(to: Member, about: Member): readonly string[] {
  const told = about.addresses ?? [];
  const [first] = told.flatMap((text) => parseAddress(text) ?? []);
  const seen = first && formatAddress({ host: about.peer.address, port: first.port });
  const all = seen === undefined ? told : [...new Set([...told, seen])];
  const isOneHost = scopeOf(to.peer.address) === "loopback";
  const isPassed = (text: string) =>
    scopeOf(parseAddress(text)?.host ?? "") !== "loopback" ||
    (isOneHost && scopeOf(about.peer.address) === "loopback");
  return all.filter(isPassed).slice(0, addressesMax);
}
