import type { client, server } from "@serenity-kit/opaque";
import { Secret } from "../base/secret.ts";
import type { OpaquePort, OpaqueResult, OpaqueTask } from "./opaque-port.ts";
import { opaqueBytes } from "./opaque-port.ts";

interface Opaque {
  readonly client: typeof client;
  readonly server: typeof server;
}

/** What a password is stretched with on the client (Argon2id, RFC 9106). */
export interface Stretching {
  readonly iterations: number;
  /** KiB. */
  readonly memory: number;
  readonly parallelism: number;
}

/** The second recommendation of RFC 9106 section 4, with one lane: 64 MiB, about 200 ms. */
const recommended: Stretching = { iterations: 3, memory: 65_536, parallelism: 1 };

/** A registration that waits for the server's response. */
export interface OpaqueRegistration {
  readonly request: Uint8Array;
  /** What the server keeps, and a key that only the password gives; `undefined` for a bad response. */
  finish(
    response: Uint8Array,
  ): { readonly record: Uint8Array; readonly exportKey: Uint8Array } | undefined;
}

/** A login that waits for the server's response. */
export interface OpaqueLogin {
  readonly request: Uint8Array;
  /** `undefined` when the password is wrong, or the server does not have its record. */
  finish(response: Uint8Array):
    | {
        readonly finish: Uint8Array;
        readonly sessionKey: Uint8Array;
        readonly exportKey: Uint8Array;
      }
    | undefined;
}

/** OPAQUE (RFC 9807) for a client that speaks with the server of this key (base64url). */
export class OpaqueClient {
  readonly #opaque: Opaque;
  readonly #serverKey: string;
  readonly #stretching: Stretching;

  /** Loads the library, which is done only by who has a password. */
  static async load(
    serverKey: string,
    stretching: Stretching = recommended,
  ): Promise<OpaqueClient> {
    return new OpaqueClient(await loadOpaque(), serverKey, stretching);
  }

  private constructor(opaque: Opaque, serverKey: string, stretching: Stretching) {
    this.#opaque = opaque;
    this.#serverKey = serverKey;
    this.#stretching = stretching;
  }

  startRegistration(secret: Secret): OpaqueRegistration {
    const { client } = this.#opaque;
    const password = passwordOf(secret);
    const started = client.startRegistration({ password });
    return {
      request: toBytes(started.registrationRequest),
      finish: (response) =>
        refusing(() => {
          const { registrationRecord, exportKey } = client.finishRegistration({
            ...started,
            ...this.#common(),
            password,
            registrationResponse: toText(response, opaqueBytes.registrationResponse),
          });
          return { record: toBytes(registrationRecord), exportKey: toBytes(exportKey) };
        }),
    };
  }

  startLogin(secret: Secret): OpaqueLogin {
    const { client } = this.#opaque;
    const password = passwordOf(secret);
    const started = client.startLogin({ password });
    return {
      request: toBytes(started.startLoginRequest),
      finish: (response) =>
        refusing(() => {
          const finished = client.finishLogin({
            ...started,
            ...this.#common(),
            password,
            loginResponse: toText(response, opaqueBytes.loginResponse),
          });
          if (finished === undefined) return undefined;
          const { finishLoginRequest, sessionKey, exportKey } = finished;
          return {
            finish: toBytes(finishLoginRequest),
            sessionKey: toBytes(sessionKey),
            exportKey: toBytes(exportKey),
          };
        }),
    };
  }

  #common() {
    return {
      identifiers: { server: this.#serverKey },
      keyStretching: { "argon2id-custom": this.#stretching },
    } as const;
  }
}

export interface OpaqueServerOptions {
  /** The server's public key in base64url, which is part of what is proven. */
  readonly serverKey: string;
  /** Gives the secret of `makeOpaqueSetup`; asked for when the first password comes. */
  readonly loadSetup: () => Promise<Secret>;
  /** What cannot be done: the setup cannot be read. */
  readonly onTrouble?: (error: unknown) => void;
}

/**
 * OPAQUE for a server. The library and the secret are loaded when they are needed first. Between two
 * steps, of 1.5 ms each, the chat goes on.
 */
export class OpaqueServer implements OpaquePort {
  readonly #options: OpaqueServerOptions;
  #loaded: Promise<readonly [Opaque, Secret]> | undefined;

  constructor(options: OpaqueServerOptions) {
    this.#options = options;
  }

  run(task: OpaqueTask, onDone: (result: OpaqueResult) => void): void {
    this.#loaded ??= Promise.all([loadOpaque(), this.#options.loadSetup()]);
    const answer = ([opaque, setup]: readonly [Opaque, Secret]) => {
      setImmediate(() => onDone(this.#compute(opaque, setup, task)));
    };
    this.#loaded.then(answer, (error: unknown) => {
      this.#loaded = undefined;
      this.#options.onTrouble?.(error);
      onDone({ type: "refused" });
    });
  }

  #compute({ server }: Opaque, setup: Secret, task: OpaqueTask): OpaqueResult {
    const refused = { type: "refused" } as const;
    const identifiers = { server: this.#options.serverKey };
    switch (task.type) {
      case "register":
        return (
          refusing(() => {
            const { registrationResponse } = server.createRegistrationResponse({
              serverSetup: setup.reveal(),
              userIdentifier: task.identifier,
              registrationRequest: toText(task.request, opaqueBytes.registrationRequest),
            });
            return { type: "registering", response: toBytes(registrationResponse) } as const;
          }) ?? refused
        );
      case "start-login":
        return (
          refusing(() => {
            const { loginResponse, serverLoginState } = server.startLogin({
              serverSetup: setup.reveal(),
              userIdentifier: task.identifier,
              registrationRecord: task.record && toText(task.record, opaqueBytes.record),
              startLoginRequest: toText(task.request, opaqueBytes.loginRequest),
              identifiers,
            });
            const response = toBytes(loginResponse);
            return { type: "answered", response, state: toBytes(serverLoginState) } as const;
          }) ?? refused
        );
      case "finish-login":
        return (
          refusing(() => {
            const { sessionKey } = server.finishLogin({
              serverLoginState: toText(task.state, opaqueBytes.loginState),
              finishLoginRequest: toText(task.finish, opaqueBytes.loginFinish),
              identifiers,
            });
            return { type: "proven", sessionKey: toBytes(sessionKey) } as const;
          }) ?? refused
        );
    }
  }
}

/** A new secret of a server: with another one, no password is right any more. */
export async function makeOpaqueSetup(): Promise<Secret> {
  return new Secret((await loadOpaque()).server.createSetup());
}

async function loadOpaque(): Promise<Opaque> {
  const opaque = await import("@serenity-kit/opaque");
  await opaque.ready;
  return opaque;
}

/** The library throws on bytes that make no sense, and so does `toText`. */
function refusing<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch {
    return undefined;
  }
}

/** The same password is typed in several ways on several systems (RFC 8265 section 4). */
function passwordOf(secret: Secret): string {
  return secret.reveal().normalize("NFC");
}

function toBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64url"));
}

function toText(bytes: Uint8Array, length: number): string {
  // The library would go on with 100 kB of it.
  if (bytes.length !== length) throw new RangeError(`${bytes.length} bytes, not ${length}`);
  return Buffer.from(bytes).toString("base64url");
}
