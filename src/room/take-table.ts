import { takesMax, takesPerSession } from "./limits.ts";
import type { TakingState } from "./message-file.ts";
import type { Member, Session } from "./session.ts";

/** An offer that somebody takes: where it stands, what it goes by, and whose it is. */
export interface KnownOffer {
  readonly room: string;
  readonly sequence: number;
  readonly id: string;
  /** The key of the device that has the files. */
  readonly device: string;
}

/** Somebody takes an offer. */
export interface TakeState {
  readonly taker: Member;
  readonly offer: KnownOffer;
  state: TakingState;
  bytes: number;
  /** Others who take the same and were introduced. */
  readonly peers: Set<Member>;
}

/** Who takes what: of each session, and of each offer. */
export class TakeTable {
  readonly #bySession = new Map<Session, Map<string, TakeState>>();
  readonly #byOffer = new Map<string, Set<TakeState>>();
  #size = 0;

  /** The session takes the offer, if it did not before; `undefined` when there are too many. */
  add(taker: Member, offer: KnownOffer): TakeState | undefined {
    const key = keyOf(offer);
    const own = this.#bySession.get(taker);
    const known = own?.get(key);
    if (known !== undefined) return known;
    if (takesMax <= this.#size || takesPerSession <= (own?.size ?? 0)) return undefined;
    const take: TakeState = { taker, offer, state: "active", bytes: 0, peers: new Set() };
    this.#bySession.set(taker, (own ?? new Map()).set(key, take));
    this.#byOffer.set(key, (this.#byOffer.get(key) ?? new Set()).add(take));
    this.#size += 1;
    return take;
  }

  get(taker: Session, place: Pick<KnownOffer, "room" | "sequence">): TakeState | undefined {
    return this.#bySession.get(taker)?.get(keyOf(place));
  }

  /** All that the session takes. */
  of(taker: Session): readonly TakeState[] {
    return [...(this.#bySession.get(taker)?.values() ?? [])];
  }

  /** All who take the offer. */
  takersOf(place: Pick<KnownOffer, "room" | "sequence">): readonly TakeState[] {
    return [...(this.#byOffer.get(keyOf(place)) ?? [])];
  }

  /** All takes of what this device offers. */
  fromDevice(device: string): readonly TakeState[] {
    return [...this.#byOffer.values()].flatMap((takes) =>
      [...takes].filter(({ offer }) => offer.device === device),
    );
  }

  /** The offer is none any more. */
  deleteOffer(place: Pick<KnownOffer, "room" | "sequence">): void {
    for (const take of this.takersOf(place)) this.delete(take);
  }

  delete(take: TakeState): void {
    const key = keyOf(take.offer);
    const own = this.#bySession.get(take.taker);
    if (own?.delete(key) !== true) return;
    if (own.size === 0) this.#bySession.delete(take.taker);
    const takes = this.#byOffer.get(key);
    takes?.delete(take);
    if (takes?.size === 0) this.#byOffer.delete(key);
    for (const { peers } of takes ?? []) peers.delete(take.taker);
    this.#size -= 1;
  }
}

function keyOf({ room, sequence }: Pick<KnownOffer, "room" | "sequence">): string {
  return `${room} ${sequence}`;
}
