import type { ClientNews } from "./client-news.ts";
import type { Question } from "./client-question.ts";
import type { ConnectionCall } from "./connection-call.ts";
import type { OwnPerson } from "./entry.ts";
import type { Reply } from "./message.ts";
import type { Refusal } from "./message-session.ts";
import { parseNick } from "./name.ts";

/** What a server calls somebody who has said hello. */
export interface SessionIdentity {
  readonly nick: string;
  readonly person: string;
}

/** Who a client is on the connection that is open, and what its owner hears of that. */
export class ClientIdentity {
  readonly #news: ClientNews;
  readonly #onRenamed: (nick: string) => void;
  #own: SessionIdentity | undefined;

  /** `onRenamed` hears what the server calls us from then on. */
  constructor(news: ClientNews, onRenamed: (nick: string) => void) {
    this.#news = news;
    this.#onRenamed = onRenamed;
  }

  /** `undefined` while no server knows us. */
  get own(): SessionIdentity | undefined {
    return this.#own;
  }

  handleOpen(own: SessionIdentity): void {
    this.#own = own;
  }

  handleLost(): void {
    this.#own = undefined;
  }

  rename(nick: string): void {
    if (this.#own === undefined) return;
    this.#own = { ...this.#own, nick: parseNick(nick) };
    this.#onRenamed(this.#own.nick);
    this.#news.tell({ type: "renamed", nick: this.#own.nick });
  }

  /** The server has done what its owner asked: it may have made us another. */
  handleDone(question: Question): void {
    if (question.type === "rename") this.rename(question.nick);
    if (question.type !== "claim" || this.#own === undefined) return;
    this.#news.tell({ type: "identified", own: { person: this.#own.person, role: "owner" } });
  }

  /** The server has done what was asked on this connection alone. */
  handleConnectionAnswer(call: ConnectionCall, reply: Exclude<Reply, Refusal>): void {
    const { question, becomes, onDone } = call;
    if (question.type === "rename" && reply.type === "done") this.rename(question.nick);
    if (reply.type === "registered") this.#become({ person: reply.person });
    else if (becomes !== undefined && reply.type === "done") this.#become(becomes);
    onDone({ type: "answered", answer: reply });
  }

  #become(own: OwnPerson): void {
    if (this.#own === undefined) return;
    this.#own = { ...this.#own, person: own.person };
    this.#news.tell({ type: "identified", own });
  }
}
