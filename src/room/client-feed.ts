import type { ClientNews } from "./client-news.ts";
import type { ClientPosts } from "./client-posts.ts";
import type { ClientRoom } from "./client-room.ts";
import type { Event } from "./message.ts";
import type { LogNews } from "./room-log.ts";

/** What comes into the logs of a client's rooms, told to its owner in order. */
export class ClientFeed {
  readonly #posts: ClientPosts;
  readonly #news: ClientNews;

  constructor(posts: ClientPosts, news: ClientNews) {
    this.#posts = posts;
    this.#news = news;
  }

  /** The log of the room is longer; `person` is ours. */
  handleGrowth(
    now: number,
    room: ClientRoom,
    event: Extract<Event, { type: "said" | "grown" }>,
    person: string | undefined,
  ): void {
    if (event.type === "grown") {
      room.log.handleGrown(event.lastSequence);
      return;
    }
    for (const entry of event.entries) {
      this.tell(now, room, room.log.handleSaid(entry), person);
    }
  }

  tell(now: number, room: ClientRoom, news: readonly LogNews[], person: string | undefined): void {
    for (const item of news) {
      if (item.type === "damaged") {
        this.#news.tell({ type: "damaged", room: room.name, range: item.range });
        continue;
      }
      const { entry } = item;
      this.#posts.settle(entry.id, entry.sequence);
      const isOwn = entry.author.person === person;
      this.#news.tell({ type: "said", room: room.name, entry, isOwn });
      room.handleReached(now, entry.sequence);
    }
  }
}
