import { EarshotError } from "../base/errors.ts";
import { decodeCbor, encodeCbor } from "./codec.ts";
import { devicesMax, ignoredMax } from "./limits.ts";
import type { ServerRole } from "./message-session.ts";
import { nickKey } from "./name.ts";
import { guestOf, type Person } from "./person.ts";
import type { RecordBook } from "./record-book.ts";
import {
  type Check,
  checkOf,
  line,
  list,
  mark,
  name,
  object,
  optional,
  person,
  whole,
  word,
} from "./schema.ts";

/** A person who is known by more than one device. */
export interface Account {
  readonly person: string;
  readonly nick: string;
  /** Device keys in base64url, with which it logs in by itself. */
  readonly devices: readonly string[];
  readonly role?: ServerRole;
  /** Persons whose private chats are kept away. */
  readonly ignored: readonly string[];
  /** Others may know what it has read. */
  readonly isReadShared?: true;
  readonly createdAt: number;
  readonly lastSeenAt: number;
}

const checkAccount: Check<Account> = checkOf(
  object<Account>({
    person,
    nick: name,
    devices: list(line(43), devicesMax),
    role: optional(word(["owner", "admin"])),
    ignored: list(person, ignoredMax),
    isReadShared: optional(mark),
    createdAt: whole,
    lastSeenAt: whole,
  }),
);

/** All accounts of a server, by person, by nickname and by device. */
export class AccountTable {
  readonly #book: RecordBook;
  readonly #accounts = new Map<string, Account>();
  readonly #byNick = new Map<string, Account>();
  readonly #byDevice = new Map<string, Account>();

  /** @throws {EarshotError} WHEN a record is none `history-damaged`. */
  constructor(book: RecordBook, records: ReadonlyMap<string, Uint8Array>) {
    this.#book = book;
    for (const [key, value] of records) {
      const account = decodeCbor(value, checkAccount);
      if (account?.person !== key) {
        throw new EarshotError("history-damaged", `the record of account ${key} is damaged`);
      }
      this.#index(account);
    }
  }

  get(id: string): Account | undefined {
    return this.#accounts.get(id);
  }

  /** Whose nickname has this key. */
  named(key: string): Account | undefined {
    return this.#byNick.get(key);
  }

  /** Who is at this device and wants this nickname: its account, if it is called so, or a guest. */
  identify(deviceKey: Uint8Array, nick: string): Person {
    const device = Buffer.from(deviceKey).toString("base64url");
    const account = this.#byDevice.get(device);
    if (account !== undefined && nickKey(account.nick) === nickKey(nick)) {
      return { person: account.person, nick: account.nick, isGuest: false, device };
    }
    return { person: guestOf(deviceKey), nick, isGuest: true, device };
  }

  /** Whether somebody owns the server. */
  get isClaimed(): boolean {
    return [...this.#accounts.values()].some(({ role }) => role === "owner");
  }

  /** A new account, or a changed one. */
  set(account: Account): void {
    const before = this.#accounts.get(account.person);
    if (before !== undefined) this.#forget(before);
    this.#index(account);
    this.#book.mark("accounts", account.person, () => {
      const current = this.get(account.person);
      return current === undefined ? undefined : encodeCbor(current);
    });
  }

  #index(account: Account): void {
    this.#accounts.set(account.person, account);
    this.#byNick.set(nickKey(account.nick), account);
    for (const device of account.devices) this.#byDevice.set(device, account);
  }

  #forget({ person: id, nick, devices }: Account): void {
    this.#accounts.delete(id);
    this.#byNick.delete(nickKey(nick));
    for (const device of devices) this.#byDevice.delete(device);
  }
}
