import type { Address } from "../base/address.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { Secret } from "../base/secret.ts";
import { identityOf } from "../transport/identity.ts";
import type { KeyPair } from "../transport/noise.ts";
import { UdpEndpoint } from "../transport/udp-endpoint.ts";
import { ChatServer } from "./chat-server.ts";
import type { RetentionRule } from "./message-room.ts";
import { OpaqueServer } from "./opaque.ts";
import type { RegistrationPolicy } from "./registration-policy.ts";
import { Retention, stricterRule } from "./retention.ts";
import { ServerHost } from "./server-host.ts";
import { Store } from "./store.ts";
import { StoreCare } from "./store-care.ts";

export interface StartServerOptions {
  /** Where to listen; port 0 lets the system choose. */
  readonly address: Address;
  /** See `UdpEndpointOptions`. */
  readonly ipv6Host?: string | undefined;
  readonly name: string;
  /** Its public identity, told to clients. */
  readonly id: string;
  /** With which it proves its identity; the same each time it starts. */
  readonly keyPair: KeyPair;
  /** Holds the store; made when it is missing. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: Random;
  /** What the log of each room keeps at most; its owner may keep less. Everything when absent. */
  readonly retention?: RetentionRule;
  /** The secret with which the server is claimed, once. */
  readonly claimToken?: string;
  /** Who may register; everybody without it. */
  readonly registration?: RegistrationPolicy;
  /** Gives the secret behind all passwords, when the first one comes; see `makeOpaqueSetup`. */
  readonly loadOpaqueSetup: () => Promise<Secret>;
  /** What the owner should know: the disk cannot be written, or can be again. */
  readonly onTrouble?: (message: string) => void;
  /** A datagram of another protocol came to the server's port; see `UdpEndpointOptions`. */
  readonly onOther?: (datagram: Uint8Array, from: Address) => void;
  /** After `memberCount` or `roomCount` changed. */
  readonly onChange?: () => void;
}

/** A chat server on a real socket and a real disk. */
export interface RunningServer extends AsyncDisposable {
  /** Where it listens, with the real port. */
  readonly address: Address;
  readonly memberCount: number;
  readonly roomCount: number;
  /** The secret with which the server is claimed; `undefined` when somebody owns it. */
  readonly claimToken: string | undefined;
  /** Rooms of whose newest lines some were missing when the store was opened. */
  readonly damagedRooms: readonly string[];
  /** What else was found damaged then, as phrases for people. */
  readonly damage: readonly string[];
  /** What lets a client at this address in at once; see `Endpoint.issueCookie`. */
  issueCookie(host: string): Uint8Array;
  /** Whether a client at this address shows what it was given there; see `Endpoint.isCookie`. */
  isCookie(host: string, cookie: Uint8Array): boolean;
  /** Sends a datagram of another protocol from the server's port. */
  sendOther(to: Address, datagram: Uint8Array): void;
  /** Everybody was told and everything is stored, because it was closed or its owner stopped it. */
  readonly stopped: Promise<void>;
  /** Tells the members why, stores what was accepted, closes everything. Later calls wait for it. */
  close(reason: string): Promise<void>;
}

/**
 * Opens the store and the socket, and serves.
 *
 * @throws {EarshotError} WHEN the port is taken `port-in-use`; another process has the directory
 * `data-directory-in-use`; its history is `history-damaged`; `data-directory-unusable`;
 * `socket-failed`.
 */
export async function startServer(options: StartServerOptions): Promise<RunningServer> {
  const { clock, random, name, id, onTrouble } = options;
  const store = await Store.open({
    directory: options.dataDir,
    clock,
    random,
    ...(onTrouble && { onTrouble }),
  });
  const { damagedRooms, damage } = store;
  const server = new ChatServer({
    server: { id, name },
    contents: store,
    wallNow: () => clock.wallNow(),
    random,
    ...(options.registration !== undefined && { registration: options.registration }),
    ...(options.claimToken !== undefined && { claimToken: options.claimToken }),
  });
  let onDone: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    onDone = resolve;
  });
  let host: ServerHost | undefined;
  const endpoint = await UdpEndpoint.bind({
    address: options.address,
    ipv6Host: options.ipv6Host,
    ...(options.onOther && { onOther: options.onOther }),
    clock,
    random,
    isAccepting: true,
    identity: identityOf(options.keyPair),
    onEvent: (event) => host?.handleEndpointEvent(event),
  }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  host = new ServerHost({
    server,
    port: endpoint,
    store,
    opaque: opaqueOf(options),
    care: new StoreCare(store, options.dataDir, () => clock.wallNow()),
    clock,
    ...(options.onChange && { onChange: options.onChange }),
    onDone,
  });
  const retention = new Retention({
    ruleOf: (room) => stricterRule(options.retention ?? {}, server.retentionOf(room) ?? {}),
    onExpired: (room, firstSequence) => server.handleExpired(room, firstSequence),
    store,
    clock,
  });
  const serving = host;
  let closing: Promise<void> | undefined;
  const stop = async (reason: string) => {
    serving.shutdown(reason);
    await done;
    await endpoint.stop();
    retention.stop();
    await store.close();
  };
  const close = (reason: string) => {
    closing ??= stop(reason);
    return closing;
  };
  return {
    address: endpoint.address,
    get memberCount() {
      return server.memberCount;
    },
    get roomCount() {
      return server.roomCount;
    },
    claimToken: server.isClaimed ? undefined : options.claimToken,
    damagedRooms,
    damage,
    stopped: done,
    issueCookie: (host) => endpoint.issueCookie(host),
    isCookie: (host, cookie) => endpoint.isCookie(host, cookie),
    sendOther: (to, datagram) => endpoint.sendOther(to, datagram),
    close,
    [Symbol.asyncDispose]: () => close("server closing"),
  };
}

function opaqueOf({ id, loadOpaqueSetup, onTrouble }: StartServerOptions): OpaqueServer {
  return new OpaqueServer({
    serverKey: id,
    loadSetup: loadOpaqueSetup,
    onTrouble: (error) => {
      const reason = error instanceof Error ? error.message : String(error);
      onTrouble?.(`passwords cannot be used: ${reason}`);
    },
  });
}
