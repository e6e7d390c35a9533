import assert from "node:assert/strict";
import { assertNever } from "../base/assert.ts";
import { EarshotError } from "../base/errors.ts";
import type { AccessDesk } from "./access-desk.ts";
import type { DeliveryDesk } from "./delivery-desk.ts";
import { isSpoken } from "./entry.ts";
import {
  mailboxMax,
  offerNameLengthMax,
  offersPerPerson,
  phraseLengthMax,
  slowMsMax,
  unansweredEntriesMax,
} from "./limits.ts";
import { parseLineText, parsePhrase } from "./line.ts";
import type { EntryBody } from "./log-entry.ts";
import { withMention } from "./marker-table.ts";
import { mentionedNicks } from "./mention.ts";
import type { Post, PostBody } from "./message-log.ts";
import { temporaryCodes } from "./message-session.ts";
import { nickKey } from "./name.ts";
import type { PrivateDesk } from "./private-desk.ts";
import type { Room } from "./room.ts";
import type { ServerState } from "./server-state.ts";
import type { Member } from "./session.ts";
import type { Draft, Placed, Placement } from "./store-port.ts";

/** What a post becomes. */
export interface PreparedPost {
  readonly body: EntryBody;
  /** Only the author of its target may do it. */
  readonly isForOwn?: true;
  /** Puts it into the records in memory, when it has its place. */
  readonly apply?: (placed: Placed) => void;
  /** Afterwards, when it is on the disk. */
  readonly onStored?: (now: number) => void;
}

type BodyOf<T extends PostBody["type"]> = Extract<PostBody, { readonly type: T }>;

const refusals: Readonly<
  Record<Extract<Placement, { readonly type: "refused" }>["reason"], string>
> = {
  "target-missing": "there is no such message",
  "target-foreign": "it is not your message",
  "target-full": "this message has been changed too often",
};

/** What people write, and what they do to what was written. */
export class MessageDesk {
  readonly #state: ServerState;
  readonly #access: AccessDesk;
  readonly #delivery: DeliveryDesk;
  readonly #chats: PrivateDesk;

  constructor(
    state: ServerState,
    desks: {
      readonly access: AccessDesk;
      readonly delivery: DeliveryDesk;
      readonly chats: PrivateDesk;
    },
  ) {
    this.#state = state;
    this.#access = desks.access;
    this.#delivery = desks.delivery;
    this.#chats = desks.chats;
  }

  /** Everything that becomes an entry of a log. */
  post(now: number, member: Member, post: Post): void {
    if (this.#state.isClosing) throw new EarshotError("server-closing", "server is closing");
    const room = this.#state.joined(member, post.room);
    if (post.isFirst) member.stalledRooms.delete(room.name);
    if (member.stalledRooms.has(room.name)) {
      throw new EarshotError("history-unavailable", "an earlier line was not stored");
    }
    try {
      const prepared = this.#prepare(now, member, room, post);
      this.#push({ member, room, post, prepared });
    } catch (error) {
      // What is refused for a time comes again, and what is behind it must not overtake it.
      if (error instanceof EarshotError && temporaryCodes.includes(error.code)) {
        member.stalledRooms.add(room.name);
      }
      throw error;
    }
  }

  #prepare(now: number, member: Member, room: Room, { id, body }: Post): PreparedPost {
    switch (body.type) {
      case "message":
        return this.#prepareMessage(now, member, room, body);
      case "edit": {
        this.#requireVoice(member, room, "edit");
        const text = parseLineText(body.text);
        const edit = { ...body, text, ...this.#mentionsIn(room, text) };
        return { body: edit, isForOwn: true };
      }
      case "delete": {
        this.#state.require(member, room, "delete-own");
        const deletion = { ...body, ...reasonOf(body.reason) };
        const apply = () => this.#forgetOffer(room, body.target);
        return this.#state.allows(member, room, "delete-any")
          ? { body: deletion, apply }
          : { body: deletion, apply, isForOwn: true };
      }
      case "react":
        this.#requireVoice(member, room, "react");
        return { body };
      case "topic": {
        this.#state.require(member, room, "topic");
        const topic = parsePhrase(body.text, phraseLengthMax);
        const apply = () => this.#state.rooms.record(room, { ...room.record, topic });
        return { body: { type: "topic", text: topic }, apply };
      }
      case "mode": {
        this.#state.require(member, room, "mode");
        const { isReadOnly } = body;
        const slowMs = Math.min(body.slowMs, slowMsMax);
        const apply = () => this.#state.rooms.record(room, { ...room.record, slowMs, isReadOnly });
        return { body: { type: "mode", slowMs, isReadOnly }, apply };
      }
      case "offer":
        return this.#prepareOffer(now, member, room, { ...body, id });
      case "moderation":
        return this.#access.prepare(member, room, body);
      default:
        return assertNever(body);
    }
  }

  #prepareMessage(now: number, member: Member, room: Room, body: BodyOf<"message">): PreparedPost {
    this.#requireVoice(member, room, "write");
    if (body.isAnnouncement) this.#state.require(member, room, "announce");
    const text = parseLineText(body.text);
    if (body.replyTo !== undefined && room.end.sequence < body.replyTo) {
      throw new EarshotError("target-invalid", "there is no such message to reply to");
    }
    this.#requirePlace(now, member, room);
    const mentions = this.#mentionsIn(room, text);
    const author = member.state.person.person;
    const apply = (placed: Placed) => {
      for (const person of mentions.mentions ?? []) {
        const marker = this.#state.markers.get(person, room.name);
        if (marker === undefined || person === author || placed.isDuplicate) continue;
        this.#state.markers.set(person, room.name, withMention(marker, placed.sequence));
      }
    };
    return { body: { ...body, text, ...mentions }, apply };
  }

  #prepareOffer(
    now: number,
    member: Member,
    room: Room,
    { type, id, ...posted }: BodyOf<"offer"> & { readonly id: string },
  ): PreparedPost {
    this.#requireVoice(member, room, "write");
    const name = parsePhrase(posted.name, offerNameLengthMax);
    if (name === "") throw new EarshotError("text-empty", "the name of the file is empty");
    this.#requirePlace(now, member, room);
    const { person, device } = member.state.person;
    if (!this.#state.rates.take(now, person, "offer", offersPerPerson)) {
      throw new EarshotError("too-fast", "you offer files too often");
    }
    const offer = { ...posted, name, device };
    const body = { type, ...offer };
    if (room.record.kind !== "private") return { body };
    return {
      body,
      apply: ({ sequence }) => {
        this.#state.rooms.record(room, { ...room.record, offer: { ...offer, id, sequence } });
      },
      onStored: () => this.#chats.tellOffered(room),
    };
  }

  #push(job: {
    readonly member: Member;
    readonly room: Room;
    readonly post: Post;
    readonly prepared: PreparedPost;
  }): void {
    const { member, room, post, prepared } = job;
    const { ref, id } = post;
    const { body, isForOwn, apply, onStored } = prepared;
    const { person, nick, isGuest } = member.state.person;
    const author = { person, nick, ...(isGuest && { isGuest }) };
    const draft: Draft = { room: room.name, id, author, body, ...(isForOwn && { isForOwn }) };
    this.#state.push({
      draft,
      ...(apply && { apply }),
      onDone: (doneAt, placement) => {
        room.changeCount -= 1;
        assert(placement !== undefined, "a draft was not placed");
        if (placement.type === "placed") {
          this.#handleStored(doneAt, member, room, { ref, draft, placed: placement });
          onStored?.(doneAt);
        } else {
          const message = refusals[placement.reason];
          const { output } = this.#state;
          output.answer(member, { type: "error", ref, code: "target-invalid", message });
        }
      },
      onFailed: (failure) => {
        // Its author's next entries must not overtake it, whatever becomes of the disk.
        member.stalledRooms.add(room.name);
        this.#state.refuseFailed(member, ref, failure);
        room.changeCount -= 1;
        this.#state.rooms.dispose(room);
      },
    });
    room.changeCount += 1;
  }

  #handleStored(
    now: number,
    member: Member,
    room: Room,
    stored: { readonly ref: number; readonly draft: Draft; readonly placed: Placed },
  ): void {
    const { ref, draft, placed } = stored;
    const { sequence, sentAt, ordinal, isDuplicate } = placed;
    const { id, author, body } = draft;
    const { output, rooms } = this.#state;
    output.answer(member, { type: "stored", ref, id, sequence, sentAt });
    if (sequence <= room.end.sequence) return;
    this.#delivery.handleSaid(room, author.person, { sequence, ordinal });
    rooms.grow(room, { ...room.end, sequence, sentAt, ordinal });
    const entry = { sequence, id, sentAt, ordinal, author, body };
    // What was on the disk before we knew it is not alone there.
    room.news.addEntry(now, room.memberCount, entry, isDuplicate);
    rooms.addNews(room);
    if (body.type === "delete") {
      this.#state.takes.deleteOffer({ room: room.name, sequence: body.target });
    }
    if (isSpoken(body)) this.#delivery.watch(room, author.person, sequence);
  }

  /** @throws {EarshotError} WHEN the member may not write here, or not now `not-allowed`. */
  #requireVoice(member: Member, room: Room, action: "write" | "react" | "edit"): void {
    this.#state.require(member, room, action);
    const { person } = member.state.person;
    const mute = room.record.mutes.find((each) => each.person === person);
    if (mute === undefined) return;
    const leftMs = (mute.until ?? Number.POSITIVE_INFINITY) - this.#state.wallNow();
    if (leftMs <= 0) return;
    const left = Number.isFinite(leftMs) ? ` for ${durationText(leftMs)} more` : "";
    throw new EarshotError("not-allowed", `you are muted in ${room.name}${left}`);
  }

  #forgetOffer(room: Room, sequence: number): void {
    const { offer, ...record } = room.record;
    if (offer?.sequence === sequence) this.#state.rooms.record(room, record);
  }

  /** What is said by anybody here must have a place, and its time. */
  #requirePlace(now: number, member: Member, room: Room): void {
    if (room.record.kind === "private") this.#requireMailbox(member, room);
    this.#requireSlowness(now, member, room);
  }

  /** @throws {EarshotError} WHEN the room is slow and the member is not `too-fast`. */
  #requireSlowness(now: number, member: Member, room: Room): void {
    const { slowMs } = room.record;
    if (slowMs === 0 || this.#state.allows(member, room, "mode")) return;
    const { person } = member.state.person;
    const waitMs = (room.writtenAt.get(person) ?? Number.NEGATIVE_INFINITY) + slowMs - now;
    if (0 < waitMs) {
      const message = `${room.name} is slow: wait ${Math.ceil(waitMs / 1000)} s`;
      throw new EarshotError("too-fast", message);
    }
    for (const [each, at] of room.writtenAt) if (at + slowMs <= now) room.writtenAt.delete(each);
    room.writtenAt.set(person, now);
  }

  /** @throws {EarshotError} WHEN too much waits for those who have not agreed, or are away. */
  #requireMailbox(member: Member, room: Room): void {
    const { person } = member.state.person;
    const others = room.record.persons.filter((each) => each.person !== person);
    const waiting = others.filter(({ answer }) => answer !== "declined");
    if (waiting.length === 0) {
      throw new EarshotError("not-allowed", "nobody else wants this conversation");
    }
    const agreed = waiting.filter(({ answer }) => answer === "accepted");
    const limit = agreed.length === 0 ? unansweredEntriesMax : mailboxMax;
    const unread = waiting.map((other) => {
      if (0 < agreed.length && 0 < this.#state.sessions.of(other.person).size) return 0;
      return this.#state.readState(other.person, room).read?.unread ?? 0;
    });
    if (Math.min(...unread) < limit) return;
    throw new EarshotError("mailbox-full", `${limit} messages wait to be read already`);
  }

  #mentionsIn(room: Room, text: string): { readonly mentions?: readonly string[] } {
    const mentions = mentionedNicks(text).flatMap((nick) => {
      const key = nickKey(nick);
      const [here] = this.#state.sessions.named(key);
      const person = here?.state.person.person ?? this.#state.accounts.named(key)?.person;
      const isThere = here?.rooms.has(room.name) ?? false;
      const isMember =
        person !== undefined &&
        (isThere || this.#state.markers.get(person, room.name) !== undefined);
      return isMember ? [person] : [];
    });
    return mentions.length === 0 ? {} : { mentions: [...new Set(mentions)] };
  }
}

/** The reason as it is stored, if there is one. */
export function reasonOf(reason: string | undefined): { readonly reason?: string } {
  const text = parsePhrase(reason ?? "", phraseLengthMax);
  return text === "" ? {} : { reason: text };
}

function durationText(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes <= 1) return `${Math.ceil(ms / 1_000)} s`;
  return minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}
