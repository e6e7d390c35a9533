import { assertNever } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import type { ClientEvent, EarlierVisit } from "../client-port.ts";
import { Wakeup } from "../wakeup.ts";
import {
  ClientMemory,
  type HistoryCall,
  type MemoryEffect,
  type SearchCall,
} from "./client-memory.ts";
import type { MemoryPort, Recollection } from "./memory-port.ts";

/** What is kept of one server, and where more is kept. */
export interface OpenMemory {
  /** The server's key, base64url. */
  readonly serverId: string;
  readonly recollection: Recollection;
  readonly port: MemoryPort;
}

export interface MemoryHostOptions {
  readonly memory: OpenMemory;
  /** The client's; see `ServerMemory`. */
  readonly token: Uint8Array;
  readonly clock: Clock;
  readonly onEvent: (event: ClientEvent) => void;
  /** Asks the server. */
  readonly ask: (call: HistoryCall) => void;
}

/** Runs a `ClientMemory` between a client and its owner. */
export class MemoryHost {
  readonly #options: MemoryHostOptions;
  readonly #memory: ClientMemory;
  readonly #wakeup: Wakeup;
  #isFlushing = false;
  #onIdle: (() => void) | undefined;

  constructor(options: MemoryHostOptions) {
    this.#options = options;
    this.#memory = new ClientMemory(options.memory.recollection, options.token);
    this.#wakeup = new Wakeup(options.clock, (now) => {
      this.#memory.handleTimeout(now);
      this.#flush();
    });
  }

  /** The server whose memory it is. */
  get serverId(): string {
    return this.#options.memory.serverId;
  }

  /** See `ClientPort`. */
  get keptCount(): number {
    return this.#memory.keptCount;
  }

  /** Tells the owner what is remembered, if the server was visited before. */
  tellRemembered(): void {
    const event = rememberedEvent(this.#options.memory);
    if (event !== undefined) this.#options.onEvent(event);
  }

  handleEvent(event: ClientEvent): void {
    const { clock } = this.#options;
    this.#memory.handleEvent(clock.now(), clock.wallNow(), event);
    this.#flush();
  }

  history(call: HistoryCall): void {
    this.#memory.history(this.#options.clock.now(), call);
    this.#flush();
  }

  /** Gives whether what is kept is searched; else the server has to be asked. */
  search(call: SearchCall): boolean {
    const isSearched = this.#memory.search(this.#options.clock.now(), call);
    this.#flush();
    return isSearched;
  }

  keepDraft(room: string, text: string): void {
    this.#memory.keepDraft(this.#options.clock.now(), room, text);
    this.#flush();
  }

  shown(room: string): void {
    this.#memory.handleShown(this.#options.clock.now(), room);
    this.#flush();
  }

  forget(): void {
    this.#memory.forget(this.#options.clock.now());
    this.#flush();
  }

  /** Writes what waits; calls back when it is written and told. */
  stop(onDone: () => void): void {
    this.#onIdle = onDone;
    this.#memory.flush(this.#options.clock.now());
    this.#flush();
  }

  #flush(): void {
    // A port may answer before its call returns; what that causes is done by the turn under way.
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    for (;;) {
      const effects = this.#memory.pollEffects();
      if (effects.length === 0) break;
      for (const effect of effects) this.#perform(effect);
    }
    this.#isFlushing = false;
    this.#wakeup.set(this.#memory.pollTimeout());
    if (this.#onIdle === undefined) return;
    if (this.#memory.isIdle) this.#onIdle();
    else if (this.#memory.pollTimeout() !== undefined) {
      this.#memory.flush(this.#options.clock.now());
      this.#flush();
    }
  }

  #perform(effect: MemoryEffect): void {
    const { memory, clock, onEvent, ask } = this.#options;
    switch (effect.type) {
      case "event":
        onEvent(effect.event);
        return;
      case "ask":
        ask(effect);
        return;
      case "write":
        memory.port.write(effect.changes, (failure) => {
          this.#memory.handleWritten(clock.now(), failure);
          this.#flush();
        });
        return;
      case "search":
        memory.port.search(effect.search, (hits) => {
          this.#memory.handleFound(clock.now(), effect, hits);
          this.#flush();
        });
        return;
      case "read":
        memory.port.read(effect.query, (page) => {
          this.#memory.handleRead(clock.now(), page);
          this.#flush();
        });
        return;
      default:
        assertNever(effect);
    }
  }
}

/** What the earlier client left, for the next one of the server. */
export function earlierVisit({ recollection }: OpenMemory, missedMax: number): EarlierVisit {
  const places = recollection.rooms.flatMap(({ room, log, entries }) => {
    const sequence = entries.at(-1)?.sequence;
    return sequence === undefined ? [] : ([[room, { log, sequence }]] as const);
  });
  const posts = recollection.posts.map(({ post }) => post);
  const token = recollection.server?.token;
  return { posts, places: new Map(places), missedMax, ...(token && { token }) };
}

function rememberedEvent({ serverId, recollection }: OpenMemory): ClientEvent | undefined {
  const { server, rooms, drafts } = recollection;
  if (server === undefined) return undefined;
  const { name, nick, own, shownRoom } = server;
  const shown = shownRoom === undefined ? {} : { shownRoom };
  return { type: "remembered", server: { id: serverId, name }, nick, own, rooms, drafts, ...shown };
}
