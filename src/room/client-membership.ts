import { withRef } from "./call-queue.ts";
import type { ClientNews } from "./client-news.ts";
import type { ClientPosts } from "./client-posts.ts";
import { type ClientRoom, retryMs } from "./client-room.ts";
import type { ClientRoomTable } from "./client-room-table.ts";
import type { Removed } from "./message-access.ts";
import type { Entered } from "./message-room.ts";
import { type Refusal, temporaryCodes } from "./message-session.ts";

/** How a client comes into its rooms and, without having asked for it, out of them. */
export class ClientMembership {
  readonly #rooms: ClientRoomTable;
  readonly #posts: ClientPosts;
  readonly #news: ClientNews;

  constructor(rooms: ClientRoomTable, posts: ClientPosts, news: ClientNews) {
    this.#rooms = rooms;
    this.#posts = posts;
    this.#news = news;
  }

  /** `nick` is ours. Gives whether all members were told. */
  handleEntered(room: ClientRoom, entered: Entered, nick: string | undefined): boolean {
    const { type, room: name, members, memberCount, log, firstSequence, lastSequence } = entered;
    const { state, role, read, persons } = entered;
    room.phase = "in";
    room.nicks = new Set(members.map(({ nick }) => nick));
    if (nick !== undefined) room.nicks.add(nick);
    const continuity = room.log.handleEntered(log, lastSequence, firstSequence);
    if (continuity !== "same") {
      const isFar = continuity === "far";
      this.#news.tell({ type: "reset", room: name, ...(isFar && { isFar }) });
    }
    const ref = withRef(room.joinCall?.ref);
    room.joinCall = undefined;
    this.#news.tell({
      ...{ type, ...ref, room: name, members, log, firstSequence, lastSequence, state },
      ...(role !== undefined && { role }),
      ...(read !== undefined && { read }),
      ...(persons !== undefined && { persons }),
    });
    return memberCount <= members.length;
  }

  /** The first time it is for the owner to try again, later it is for us: nobody else left. */
  handleRefusedJoin(now: number, room: ClientRoom, { code, message }: Refusal): void {
    const isReturn = room.joinCall === undefined;
    if (code === "server-closing" || (isReturn && temporaryCodes.includes(code))) {
      room.phase = "out";
      room.retryAt = now + retryMs;
      return;
    }
    this.#rooms.delete(room.name);
    const ref = withRef(room.joinCall?.ref);
    this.#news.tell({ type: "error", ...ref, room: room.name, code, message });
    this.#posts.drop(room.name, message);
    if (isReturn) room.leaveCall ??= { ref: undefined };
    this.#news.tellExited(room);
  }

  handleRemoved(event: Removed): void {
    const room = this.#rooms.get(event.room);
    if (room === undefined) return;
    this.#rooms.delete(room.name);
    this.#news.tell(event);
    this.#posts.drop(room.name, `${event.by} has put you out of ${room.name}`);
  }

  /** We are out of the room by what else was asked. */
  forget(name: string, why: string): void {
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    this.#rooms.delete(name);
    this.#posts.drop(name, why);
    room.leaveCall ??= { ref: undefined };
    this.#news.tellExited(room);
  }
}
