import type { Address } from "../base/address.ts";
import type { Clock } from "../base/clock.ts";
import { EarshotError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { identityOf } from "../transport/identity.ts";
import type { KeyPair } from "../transport/noise.ts";
import { UdpEndpoint } from "../transport/udp-endpoint.ts";
import { withRef } from "./call-queue.ts";
import { ChatClient } from "./chat-client.ts";
import { type AccountKeyStore, ClientAccounts } from "./client-accounts.ts";
import { ClientHost } from "./client-host.ts";
import type { ClientEvent, ClientPort, ServerLocation, ShownKey, Verdict } from "./client-port.ts";
import { FilesSlot, type FilesSlotOptions, withoutFiles } from "./files/files-slot.ts";
import { PeerHost } from "./files/peer-host.ts";
import { earlierVisit, MemoryHost, type OpenMemory } from "./memory/memory-host.ts";

export interface StartClientOptions {
  /** Asked before every attempt where the server is now; `undefined` when it is not found. */
  readonly resolve: () => Promise<ServerLocation | undefined>;
  /** Asked about the key of the server that is met first, before anything is told to it. Never rejects. */
  readonly judge: (shown: ShownKey) => Promise<Verdict>;
  /** By which servers know this device again. */
  readonly keyPair: KeyPair;
  readonly nick: string;
  /** What other devices of an account see this one as. */
  readonly deviceName: string;
  readonly accountKeys: AccountKeyStore;
  /** As in `ChatClientOptions`. */
  readonly takesSuggestion?: boolean;
  readonly clock: Clock;
  readonly random: Random;
  /** The local address; port 0 lets the system choose. */
  readonly bindAddress: Address;
  /** See `UdpEndpointOptions`. */
  readonly ipv6Host?: string | undefined;
  readonly onEvent: (event: ClientEvent) => void;
  /** Without it nothing is kept. */
  readonly memory?: ClientMemoryOptions | undefined;
  /** Without it no files are offered or taken. */
  readonly files?: ClientFileOptions | undefined;
}

/** How a client offers and takes files. */
export interface ClientFileOptions {
  /** Where those go that are accepted without a word about it. */
  readonly directory: string;
  /** Where others connect to; see `PeerHostOptions`. */
  readonly bindAddress: Address;
  readonly ipv6Host?: string | undefined;
  readonly open: FilesSlotOptions["open"];
}

/** What a client keeps on this computer. */
export interface ClientMemoryOptions {
  /** What is kept of the server, where its key is known before it is met. */
  readonly expected: OpenMemory | undefined;
  /** Finds what is kept of a server whose key was accepted. Never rejects. */
  readonly open: (serverId: string) => Promise<OpenMemory>;
  /** See `EarlierVisit`. */
  readonly missedMax: number;
}

/**
 * Starts a chat client on a socket of its own. It connects at once and again after every loss, until
 * it is closed; what becomes of that is told by events.
 *
 * @throws {EarshotError} WHEN the local address cannot be used `socket-failed`.
 */
export async function startClient(options: StartClientOptions): Promise<ClientPort> {
  const { clock, random, nick, takesSuggestion = true } = options;
  let files: FilesSlot | undefined;
  const onEvent = (event: ClientEvent) => {
    if (files?.handleEvent(event) !== true) options.onEvent(event);
  };
  let onClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    onClosed = resolve;
  });
  let host: ClientHost | undefined;
  let accounts: ClientAccounts | undefined;
  const endpoint = await UdpEndpoint.bind({
    address: options.bindAddress,
    ipv6Host: options.ipv6Host,
    clock,
    random,
    isAccepting: false,
    identity: identityOf(options.keyPair),
    onEvent: (event) => host?.handleEndpointEvent(event),
  });
  const slot: MemorySlot = { memory: undefined };
  const client = new ChatClient({ nick, takesSuggestion, program: "earshot", random });
  host = new ClientHost({
    client,
    port: endpoint,
    clock,
    resolve: (onResolved) => {
      // Not to find out where the server is, is the same as its not being there: both are retried.
      void options.resolve().then(onResolved, () => onResolved(undefined));
    },
    judge: (shown, onVerdict) => {
      void judgeAndRecall(options, shown, (memory) => remember(memory)).then(onVerdict);
    },
    onFileEvent: (event) => files?.handleFileEvent(event),
    onRelayed: (frame) => files?.handleRelayed(frame),
    onEvent: (event) => {
      if (event.type === "connection" && event.state === "closed") onClosed();
      accounts?.handleEvent(event);
      if (slot.memory === undefined) onEvent(event);
      else slot.memory.handleEvent(event);
    },
  });
  const running = host;
  const remember = (memory: OpenMemory) => {
    // The one that was expected is the one that was met.
    if (slot.memory !== undefined) return;
    slot.memory = new MemoryHost({
      ...{ memory, clock, onEvent, token: client.token },
      ask: ({ room, range, ref }) => running.history(room, range, ref),
    });
    slot.memory.tellRemembered();
    running.restore(earlierVisit(memory, options.memory?.missedMax ?? 0));
  };
  files = options.files && slotOf(options, options.files, running);
  const { keyPair, deviceName, accountKeys: keys } = options;
  const { publicKey: deviceKey } = keyPair;
  accounts = new ClientAccounts({ host, clock, random, deviceKey, deviceName, keys, onEvent });
  if (options.memory?.expected !== undefined) remember(options.memory.expected);
  const perform = performer(options, files);
  const parts = { accounts, slot, perform, traffic: () => endpoint.stats };
  return openPort(host, parts, async () => {
    await closed;
    await files?.stop();
    await endpoint.stop();
    await new Promise<void>((resolve) => {
      if (slot.memory === undefined) resolve();
      else slot.memory.stop(resolve);
    });
  });
}

/** Empty until it is known which server is met. */
interface MemorySlot {
  memory: MemoryHost | undefined;
}

/** What is kept of a server is at hand before anything is said to it. */
async function judgeAndRecall(
  { judge, memory }: StartClientOptions,
  shown: ShownKey,
  remember: (memory: OpenMemory) => void,
): Promise<Verdict> {
  const verdict = await judge(shown);
  if (verdict.type !== "accepted" || memory === undefined) return verdict;
  const serverId = Buffer.from(shown.key).toString("base64url");
  if (memory.expected !== undefined && memory.expected.serverId !== serverId) {
    const message = "it is not the server that was expected: choose it again";
    return { type: "refused", failure: new EarshotError("server-untrusted", message) };
  }
  remember(memory.expected ?? (await memory.open(serverId)));
  return verdict;
}

/** The files of the client, on connections of their own. */
function slotOf(
  options: StartClientOptions,
  { directory, bindAddress, ipv6Host, open }: ClientFileOptions,
  host: ClientHost,
): FilesSlot {
  const { keyPair, clock, random, onEvent } = options;
  return new FilesSlot({
    host,
    directory,
    clock,
    open,
    onEvent,
    openPeers: (listener, onReach) =>
      PeerHost.open({
        ...{ keyPair, bindAddress, ipv6Host, clock, random, listener, onReach },
        relay: (frame) => host.relay(frame),
      }),
  });
}

function performer(
  { onEvent }: StartClientOptions,
  files: FilesSlot | undefined,
): ClientPort["file"] {
  if (files !== undefined) return (action, ref) => files.perform(action, ref);
  const { code, message } = withoutFiles();
  return (_action, ref) => onEvent({ type: "error", ...withRef(ref), code, message });
}

/** What of a client is beside its connection. */
interface ClientParts {
  readonly accounts: ClientAccounts;
  readonly slot: MemorySlot;
  readonly perform: ClientPort["file"];
  readonly traffic: () => ClientPort["traffic"];
}

function openPort(
  host: ClientHost,
  { accounts, slot, perform, traffic }: ClientParts,
  whenClosed: () => Promise<void>,
): ClientPort {
  let closing: Promise<void> | undefined;
  return {
    join: (room, ref, invitation) => host.join(room, ref, invitation),
    leave: (room, ref) => host.leave(room, ref),
    say: (room, text, ref) => host.say(room, text, ref),
    post: (room, body, ref) => host.post(room, body, ref),
    ask: (question, ref) => {
      const isSearch = question.type === "search";
      if (isSearch && slot.memory?.search({ search: question, ref })) return;
      host.ask(question, ref);
    },
    account: (action, ref) => accounts.perform(action, ref),
    file: perform,
    typing: (room, state) => host.typing(room, state),
    read: (room, sequence, ordinal) => host.read(room, sequence, ordinal),
    history: (room, range, ref) => {
      if (slot.memory === undefined) host.history(room, range, ref);
      else slot.memory.history({ room, range, ref });
    },
    members: (room, ref) => host.members(room, ref),
    changeNick: (nick) => host.changeNick(nick),
    get pendingCount() {
      return host.pendingCount;
    },
    get keptCount() {
      return slot.memory?.keptCount ?? 0;
    },
    get traffic() {
      const { bytesSent, bytesReceived } = traffic();
      return { bytesSent, bytesReceived };
    },
    keepDraft: (room, text) => slot.memory?.keepDraft(room, text),
    shown: (room) => slot.memory?.shown(room),
    forget: () => slot.memory?.forget(),
    close() {
      host.close();
      closing ??= whenClosed();
      return closing;
    },
  };
}
