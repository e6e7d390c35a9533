import { EarshotError } from "../base/errors.ts";
import { decodeCbor, encodeCbor } from "./codec.ts";
import { invitationHash } from "./invitation-hash.ts";
import { registrationsMax } from "./limits.ts";
import type { RecordBook } from "./record-book.ts";
import type { NamedPerson } from "./room-record.ts";
import { bytes, type Check, checkOf, list, name, object, person, whole } from "./schema.ts";

/** An invitation to register: the server keeps only its hash. */
export interface RegistrationInvitation {
  readonly hash: Uint8Array;
  /** How often it may still be used. */
  readonly uses: number;
  /** Wall clock. */
  readonly until: number;
  readonly by: NamedPerson;
}

const recordKey = "registrations";

const checkAll: Check<readonly RegistrationInvitation[]> = checkOf(
  list(
    object<RegistrationInvitation>({
      hash: bytes(32),
      uses: whole,
      until: whole,
      by: object<NamedPerson>({ person, nick: name }),
    }),
    registrationsMax,
  ),
);

/** The invitations with which one may register. */
export class RegistrationTable {
  readonly #book: RecordBook;
  #all: readonly RegistrationInvitation[];

  /** @throws {EarshotError} WHEN what is kept of them is damaged `history-damaged`. */
  constructor(book: RecordBook, records: ReadonlyMap<string, Uint8Array>) {
    this.#book = book;
    const value = records.get(recordKey);
    const all = value === undefined ? [] : decodeCbor(value, checkAll);
    if (all === undefined) {
      throw new EarshotError("history-damaged", "what is kept of invitations is damaged");
    }
    this.#all = all;
  }

  /** A new one; `false` when there are too many. */
  add(wallNow: number, invitation: RegistrationInvitation): boolean {
    const valid = this.open(wallNow);
    if (registrationsMax <= valid.length) return false;
    this.#set([...valid, invitation]);
    return true;
  }

  /** Those that may still be used. */
  open(wallNow: number): readonly RegistrationInvitation[] {
    return this.#all.filter(({ until }) => wallNow < until);
  }

  clear(): void {
    this.#set([]);
  }

  /** Uses the invitation up and gives who made it; `undefined` when it is none, or none any more. */
  use(wallNow: number, secret: string): NamedPerson | undefined {
    const hash = invitationHash(secret);
    const found = this.#all.find((each) => Buffer.compare(each.hash, hash) === 0);
    if (found === undefined || found.until <= wallNow) return undefined;
    const others = this.#all.filter((each) => each !== found);
    this.#set(1 < found.uses ? [...others, { ...found, uses: found.uses - 1 }] : others);
    return found.by;
  }

  #set(all: readonly RegistrationInvitation[]): void {
    this.#all = all;
    this.#book.mark("server", recordKey, () => encodeCbor(this.#all));
  }
}
