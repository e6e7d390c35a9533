import { Secret } from "../../src/base/secret.ts";
import { type AccountKey, accountKeyOf, wrapAccountKey } from "../../src/room/account-key.ts";
import { certify } from "../../src/room/certificate.ts";
import type { ServerMessage } from "../../src/room/message.ts";
import type { PasswordSubject } from "../../src/room/message-account.ts";
import { makeOpaqueSetup, OpaqueClient, OpaqueServer } from "../../src/room/opaque.ts";
import { bindingOf } from "../../src/room/opaque-port.ts";
import { SeededRandom } from "./random.ts";
import { channelBinding, deviceKey, ServerDesk, type ServerDeskOptions } from "./server-desk.ts";

/** The least that Argon2id can do: the tests are about the protocol. */
export const quickStretching = { iterations: 1, memory: 8, parallelism: 1 };

/** What every `ServerDesk` is known by, as its clients have it from the handshake. */
export const serverKey: Uint8Array = Buffer.from("key", "base64url");

const serverId = Buffer.from(serverKey).toString("base64url");

const client = await OpaqueClient.load(serverId, quickStretching);
const setup = await makeOpaqueSetup();

/** OPAQUE as the server of every `AccountStage` computes it. */
export const opaque: OpaqueServer = new OpaqueServer({
  serverKey: serverId,
  loadSetup: async () => setup,
});

export const password: Secret = new Secret("correct horse battery");

/** A server at which people register and log in; everything is stored at once. */
export class AccountStage {
  readonly desk: ServerDesk;
  readonly random: SeededRandom = new SeededRandom(7);

  constructor(options: ServerDeskOptions = {}) {
    this.desk = new ServerDesk(options);
    this.desk.isQuick = true;
  }

  newKey(): AccountKey {
    return accountKeyOf(this.random.bytes(32));
  }

  certificate(key: AccountKey, device: number) {
    return certify(key, { serverKey, deviceKey: deviceKey(device) }, 1);
  }

  /** The session, which is at the device of its number, becomes an account. */
  register(session: number, key = this.newKey(), invitation?: string): ServerMessage | undefined {
    return this.desk.ask(session, {
      type: "register",
      accountKey: key.publicKey,
      certificate: this.certificate(key, session),
      device: `laptop ${session}`,
      ...(invitation !== undefined && { invitation }),
    });
  }

  async setPassword(
    session: number,
    options: { room?: string; key?: AccountKey; secret?: Secret } = {},
  ): Promise<ServerMessage | undefined> {
    const { room, key, secret = password } = options;
    const started = client.startRegistration(secret);
    const subject = room === undefined ? {} : { room };
    const asked = { type: "start-password", ...subject, request: started.request } as const;
    const answer = this.desk.ask(session, asked);
    if (answer !== undefined) return answer;
    await this.desk.compute(opaque);
    const { response } = this.last(session, "password-answer");
    const { record, exportKey } = started.finish(response)!;
    const wrapped = key === undefined ? {} : { wrappedKey: wrapAccountKey(key, exportKey) };
    return this.desk.ask(session, { type: "set-password", ...subject, record, ...wrapped });
  }

  /** Tries a password; gives the last answer and what the client has found out. */
  async login(
    session: number,
    subject: PasswordSubject,
    options: { secret?: Secret; channel?: Uint8Array } = {},
  ) {
    const { secret = password, channel = channelBinding(session) } = options;
    const login = client.startLogin(secret);
    const { request } = login;
    const refusal = this.desk.ask(session, { type: "start-login", subject, request });
    if (refusal !== undefined) return { answer: refusal, finished: undefined };
    await this.desk.compute(opaque);
    const answer = this.inbox(session).at(-1);
    if (answer?.type !== "login-answer") return { answer, finished: undefined };
    const finished = login.finish(answer.response);
    // Who guesses wrong has nothing better to say.
    const finish = finished?.finish ?? new Uint8Array(64);
    const binding = finished
      ? bindingOf(finished.sessionKey, "client", channel)
      : new Uint8Array(32);
    this.desk.ask(session, { type: "finish-login", finish, binding });
    await this.desk.compute(opaque);
    return { answer: this.inbox(session).at(-1), finished };
  }

  /** The answer of this type that the session got last. */
  last<T extends ServerMessage["type"]>(session: number, type: T) {
    const found = this.inbox(session).findLast((message) => message.type === type);
    if (found === undefined) throw new Error(`no ${type}`);
    return found as Extract<ServerMessage, { readonly type: T }>;
  }

  inbox(session: number): readonly ServerMessage[] {
    return this.desk.inbox(session);
  }
}
