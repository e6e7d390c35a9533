import { EarshotError } from "../base/errors.ts";
import { decodeCbor, encodeCbor } from "./codec.ts";
import { mentionsCountMax } from "./limits.ts";
import type { ReadState } from "./message-room.ts";
import type { RecordBook } from "./record-book.ts";
import { type Check, checkOf, list, object, sequence, whole } from "./schema.ts";

/** How far a person is in a room that they stay a member of while they are away. */
export interface Marker {
  /** The newest sequence that was read, 0 for none. */
  readonly sequence: number;
  /** Its ordinal: the difference to the newest one is what is unread. */
  readonly ordinal: number;
  /** The newest sequence that a client of the person has. */
  readonly delivered: number;
  /** Sequences of unread messages that mention the person, the newest `mentionsCountMax`. */
  readonly mentions: readonly number[];
}

const checkMarker: Check<Marker> = checkOf(
  object<Marker>({
    sequence: whole,
    ordinal: whole,
    delivered: whole,
    mentions: list(sequence, mentionsCountMax),
  }),
);

/** All markers of a server, by person and room. Who has one is a member even while away. */
export class MarkerTable {
  readonly #book: RecordBook;
  readonly #markers = new Map<string, Map<string, Marker>>();
  /** The persons with a marker, by room. */
  readonly #members = new Map<string, Set<string>>();

  /** @throws {EarshotError} WHEN a record is none `history-damaged`. */
  constructor(book: RecordBook, records: ReadonlyMap<string, Uint8Array>) {
    this.#book = book;
    for (const [key, value] of records) {
      const marker = decodeCbor(value, checkMarker);
      const at = key.indexOf("!");
      if (marker === undefined || at < 0) {
        throw new EarshotError("history-damaged", `a read marker is damaged: ${key}`);
      }
      this.#put(key.slice(0, at), key.slice(at + 1), marker);
    }
  }

  get(person: string, room: string): Marker | undefined {
    return this.#markers.get(person)?.get(room);
  }

  /** The rooms in which the person stays. */
  roomsOf(person: string): readonly string[] {
    return [...(this.#markers.get(person)?.keys() ?? [])];
  }

  /** The persons who stay in the room. */
  membersOf(room: string): Iterable<string> {
    return this.#members.get(room) ?? [];
  }

  set(person: string, room: string, marker: Marker): void {
    this.#put(person, room, marker);
    this.#book.mark("markers", `${person}!${room}`, () => {
      const current = this.get(person, room);
      return current === undefined ? undefined : encodeCbor(current);
    });
  }

  delete(person: string, room: string): void {
    const markers = this.#markers.get(person);
    if (markers === undefined || !markers.delete(room)) return;
    if (markers.size === 0) this.#markers.delete(person);
    this.#members.get(room)?.delete(person);
    this.#book.mark("markers", `${person}!${room}`, () => {
      const current = this.get(person, room);
      return current === undefined ? undefined : encodeCbor(current);
    });
  }

  #put(person: string, room: string, marker: Marker): void {
    const markers = this.#markers.get(person);
    if (markers === undefined) this.#markers.set(person, new Map([[room, marker]]));
    else markers.set(room, marker);
    const members = this.#members.get(room);
    if (members === undefined) this.#members.set(room, new Set([person]));
    else members.add(person);
  }
}

/** What the person is told of it, when the newest message of the room has this ordinal. */
export function readStateOf(marker: Marker, lastOrdinal: number): ReadState {
  return {
    sequence: marker.sequence,
    unread: Math.max(0, lastOrdinal - marker.ordinal),
    mentions: marker.mentions.length,
  };
}

/** The marker after a message that mentions the person. */
export function withMention(marker: Marker, mention: number): Marker {
  const mentions = [...marker.mentions, mention].slice(-mentionsCountMax);
  return { ...marker, mentions };
}

/** The marker after everything up to an entry was read; it never goes back. */
export function withRead(marker: Marker, sequence: number, ordinal: number): Marker {
  if (sequence <= marker.sequence) return marker;
  return {
    sequence,
    ordinal: Math.max(ordinal, marker.ordinal),
    delivered: Math.max(sequence, marker.delivered),
    mentions: marker.mentions.filter((mention) => sequence < mention),
  };
}

/** The marker after everything up to an entry came to a client of the person. */
export function withDelivered(marker: Marker, sequence: number): Marker {
  return sequence <= marker.delivered ? marker : { ...marker, delivered: sequence };
}
