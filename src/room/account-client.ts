import { EarshotError } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import {
  type AccountKey,
  accountKeyBytes,
  accountKeyOf,
  unwrapAccountKey,
  wrapAccountKey,
} from "./account-key.ts";
import { certify } from "./certificate.ts";
import type { CallAnswer } from "./connection-call.ts";
import type { AccountRequest, PasswordSubject, ServerRole } from "./message-account.ts";
import { OpaqueClient, type Stretching } from "./opaque.ts";
import { bindingOf, isBound } from "./opaque-port.ts";

/** Characters of a password that is set; one that is only tried may have any. */
export const passwordLengthMin = 10;

type WithoutRef<T> = T extends unknown ? Omit<T, "ref"> : never;

/** What a client asks about accounts, as on the wire but for its `ref`. */
export type AccountQuestion = WithoutRef<AccountRequest>;

/** The connection of a client, as far as accounts need it. */
export interface AccountPort {
  /** The keys that the handshake has proven, 32 bytes each. */
  readonly serverKey: Uint8Array;
  readonly deviceKey: Uint8Array;
  /** Of the connection on which `ask` asks. */
  readonly channelBinding: Uint8Array;
  /**
   * Gives the server's answer; the wrong kind of it is `internal`.
   * @throws {EarshotError} REFUSAL with the server's code.
   */
  ask(question: AccountQuestion): Promise<CallAnswer>;
  randomBytes(count: number): Uint8Array;
  wallNow(): number;
}

/** An account of ours, to be kept: with its key the password can be changed. */
export interface OwnAccount {
  readonly person: string;
  readonly key: AccountKey;
}

/** An account that has just been logged in to, with what it may do on the whole server. */
export interface LoggedInAccount extends OwnAccount {
  readonly role?: ServerRole;
}

/**
 * The client's side of accounts and passwords, one connection long. Each step waits for the server's
 * answer; what is refused is thrown with the server's code.
 */
export class AccountClient {
  readonly #port: AccountPort;
  readonly #stretching: Stretching | undefined;
  #opaque: Promise<OpaqueClient> | undefined;

  constructor(port: AccountPort, stretching?: Stretching) {
    this.#port = port;
    this.#stretching = stretching;
  }

  /** Makes the nickname of this connection ours, on the device of this name. */
  async register(device: string, invitation?: string): Promise<OwnAccount> {
    const key = accountKeyOf(this.#port.randomBytes(accountKeyBytes));
    const invited = invitation === undefined ? {} : { invitation };
    const certificate = this.#certificate(key);
    const accountKey = key.publicKey;
    const question = { type: "register", accountKey, certificate, device, ...invited } as const;
    const { person } = await this.#ask(question, "registered");
    return { person, key };
  }

  /**
   * Logs this device in to the account, by its password: the next hello with the nickname is the
   * account's.
   *
   * @throws {EarshotError} WHEN the password is wrong, or there is somebody between us and the server,
   * or the server does not know us `password-wrong`; and what the server refuses.
   */
  async login(nick: string, password: Secret, device: string): Promise<LoggedInAccount> {
    const { answer, exportKey } = await this.#prove({ type: "account", nick }, password);
    const { person, wrappedKey, role } = answer;
    const key = wrappedKey && unwrapAccountKey(wrappedKey, exportKey);
    if (person === undefined || key === undefined) throw wrongPassword();
    await this.#ask({ type: "certify", certificate: this.#certificate(key), device }, "done");
    return { person, key, ...(role !== undefined && { role }) };
  }

  /** A new password of our account, in the place of the one there was. */
  async setPassword(password: Secret, { key }: OwnAccount): Promise<void> {
    const { record, exportKey } = await this.#registration(password);
    const wrappedKey = wrapAccountKey(key, exportKey);
    await this.#ask({ type: "set-password", record, wrappedKey }, "done");
  }

  /** A new password of a room that we own. */
  async setRoomPassword(password: Secret, room: string): Promise<void> {
    const { record } = await this.#registration(password, room);
    await this.#ask({ type: "set-password", room, record }, "done");
  }

  /** Proves the password of a room, which may be joined then. */
  async openRoom(room: string, password: Secret): Promise<void> {
    await this.#prove({ type: "room", room }, password);
  }

  async #registration(password: Secret, room?: string) {
    requireLength(password);
    const started = (await this.#load()).startRegistration(password);
    const subject = room === undefined ? {} : { room };
    const question = { type: "start-password", ...subject, request: started.request } as const;
    const { response } = await this.#ask(question, "password-answer");
    const finished = started.finish(response);
    if (finished === undefined) throw senseless();
    return finished;
  }

  async #prove(subject: PasswordSubject, password: Secret) {
    const { channelBinding } = this.#port;
    const login = (await this.#load()).startLogin(password);
    const { request } = login;
    const { response } = await this.#ask({ type: "start-login", subject, request }, "login-answer");
    const finished = login.finish(response);
    if (finished === undefined) throw wrongPassword();
    const { finish, sessionKey, exportKey } = finished;
    const binding = bindingOf(sessionKey, "client", channelBinding);
    const answer = await this.#ask({ type: "finish-login", finish, binding }, "logged-in");
    // Whoever relays the login to the real server cannot say this on our connection.
    if (!isBound(answer.binding, sessionKey, "server", channelBinding)) throw wrongPassword();
    return { answer, exportKey };
  }

  async #ask<T extends CallAnswer["type"]>(
    question: AccountQuestion,
    type: T,
  ): Promise<Extract<CallAnswer, { readonly type: T }>> {
    const answer = await this.#port.ask(question);
    if (answer.type !== type) throw senseless();
    return answer as Extract<CallAnswer, { readonly type: T }>;
  }

  #certificate(key: AccountKey) {
    const { serverKey, deviceKey } = this.#port;
    return certify(key, { serverKey, deviceKey }, this.#port.wallNow());
  }

  #load(): Promise<OpaqueClient> {
    const id = Buffer.from(this.#port.serverKey).toString("base64url");
    this.#opaque ??= OpaqueClient.load(id, this.#stretching);
    return this.#opaque;
  }
}

/** @throws {EarshotError} WHEN it is too short to be set `argument-invalid`. */
export function requireLength(password: Secret): void {
  const length = [...password.reveal()].length;
  if (passwordLengthMin <= length) return;
  const message = `password is ${length} characters long, at least ${passwordLengthMin}`;
  throw new EarshotError("argument-invalid", message);
}

function wrongPassword(): EarshotError {
  const message = "the name or the password is wrong, or this server does not know you";
  return new EarshotError("password-wrong", message);
}

function senseless(): EarshotError {
  return new EarshotError("internal", "the server's answer makes no sense");
}
