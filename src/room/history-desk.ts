import { channels } from "./limits.ts";
import type { LogEntry } from "./log-entry.ts";
import type { Decline, Take } from "./message-file.ts";
import type { ReadHistory, Search } from "./message-log.ts";
import { nickKey } from "./name.ts";
import type { ServerState } from "./server-state.ts";
import type { Member, Session } from "./session.ts";
import type { ReadResult, SearchQuery, SearchResult } from "./store-port.ts";

/** The entry at the place of a request about an offer, as far as there is one. */
export interface ReadOffer {
  readonly member: Member;
  readonly request: Take | Decline;
  readonly entry: LogEntry | undefined;
}

/** What was written: read page by page, and searched. */
export class HistoryDesk {
  readonly #state: ServerState;

  constructor(state: ServerState) {
    this.#state = state;
  }

  read(member: Member, { ref, room: wanted, limit, ...place }: ReadHistory): void {
    const { name: room } = this.#state.joined(member, wanted);
    const { before, after, around } = place;
    const query = {
      room,
      limit,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
      ...(around !== undefined && { around }),
    };
    this.#state.query(member, { type: "read", ref, query });
  }

  /** Looks in one room, or in all that the member is in and may read. */
  search(member: Member, search: Search): void {
    const { ref, words, limit, room, from, isMention, before, after, has, cursor } = search;
    const rooms =
      room === undefined
        ? [...member.rooms].filter((name) => this.#state.mayRead(member, name))
        : [this.#state.joined(member, room).name];
    const author = from === undefined ? undefined : this.#personOf(from);
    const query: SearchQuery = {
      words,
      rooms,
      limit,
      ...(author !== undefined && { from: author }),
      ...(isMention && { mentions: member.state.person.person }),
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
      ...(has !== undefined && { has }),
      ...(cursor !== undefined && { cursor }),
    };
    this.#state.query(member, { type: "search", ref, query });
  }

  /** Answers who asked; gives the entry where it is for somebody who takes what it offers. */
  handleRead(result: ReadResult): ReadOffer | undefined {
    const { session, waiting } = this.#state.reads.finish();
    const { ref } = waiting;
    if (result.type === "failed") this.#state.refuseFailed(session, ref, result);
    else if (waiting.type !== "search") {
      const { room } = waiting.query;
      // Who was put out of the room while it was read is told nothing of it.
      if (!session.isMember() || !this.#state.mayRead(session, room)) {
        const message = `you are not in room ${room}`;
        const { output } = this.#state;
        output.answer(session, { type: "error", ref, code: "not-joined", message });
        return undefined;
      }
      if (waiting.type === "offer") {
        return { member: session, request: waiting.request, entry: result.entries[0] };
      }
      this.#answer(session, { ...result, ref, room });
    }
    return undefined;
  }

  handleFound(result: SearchResult): void {
    const { session, waiting } = this.#state.reads.finish();
    const { ref } = waiting;
    if (result.type === "failed") this.#state.refuseFailed(session, ref, result);
    else {
      const hits = result.hits.filter(({ room }) => this.#state.mayRead(session, room));
      this.#answer(session, { ...result, hits, ref });
    }
  }

  #answer(session: Session, reply: Parameters<ServerState["output"]["answer"]>[1]): void {
    const bytes = this.#state.output.answer(session, reply, channels.bulk);
    if (!session.isGone) this.#state.reads.handleSent(session, bytes);
  }

  /** The person who is called so; a nickname that nobody has finds nothing. */
  #personOf(nick: string): string {
    const key = nickKey(nick);
    const [here] = this.#state.sessions.named(key);
    return here?.state.person.person ?? this.#state.accounts.named(key)?.person ?? nick;
  }
}
