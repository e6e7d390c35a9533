import type { ClientEvent } from "../../src/room/client-port.ts";
import { ClientFiles } from "../../src/room/files/client-files.ts";
import type {
  FilePort,
  Introduction,
  OfferSummary,
  TakenOffer,
  Transfer,
  TransferState,
} from "../../src/room/files/file-port.ts";
import type { PeerEvent, PeerPath, PeerPort } from "../../src/room/files/peer-port.ts";
import { type SimulatedClient, SimulatedLan } from "./simulated-lan.ts";
import { SimulatedPeer } from "./simulated-peer.ts";

/** Files without a disk: what it was asked, and who is connected. */
export class FakeFiles implements FilePort {
  offered: OfferSummary[] = [];
  unfinished: TakenOffer[] = [];
  readonly introduced: Introduction[] = [];
  readonly peers = new Map<PeerPort, PeerPath>();
  readonly asked: string[] = [];
  readonly texts: string[] = [];
  #offerCount = 0;

  async offer(path: string): Promise<OfferSummary> {
    this.#offerCount += 1;
    const id = `offer-${this.#offerCount}`.padEnd(21, "_");
    const offer = { id, name: path, kind: "file", fileCount: 1, bytes: 1_000 } as const;
    this.offered = [...this.offered, offer];
    return offer;
  }

  take(offer: TakenOffer, directory: string): void {
    this.asked.push(`take ${offer.name} into ${directory}`);
    this.unfinished = [...this.unfinished, offer];
  }

  cancel(offer: string): void {
    this.asked.push(`cancel ${offer}`);
    this.offered = this.offered.filter(({ id }) => id !== offer);
  }

  pause(offer: string): void {
    this.asked.push(`pause ${offer}`);
  }

  resume(offer: string): void {
    this.asked.push(`resume ${offer}`);
  }

  introduce(introduction: Introduction): void {
    this.introduced.push(introduction);
  }

  handlePeer(peer: PeerPort, path: PeerPath): void {
    this.peers.set(peer, path);
    for (const { token } of this.introduced.slice(-1)) peer.send(token);
  }

  handlePeerEvent(peer: PeerPort, event: PeerEvent): void {
    if (event.type === "closed") this.peers.delete(peer);
    if (event.type === "message") this.texts.push(Buffer.from(event.message).toString("hex"));
  }
}

/** Somebody who offers and takes files, with everything but the disk. */
export class FileClient {
  readonly client: SimulatedClient;
  readonly peer: SimulatedPeer;
  readonly fake = new FakeFiles();
  readonly events: ClientEvent[] = [];
  readonly files: ClientFiles;

  constructor(lan: SimulatedLan, nick: string) {
    const client = lan.addClient(nick);
    this.client = client;
    const address = { host: client.host.address.host, port: 50_000 };
    this.peer = new SimulatedPeer({
      ...{ clock: lan.clock, network: lan.network, random: lan.random.fork(), address },
      keyPair: client.host.identity.keyPair,
      relay: (frame) => client.chat.relay(frame),
      listener: this.fake,
    });
    const { peer } = this;
    this.files = new ClientFiles({
      host: client.chat,
      files: this.fake,
      directory: "downloads",
      clock: lan.clock,
      openPeers: async (_listener, onReach) => {
        onReach([`${address.host}:${address.port}`]);
        return {
          introduce: (introduction) => peer.introduce(introduction),
          handleRelayed: (frame) => peer.handleRelayed(frame),
          handleServerLost: () => peer.connector.handleServerLost(),
          stop: async () => undefined,
        };
      },
      onEvent: (event) => this.events.push(event),
    });
    client.onEvent = (event) => {
      if (!this.files.handleEvent(event)) this.events.push(event);
    };
    client.onFileEvent = (event) => this.files.handleFileEvent(event);
    client.onRelayed = (frame) => this.files.handleRelayed(frame);
  }

  get paths(): readonly PeerPath[] {
    return [...this.fake.peers.values()];
  }

  of<T extends ClientEvent["type"]>(type: T): Extract<ClientEvent, { type: T }>[] {
    return this.events.filter((event) => event.type === type) as Extract<
      ClientEvent,
      { type: T }
    >[];
  }

  /** A transfer of ours is so far. */
  transfer(id: string, bytes: number, state: TransferState): void {
    const offer = { id, name: "tea.pdf", kind: "file", fileCount: 1, bytes: 1_000 } as const;
    const transfer: Transfer = {
      ...{ offer, direction: "receive", state, bytes, bytesPerSecond: 1, leftMs: undefined },
      peerCount: 1,
    };
    this.files.handleTransfer(transfer);
  }
}

/** A server and people who offer and take files. */
export class FileLan {
  readonly lan: SimulatedLan;

  constructor(seed = 1) {
    this.lan = new SimulatedLan(seed);
  }

  /** Somebody who is in the lobby. */
  async enter(nick: string): Promise<FileClient> {
    const client = new FileClient(this.lan, nick);
    client.client.chat.join("lobby");
    await this.pass(200);
    return client;
  }

  /** Time passes, and promises that are kept meanwhile have their say. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 10) {
      this.lan.clock.advance(Math.min(10, ms - passed));
      for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
    }
  }
}
