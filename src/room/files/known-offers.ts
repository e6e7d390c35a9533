import type { FileOffer, LogEntry } from "../log-entry.ts";
import type { Asked } from "../message-private.ts";
import { offersKnownMax } from "./peer-limits.ts";

/** An offer that was seen in a log. */
export interface SeenOffer {
  readonly id: string;
  readonly room: string;
  readonly sequence: number;
  readonly nick: string;
  readonly offer: FileOffer;
}

/** Offers that were seen, by id: those that were seen last. */
export class KnownOffers {
  readonly #byId = new Map<string, SeenOffer>();

  get(id: string): SeenOffer | undefined {
    return this.#byId.get(id);
  }

  /** The offer at a place of a log. */
  at(room: string, sequence: number): SeenOffer | undefined {
    for (const seen of this.#byId.values()) {
      if (seen.room === room && seen.sequence === sequence) return seen;
    }
    return undefined;
  }

  /** Takes what is offered in a private chat to which nobody here has agreed. */
  noteAsked({ room, by: nick, offer }: Pick<Asked, "room" | "by" | "offer">): void {
    if (offer === undefined) return;
    const { id, sequence, ...rest } = offer;
    this.#keep({ id, room, sequence, nick, offer: { type: "offer", ...rest } });
  }

  /** Takes an entry of a log; gives the offer that it took back, if it did. */
  note(room: string, { id, sequence, author, body }: LogEntry): SeenOffer | undefined {
    if (body.type === "delete") return this.#forget(this.at(room, body.target));
    if (body.type === "deleted") return this.#forget(this.#byId.get(id));
    if (body.type !== "offer") return undefined;
    this.#keep({ id, room, sequence, nick: author.nick, offer: body });
    return undefined;
  }

  #keep(seen: SeenOffer): void {
    this.#byId.delete(seen.id);
    this.#byId.set(seen.id, seen);
    const [oldest] = this.#byId.keys();
    if (offersKnownMax < this.#byId.size && oldest !== undefined) this.#byId.delete(oldest);
  }

  #forget(seen: SeenOffer | undefined): SeenOffer | undefined {
    if (seen !== undefined) this.#byId.delete(seen.id);
    return seen;
  }
}
