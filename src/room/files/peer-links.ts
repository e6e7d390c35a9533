import type { ChunkMemory } from "./chunk-memory.ts";
import { earlyHellosMax } from "./limits.ts";
import { PeerLink } from "./peer-link.ts";
import type { PeerMessage } from "./peer-message.ts";
import type { PeerPath, PeerPort } from "./peer-port.ts";

/** The peers that are connected. */
export class PeerLinks {
  readonly #bytesOf: (link: PeerLink, offer: string, chunk: number) => number | undefined;
  readonly #memory: ChunkMemory;
  readonly #links = new Map<PeerPort, PeerLink>();
  readonly #byId = new Map<number, PeerLink>();
  /** Hellos that came before the server's word, or before we take what they are about: by offer. */
  readonly #early = new Map<PeerLink, Map<string, PeerMessage>>();
  #lastId = 0;

  /** `bytesOf`: how long a chunk is that a peer was asked for. */
  constructor(
    bytesOf: (link: PeerLink, offer: string, chunk: number) => number | undefined,
    memory: ChunkMemory,
  ) {
    this.#bytesOf = bytesOf;
    this.#memory = memory;
  }

  add(port: PeerPort, path: PeerPath): PeerLink {
    this.#lastId += 1;
    const [bytesOf, memory] = [this.#bytesOf, this.#memory];
    const link = new PeerLink({ id: this.#lastId, port, path, bytesOf, memory });
    this.#links.set(port, link);
    this.#byId.set(link.id, link);
    return link;
  }

  /** The peer of a connection, as long as it is not left. */
  of(port: PeerPort): PeerLink | undefined {
    return this.#links.get(port);
  }

  byId(id: number): PeerLink | undefined {
    return this.#byId.get(id);
  }

  get all(): readonly PeerLink[] {
    return [...this.#links.values()];
  }

  remove(link: PeerLink): void {
    for (const [port, known] of this.#links) if (known === link) this.#links.delete(port);
    this.#byId.delete(link.id);
    this.#early.delete(link);
  }

  /** A hello that means nothing yet; beyond 64 of one peer the oldest is forgotten. */
  keepEarly(link: PeerLink, hello: PeerMessage): void {
    const early = this.#early.get(link) ?? new Map<string, PeerMessage>();
    this.#early.set(link, early.set(hello.offer, hello));
    const [oldest] = early.keys();
    if (earlyHellosMax < early.size && oldest !== undefined) early.delete(oldest);
  }

  /** The hello that a peer has said for an offer already; it is not given again. */
  takeEarly(link: PeerLink, offer: string): PeerMessage | undefined {
    const early = this.#early.get(link)?.get(offer);
    this.#early.get(link)?.delete(offer);
    return early;
  }
}
