import { assertNever } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { EarshotError, toEarshotError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import type { AccountAction, AccountResult } from "./account-action.ts";
import { AccountClient, type OwnAccount, requireLength } from "./account-client.ts";
import type { AccountKey } from "./account-key.ts";
import { withRef } from "./call-queue.ts";
import type { ClientHost } from "./client-host.ts";
import type { ClientEvent } from "./client-port.ts";
import type { CallAnswer, ConnectionCall } from "./connection-call.ts";
import type { Devices } from "./message-account.ts";
import { nickKey } from "./name.ts";
import type { Stretching } from "./opaque.ts";
import { guestOf } from "./person.ts";

/** Where the keys of this user's accounts are kept. Rejects with an EarshotError. */
export interface AccountKeyStore {
  save(serverId: string, account: OwnAccount): Promise<void>;
  /** `undefined` when this device has no key of that account. */
  load(serverId: string, person: string): Promise<AccountKey | undefined>;
}

export interface ClientAccountsOptions {
  readonly host: ClientHost;
  readonly clock: Clock;
  readonly random: Random;
  /** 32 bytes. */
  readonly deviceKey: Uint8Array;
  readonly deviceName: string;
  readonly keys: AccountKeyStore;
  readonly onEvent: (event: ClientEvent) => void;
  /** As in `OpaqueClient.load`. */
  readonly stretching?: Stretching;
}

/** Actions that wait for the one that is done: a client comes into that many rooms with passwords at once. */
export const accountActionsMax = 16;

/** An action, and by which name its owner asked for it. */
interface WaitingAction {
  readonly action: AccountAction;
  readonly ref: string | undefined;
}

/** Who we are on the connection that is open. */
interface OwnName {
  readonly person: string;
  readonly nick: string;
}

/** Does what a person wants with their account, one thing at a time; tells the result as an event. */
export class ClientAccounts {
  readonly #options: ClientAccountsOptions;
  #own: OwnName | undefined;
  /** The first of them is being done. */
  readonly #actions: WaitingAction[] = [];

  constructor(options: ClientAccountsOptions) {
    this.#options = options;
  }

  /** Takes what the client tells: who we are. */
  handleEvent(event: ClientEvent): void {
    if (event.type === "ready") this.#own = { person: event.own.person, nick: event.nick };
    else if (this.#own === undefined) return;
    else if (event.type === "renamed") this.#own = { ...this.#own, nick: event.nick };
    else if (event.type === "identified") {
      this.#own = { ...this.#own, person: event.own.person };
    }
  }

  /** Answered by `account` or `error`. */
  perform(action: AccountAction, ref: string | undefined): void {
    if (accountActionsMax <= this.#actions.length) {
      const message = `${this.#actions.length} requests about your account wait already`;
      const { onEvent } = this.#options;
      onEvent({ type: "error", ...withRef(ref), code: "limit-reached", message });
      return;
    }
    this.#actions.push({ action, ref });
    if (this.#actions.length === 1) this.#doNext();
  }

  #doNext(): void {
    const [next] = this.#actions;
    if (next === undefined) return;
    const { onEvent } = this.#options;
    const ref = withRef(next.ref);
    const finish = (event: ClientEvent) => {
      this.#actions.shift();
      onEvent(event);
      this.#doNext();
    };
    this.#do(next.action).then(
      (result) => finish({ type: "account", ...ref, result }),
      (error: unknown) => {
        const { code, message } = toEarshotError(error, "internal", "an unexpected failure");
        finish({ type: "error", ...ref, code, message });
      },
    );
  }

  async #do(action: AccountAction): Promise<AccountResult> {
    switch (action.type) {
      case "register":
        return await this.#register(action);
      case "login":
        return await this.#login(action);
      case "set-password": {
        const { client, serverId, own } = this.#open();
        const key = await this.#options.keys.load(serverId, own.person);
        if (key === undefined) throw withoutKey();
        await client.setPassword(action.password, { person: own.person, key });
        return { type: "password-set" };
      }
      case "set-room-password": {
        const { password, room } = action;
        await this.#open().client.setRoomPassword(password, room);
        return { type: "room-password-set", room };
      }
      case "open-room": {
        const { password, room } = action;
        await this.#open()
          .client.openRoom(room, password)
          .catch((error: unknown) => {
            throw isWrong(error) ? wrongRoomPassword(room, error) : error;
          });
        return { type: "room-opened", room };
      }
      case "devices": {
        const { devices, hasPassword } = await this.#devices();
        return { type: "devices", devices, hasPassword };
      }
      case "revoke": {
        const device = (await this.#devices()).devices[action.device - 1];
        if (device === undefined) {
          throw new EarshotError("target-invalid", `you have no device ${action.device}`);
        }
        await this.#ask({ question: { type: "revoke-device", key: device.key } });
        return { type: "revoked", device: device.name };
      }
      case "unregister": {
        const { own } = this.#open();
        if (nickKey(action.nick) !== nickKey(own.nick)) {
          const message = `you are ${own.nick}, not ${action.nick}: nothing was ended`;
          throw new EarshotError("argument-invalid", message);
        }
        const becomes = { person: guestOf(this.#options.deviceKey), isGuest: true } as const;
        await this.#ask({ question: { type: "delete-account" }, becomes });
        return { type: "unregistered" };
      }
      default:
        return assertNever(action);
    }
  }

  async #register({
    nick,
    password,
    invitation,
  }: Extract<AccountAction, { type: "register" }>): Promise<AccountResult> {
    if (password !== undefined) requireLength(password);
    const { client, serverId, own } = this.#open();
    const isOther = nick !== undefined && nickKey(nick) !== nickKey(own.nick);
    if (isOther) await this.#ask({ question: { type: "rename", nick } });
    const { deviceName, keys } = this.#options;
    const account = await client.register(deviceName, invitation);
    await keys.save(serverId, account);
    if (password !== undefined) await client.setPassword(password, account);
    const hasPassword = password !== undefined;
    return { type: "registered", nick: isOther ? nick : own.nick, hasPassword };
  }

  async #login({
    nick,
    password,
  }: Extract<AccountAction, { type: "login" }>): Promise<AccountResult> {
    const { client, serverId } = this.#open();
    const { deviceName, keys } = this.#options;
    const { role, ...account } = await client.login(nick, password, deviceName);
    const becomes = { person: account.person, ...(role !== undefined && { role }) };
    // Whose device was certified becomes the account by taking its nickname.
    await this.#ask({ question: { type: "rename", nick }, becomes });
    await keys.save(serverId, account);
    return { type: "logged-in", nick };
  }

  async #devices(): Promise<Omit<Devices, "ref">> {
    const answer = await this.#ask({ question: { type: "devices" } });
    if (answer.type === "devices") return answer;
    throw new EarshotError("internal", "the server's answer makes no sense");
  }

  /** An `AccountClient` for the connection that is open. */
  #open() {
    const { host, clock, random, deviceKey, stretching } = this.#options;
    const { proof } = host;
    const own = this.#own;
    if (proof === undefined || own === undefined) {
      throw new EarshotError("connection-lost", "there is no connection now: try again");
    }
    const port = {
      ...proof,
      deviceKey,
      ask: (question: ConnectionCall["question"]) => this.#ask({ question }),
      randomBytes: (count: number) => random.bytes(count),
      wallNow: () => clock.wallNow(),
    };
    const serverId = Buffer.from(proof.serverKey).toString("base64url");
    return { client: new AccountClient(port, stretching), serverId, own };
  }

  async #ask(call: Omit<ConnectionCall, "onDone">): Promise<CallAnswer> {
    return await new Promise((resolve, reject) => {
      this.#options.host.askNow({
        ...call,
        onDone: (outcome) => {
          if (outcome.type === "answered") resolve(outcome.answer);
          else reject(outcome.failure);
        },
      });
    });
  }
}

function withoutKey(): EarshotError {
  const message = "this device has no key of your account: log in with its password again";
  return new EarshotError("not-allowed", message);
}

function isWrong(error: unknown): boolean {
  return error instanceof EarshotError && error.code === "password-wrong";
}

/** Nobody's name is in question where a room is. */
function wrongRoomPassword(room: string, cause: unknown): EarshotError {
  return new EarshotError("password-wrong", `that is not the password of ${room}`, { cause });
}
