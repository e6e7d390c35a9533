import { progressAuthorsMax, progressMs, waitingNicksMax } from "./limits.ts";
import { type Marker, withDelivered, withRead } from "./marker-table.ts";
import type { AskReceipts, Delivered, Read, Receipts } from "./message-log.ts";
import type { Room } from "./room.ts";
import type { ServerState } from "./server-state.ts";
import type { Member } from "./session.ts";

/** Somebody who is to get what is said in a room, and how far they are. */
interface Receiver {
  readonly person: string;
  readonly nick: string;
  readonly delivered: number;
  readonly marker: Marker | undefined;
}

/** The newest entries of a room's authors who have not heard yet that everybody has them. */
interface Watch {
  /** Sequence by person, the oldest first. */
  readonly authors: Map<string, number>;
  /** What each was told last. */
  readonly told: Map<string, number>;
  dueAt: number | undefined;
  toldAt: number;
}

/** Who has what: clients acknowledge, authors hear how many have it, and may ask who has not. */
export class DeliveryDesk {
  readonly #state: ServerState;
  readonly #watches = new Map<Room, Watch>();

  constructor(state: ServerState) {
    this.#state = state;
  }

  /** A message of this author was stored: they want to know who has it. */
  watch(room: Room, person: string, sequence: number): void {
    let watch = this.#watches.get(room);
    if (watch === undefined) {
      watch = { authors: new Map(), told: new Map(), dueAt: undefined, toldAt: -progressMs };
      this.#watches.set(room, watch);
    }
    watch.authors.delete(person);
    watch.told.delete(person);
    watch.authors.set(person, sequence);
    if (watch.authors.size <= progressAuthorsMax) return;
    const [oldest] = watch.authors.keys();
    if (oldest !== undefined) this.#forget(room, watch, oldest);
  }

  handleDelivered(now: number, member: Member, { room: wanted, sequence }: Delivered): void {
    const room = this.#state.joined(member, wanted);
    const { person } = member.state.person;
    const reached = Math.min(sequence, room.end.sequence);
    if (reached <= (member.delivered.get(room.name) ?? 0)) return;
    member.delivered.set(room.name, reached);
    const marker = this.#state.markers.get(person, room.name);
    if (marker !== undefined && marker.delivered < reached) {
      this.#state.markers.set(person, room.name, withDelivered(marker, reached));
    }
    const watch = this.#watches.get(room);
    if (watch !== undefined) watch.dueAt ??= Math.max(now, watch.toldAt + progressMs);
  }

  handleRead(member: Member, { room: wanted, sequence, ordinal }: Read): void {
    const { name, end } = this.#state.joined(member, wanted);
    const { person } = member.state.person;
    const marker = this.#state.markers.get(person, name);
    if (marker === undefined) return;
    const reached = Math.min(sequence, end.sequence);
    const after = withRead(marker, reached, Math.min(ordinal, end.ordinal));
    if (after !== marker) this.#state.markers.set(person, name, after);
  }

  /** Before the log grows by it: who has read everything before has read what they say themselves. */
  handleSaid(room: Room, person: string, said: { sequence: number; ordinal: number }): void {
    const { markers } = this.#state;
    const marker = markers.get(person, room.name);
    if (marker === undefined || marker.ordinal < room.end.ordinal) return;
    markers.set(person, room.name, withRead(marker, said.sequence, said.ordinal));
  }

  receipts(member: Member, { ref, room: wanted, sequence }: AskReceipts): void {
    const room = this.#state.joined(member, wanted);
    const others = this.#receiversOf(room).filter(
      ({ person }) => person !== member.state.person.person,
    );
    const waiting = others.filter(({ delivered }) => delivered < sequence);
    const readers = others.filter(
      ({ person, marker }) =>
        sequence <= (marker?.sequence ?? 0) && this.#state.accounts.get(person)?.isReadShared,
    );
    const nicksOf = (receivers: readonly Receiver[]) =>
      receivers.slice(0, waitingNicksMax).map(({ nick }) => nick);
    const reply: Receipts = {
      type: "receipts",
      ref,
      room: room.name,
      sequence,
      memberCount: others.length,
      deliveredCount: others.length - waiting.length,
      waiting: nicksOf(waiting),
      readers: nicksOf(readers),
    };
    this.#state.output.answer(member, reply);
  }

  pollTimeout(): number | undefined {
    let at: number | undefined;
    for (const { dueAt } of this.#watches.values()) {
      if (dueAt !== undefined) at = Math.min(at ?? dueAt, dueAt);
    }
    return at;
  }

  handleTimeout(now: number): void {
    for (const [room, watch] of this.#watches) {
      if (watch.dueAt !== undefined && watch.dueAt <= now) this.#tellProgress(now, room, watch);
    }
  }

  #tellProgress(now: number, room: Room, watch: Watch): void {
    watch.dueAt = undefined;
    watch.toldAt = now;
    const receivers = this.#receiversOf(room);
    const reached = receivers.map(({ delivered }) => delivered).sort((a, b) => a - b);
    for (const [person, sequence] of [...watch.authors]) {
      const own = receivers.find((each) => each.person === person);
      const memberCount = receivers.length - (own === undefined ? 0 : 1);
      const isOwnCounted = own !== undefined && sequence <= own.delivered;
      const deliveredCount = countFrom(reached, sequence) - (isOwnCounted ? 1 : 0);
      const isNews = watch.told.get(person) !== deliveredCount;
      watch.told.set(person, deliveredCount);
      if (memberCount <= deliveredCount) this.#forget(room, watch, person);
      if (!isNews) continue;
      const authors = [...this.#state.sessions.of(person)].filter(
        (member) => member.isWritable && member.rooms.has(room.name),
      );
      const progress = { room: room.name, sequence, memberCount, deliveredCount };
      this.#state.output.tell(authors, { type: "progress", ...progress });
    }
  }

  #forget(room: Room, watch: Watch, person: string): void {
    watch.authors.delete(person);
    watch.told.delete(person);
    if (watch.authors.size === 0) this.#watches.delete(room);
  }

  /** Everybody who is there, or stays a member while away. */
  #receiversOf(room: Room): readonly Receiver[] {
    const { markers, accounts } = this.#state;
    const receivers = new Map<string, Receiver>();
    for (const member of room.members) {
      const { person, nick } = member.state.person;
      const marker = markers.get(person, room.name);
      const known = receivers.get(person);
      const delivered = Math.max(
        known?.delivered ?? marker?.delivered ?? 0,
        member.delivered.get(room.name) ?? 0,
      );
      receivers.set(person, { person, nick, delivered, marker });
    }
    for (const person of markers.membersOf(room.name)) {
      if (receivers.has(person)) continue;
      const marker = markers.get(person, room.name);
      const named = room.record.persons.find((each) => each.person === person);
      const nick = accounts.get(person)?.nick ?? named?.nick ?? person;
      receivers.set(person, { person, nick, delivered: marker?.delivered ?? 0, marker });
    }
    return [...receivers.values()];
  }
}

/** How many of the sorted numbers are at least so large. */
function countFrom(sorted: readonly number[], least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return sorted.length - low;
}
