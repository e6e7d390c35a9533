import { EarshotError } from "../base/errors.ts";
import { accountKeyBytes, wrappedKeyBytes } from "./account-key.ts";
import type { Certificate } from "./certificate.ts";
import { decodeCbor, encodeCbor } from "./codec.ts";
import { deviceNameLengthMax, devicesMax, ignoredMax } from "./limits.ts";
import { LookAlikes } from "./look-alikes.ts";
import type { ServerRole } from "./message-account.ts";
import { certificate, type Profile, profile } from "./message-account.ts";
import { nickKey } from "./name.ts";
import { opaqueBytes } from "./opaque-port.ts";
import { guestOf, type Person } from "./person.ts";
import type { RecordBook } from "./record-book.ts";
import {
  bytes,
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

/** A device with which a person logs in by itself. */
export interface AccountDevice {
  /** Its public key in base64url. */
  readonly key: string;
  readonly name: string;
  readonly certificate: Certificate;
  readonly addedAt: number;
  readonly lastSeenAt: number;
}

/** What a server keeps of a password: nothing from which it can be guessed without its own secret. */
export interface PasswordRecord {
  /** OPAQUE's, 192 bytes. */
  readonly record: Uint8Array;
  /** The account's key, sealed under the password, 48 bytes. */
  readonly wrappedKey: Uint8Array;
}

/** A person who is known by more than one device. */
export interface Account {
  readonly person: string;
  readonly nick: string;
  /** With which its devices are certified: Ed25519, 32 bytes. */
  readonly accountKey: Uint8Array;
  readonly devices: readonly AccountDevice[];
  readonly password?: PasswordRecord;
  readonly profile?: Profile;
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
    accountKey: bytes(accountKeyBytes),
    devices: list(
      object<AccountDevice>({
        key: line(43),
        name: line(deviceNameLengthMax),
        certificate,
        addedAt: whole,
        lastSeenAt: whole,
      }),
      devicesMax,
    ),
    password: optional(
      object<PasswordRecord>({
        record: bytes(opaqueBytes.record),
        wrappedKey: bytes(wrappedKeyBytes),
      }),
    ),
    profile: optional(profile),
    role: optional(word(["owner", "admin"])),
    ignored: list(person, ignoredMax),
    isReadShared: optional(mark),
    createdAt: whole,
    lastSeenAt: whole,
  }),
);

/** All accounts of a server, by person and by nickname. */
export class AccountTable {
  readonly #book: RecordBook;
  readonly #accounts = new Map<string, Account>();
  readonly #byNick = new Map<string, Account>();
  readonly #lookAlikes = new LookAlikes();

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

  get size(): number {
    return this.#accounts.size;
  }

  get(id: string): Account | undefined {
    return this.#accounts.get(id);
  }

  /** Whose nickname has this key. */
  named(key: string): Account | undefined {
    return this.#byNick.get(key);
  }

  /** The account whose nickname is this one, or is easily taken for it. */
  like(nick: string): Account | undefined {
    return this.named(nickKey(nick)) ?? this.named(this.#lookAlikes.find(nick) ?? "");
  }

  /** Who is at this device and wants this nickname: its account, if it is called so, or a guest. */
  identify(deviceKey: Uint8Array, nick: string): Person {
    const device = Buffer.from(deviceKey).toString("base64url");
    const account = this.named(nickKey(nick));
    if (account?.devices.some(({ key }) => key === device)) {
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
    this.#mark(account.person);
  }

  delete(id: string): void {
    const account = this.#accounts.get(id);
    if (account === undefined) return;
    this.#forget(account);
    this.#mark(id);
  }

  #mark(id: string): void {
    this.#book.mark("accounts", id, () => {
      const current = this.get(id);
      return current === undefined ? undefined : encodeCbor(current);
    });
  }

  #index(account: Account): void {
    const key = nickKey(account.nick);
    this.#accounts.set(account.person, account);
    this.#byNick.set(key, account);
    this.#lookAlikes.add(account.nick, key);
  }

  #forget({ person: id, nick }: Account): void {
    this.#accounts.delete(id);
    const key = nickKey(nick);
    this.#byNick.delete(key);
    this.#lookAlikes.delete(nick, key);
  }
}
