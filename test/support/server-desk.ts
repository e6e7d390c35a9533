import { accountKeyOf } from "../../src/room/account-key.ts";
import type { Account, AccountDevice } from "../../src/room/account-table.ts";
import type { CareTask } from "../../src/room/care-port.ts";
import { signatureBytes } from "../../src/room/certificate.ts";
import { ChatServer } from "../../src/room/chat-server.ts";
import { decodeServerMessage, encodeCbor } from "../../src/room/codec.ts";
import { isSpoken } from "../../src/room/entry.ts";
import type { ClientNotice, Request, ServerMessage } from "../../src/room/message.ts";
import type { PostBody } from "../../src/room/message-log.ts";
import type { OpaquePort, OpaqueResult } from "../../src/room/opaque-port.ts";
import type { OpaqueRun } from "../../src/room/opaque-queue.ts";
import type { RegistrationPolicy } from "../../src/room/registration-policy.ts";
import { emptyEnd } from "../../src/room/room.ts";
import type { ServerEffect } from "../../src/room/server-output.ts";
import type { SessionPeer } from "../../src/room/session.ts";
import type {
  Commit,
  Draft,
  Placement,
  RecordChange,
  RecordTable,
  SearchQuery,
  StoreContents,
  StoreQuery,
} from "../../src/room/store-port.ts";
import type { CloseReason } from "../../src/transport/endpoint-port.ts";
import { SeededRandom } from "./random.ts";

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** The name of the store of every `ServerDesk`. */
export const logId = "history-of-the-server";

export interface ServerDeskOptions {
  readonly lastSequences?: ReadonlyMap<string, number>;
  readonly accounts?: readonly Account[];
  readonly claimToken?: string;
  readonly registration?: RegistrationPolicy;
  readonly records?: Partial<StoreContents["records"]>;
}

/** A server whose effects are collected: what each session was sent, and what is asked of the disk. */
export class ServerDesk {
  readonly server: ChatServer;
  readonly inboxes: Map<number, ServerMessage[]> = new Map();
  readonly closed: { session: number; code: number }[] = [];
  readonly sizes: { channel: number; bytes: number }[] = [];
  /** What is being written. */
  commit: Commit | undefined;
  query: StoreQuery | undefined;
  search: SearchQuery | undefined;
  /** Records as they were written last. */
  readonly written: Map<string, Uint8Array | undefined> = new Map();
  /** Where sessions come from, when that matters. */
  readonly hosts: Map<number, string> = new Map();
  /** Where sessions are seen, where it matters. */
  readonly addresses: Map<number, string> = new Map();
  readonly datagrams: { readonly session: number; readonly bytes: Uint8Array }[] = [];
  /** Steps of passwords that were asked for. */
  readonly runs: OpaqueRun[] = [];
  /** What was asked of the store besides. */
  readonly care: CareTask[] = [];
  sendCount = 0;
  now = 0;
  wallNow = 1_790_000_000_000;
  /** While true, what is to be stored is stored at once. */
  isQuick = false;
  #ref = 0;
  readonly #ends: Map<string, { sequence: number; ordinal: number }>;

  constructor(options: ServerDeskOptions = {}) {
    const { lastSequences = new Map<string, number>(), accounts = [], claimToken } = options;
    this.#ends = new Map(
      [...lastSequences].map(([room, last]) => [room, { sequence: last, ordinal: last }]),
    );
    const records = {
      accounts: new Map(accounts.map((account) => [account.person, encodeCbor(account)])),
      rooms: new Map(),
      markers: new Map(),
      server: new Map(),
      ...options.records,
    };
    const ends = new Map(
      [...this.#ends].map(([room, end]) => [room, { ...emptyEnd, ...end }] as const),
    );
    this.server = new ChatServer({
      server: { id: "key", name: "kitchen" },
      contents: { id: logId, ends, records },
      wallNow: () => this.wallNow,
      random: new SeededRandom(1),
      ...(claimToken !== undefined && { claimToken }),
      ...(options.registration !== undefined && { registration: options.registration }),
    });
  }

  get drafts(): readonly Draft[] | undefined {
    return this.commit?.drafts;
  }

  /** Each session has a device of its own, unless the test says which. */
  open(session: number, device = session): void {
    this.server.handleOpened(this.now, session, {
      deviceKey: deviceKey(device),
      channelBinding: channelBinding(session),
      address: this.addresses.get(session) ?? `10.0.${session >> 8}.${session & 255}`,
      host: this.hosts.get(session) ?? `10.0.${session >> 8}.${session & 255}`,
    });
    this.collect();
  }

  /** Sends a request and gives the answer, if there is one already. */
  ask(session: number, request: Without<Request, "ref">): ServerMessage | undefined {
    this.#ref += 1;
    const message = encodeCbor({ ...request, ref: this.#ref });
    this.server.handleMessage(this.now, session, message);
    this.collect();
    const answer = this.inbox(session).findLast((each) => "ref" in each);
    return answer !== undefined && "ref" in answer && answer.ref === this.#ref ? answer : undefined;
  }

  tell(session: number, notice: ClientNotice): void {
    this.server.handleMessage(this.now, session, encodeCbor(notice));
    this.collect();
  }

  /** Without a token it is another client each time. */
  hello(session: number, nick: string, token = tokenOf(session)): ServerMessage | undefined {
    return this.ask(session, { type: "hello", nick, client: "test", token });
  }

  /** A session with a nickname that is in the room. */
  enter(session: number, nick: string, room = "lobby", device = session): void {
    this.open(session, device);
    this.hello(session, nick);
    this.ask(session, { type: "join", room });
  }

  say(
    session: number,
    id: string,
    options: { text?: string; isFirst?: boolean; room?: string } = {},
  ) {
    const { text = id, ...rest } = options;
    return this.post(session, { type: "message", text }, { id, ...rest });
  }

  post(
    session: number,
    body: PostBody,
    options: { id?: string; isFirst?: boolean; room?: string } = {},
  ) {
    const { id = `p${this.#ref}`, isFirst = true, room = "lobby" } = options;
    const nanoid = id.replaceAll(/[^\w-]/g, "-").padEnd(21, "-");
    return this.ask(session, { type: "post", id: nanoid, room, isFirst, body });
  }

  /** The disk has it. */
  stored(change: (placement: Placement, index: number) => Placement = (placement) => placement) {
    const commit = this.commit!;
    const placements = commit.drafts.map(({ room, body }, index) => {
      const { sequence, ordinal } = this.#ends.get(room) ?? { sequence: 0, ordinal: 0 };
      const end = {
        sequence: sequence + 1,
        ordinal: ordinal + (isSpoken(body) ? 1 : 0),
      };
      const placement = change({ type: "placed", ...end, sentAt: 1, isDuplicate: false }, index);
      if (placement.type === "placed" && !placement.isDuplicate) this.#ends.set(room, end);
      return placement;
    });
    this.#keep(commit.changes(placements));
    this.commit = undefined;
    this.server.handleCommitted(this.now, { type: "committed", placements });
    this.collect();
  }

  failed(): void {
    this.commit = undefined;
    const message = "disk is full";
    this.server.handleCommitted(this.now, { type: "failed", code: "history-unavailable", message });
    this.collect();
  }

  /** Time passes, and what is due is done. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const at = this.server.pollTimeout();
      if (at === undefined || end < at) break;
      this.now = Math.max(this.now, at);
      this.server.handleTimeout(this.now);
      this.collect();
    }
    this.now = end;
  }

  close(session: number, reason: CloseReason): void {
    this.server.handleClosed(this.now, session, reason);
    this.collect();
  }

  /** The connection can be written to again. */
  unblock(session: number): void {
    this.server.handleWritable(this.now, session);
    this.collect();
  }

  inbox(session: number): ServerMessage[] {
    return this.inboxes.get(session) ?? [];
  }

  /** What the session was told since the last time, answers left out. */
  events(session: number): ServerMessage[] {
    const events = this.inbox(session).filter((message) => !("ref" in message));
    this.inboxes.set(session, []);
    return events;
  }

  /** The record as it was written last. */
  record(table: RecordTable, key: string): Uint8Array | undefined {
    return this.written.get(`${table}!${key}`);
  }

  /** Computes the steps of passwords that were asked for, and what comes of them. */
  async compute(opaque: OpaquePort): Promise<void> {
    while (0 < this.runs.length) {
      const { run, task } = this.runs.shift()!;
      const result = await new Promise<OpaqueResult>((resolve) => opaque.run(task, resolve));
      this.server.handleComputed(this.now, run, result);
      this.collect();
    }
  }

  collect(): void {
    for (const effect of this.server.pollEffects()) this.#take(effect);
    if (this.isQuick && this.commit !== undefined) this.stored();
  }

  #take(effect: ServerEffect): void {
    switch (effect.type) {
      case "commit":
        this.commit = effect.commit;
        return;
      case "read":
        this.query = effect.query;
        return;
      case "search":
        this.search = effect.query;
        return;
      case "close":
        this.closed.push(effect);
        return;
      case "opaque":
        this.runs.push(effect);
        return;
      case "care":
        this.care.push(effect.task);
        return;
      case "datagram":
        this.datagrams.push(effect);
        return;
      case "send":
        this.#deliver(effect);
    }
  }

  #deliver({ sessions, channel, message: bytes }: Extract<ServerEffect, { type: "send" }>): void {
    this.sendCount += 1;
    this.sizes.push({ channel, bytes: bytes.length });
    const message = decodeServerMessage(bytes);
    if (message === undefined) throw new Error("a message of the server makes no sense");
    for (const session of sessions) this.inboxes.set(session, [...this.inbox(session), message]);
  }

  #keep(changes: readonly RecordChange[]): void {
    for (const { table, key, value } of changes) this.written.set(`${table}!${key}`, value);
  }
}

/** The key of a device; each number is another one. */
export function deviceKey(device: number): Uint8Array {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, device);
  return key;
}

/** 32 bytes that only this session has. */
export function channelBinding(session: number): Uint8Array {
  return new Uint8Array(32).fill(255 - session);
}

/** Somebody about whom nothing matters. */
export const nobodysPeer: SessionPeer = {
  deviceKey: new Uint8Array(32),
  channelBinding: new Uint8Array(32),
  address: "10.0.0.1",
  host: "10.0.0.1",
};

/** A device of an account. */
export function accountDevice(device: number): AccountDevice {
  return {
    key: Buffer.from(deviceKey(device)).toString("base64url"),
    name: `device ${device}`,
    certificate: { issuedAt: 0, signature: new Uint8Array(signatureBytes) },
    addedAt: 0,
    lastSeenAt: 0,
  };
}

/** An account that is logged in from the device of this number. */
export function accountOf(nick: string, device: number, change: Partial<Account> = {}): Account {
  return {
    person: nick.padEnd(21, "_"),
    nick,
    accountKey: accountKeyOf(deviceKey(device)).publicKey,
    devices: [accountDevice(device)],
    ignored: [],
    createdAt: 0,
    lastSeenAt: 0,
    ...change,
  };
}

/** A token that no other session has. */
function tokenOf(session: number): Uint8Array {
  const token = new Uint8Array(16);
  new DataView(token.buffer).setUint32(0, session);
  return token;
}
