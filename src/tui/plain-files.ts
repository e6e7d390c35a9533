import type { ClientEvent } from "../room/client-port.ts";
import {
  type FileNews,
  type FileNewsEvent,
  noFileNews,
  withFileNews,
  withOffers,
} from "./file-news.ts";

/** What line mode knows of files. */
export class PlainFiles {
  #news: FileNews = noFileNews;

  get news(): FileNews {
    return this.#news;
  }

  /** Entries of a log were told to this person. */
  note(event: ClientEvent, ownPerson = ""): void {
    this.#news = withOffers(this.#news, event, ownPerson);
  }

  /** Gives what is to be said about it. */
  handle(event: FileNewsEvent): string | undefined {
    const { news, text } = withFileNews(this.#news, event);
    this.#news = news;
    return text;
  }
}
