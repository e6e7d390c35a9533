import { assertNever } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { parseIpv6 } from "../base/ipv6.ts";
import type { EndpointEvent, EndpointPort } from "../transport/endpoint-port.ts";
import type { CarePort } from "./care-port.ts";
import type { ChatServer } from "./chat-server.ts";
import { channels } from "./limits.ts";
import type { OpaquePort } from "./opaque-port.ts";
import type { ServerEffect } from "./server-output.ts";
import type { SessionPeer } from "./session.ts";
import type { StorePort } from "./store-port.ts";
import { Wakeup } from "./wakeup.ts";

export interface ServerHostOptions {
  readonly server: ChatServer;
  readonly port: Pick<EndpointPort, "send" | "close" | "streams">;
  readonly store: StorePort;
  readonly opaque: OpaquePort;
  readonly care: CarePort;
  readonly clock: Clock;
  /** After a turn in which the number of members or rooms changed. */
  readonly onChange?: () => void;
  /** Once, when the server was shut down and everything it accepted is stored. */
  readonly onDone?: () => void;
}

/** Runs a `ChatServer` on a transport and a store, real or simulated. */
export class ServerHost {
  readonly #options: ServerHostOptions;
  readonly #wakeup: Wakeup;
  #memberCount = 0;
  #roomCount: number;
  #isFlushing = false;
  #isDone = false;

  constructor(options: ServerHostOptions) {
    this.#options = options;
    this.#roomCount = options.server.roomCount;
    this.#wakeup = new Wakeup(options.clock, (now) => {
      options.server.handleTimeout(now);
      this.#flush();
    });
  }

  /** Everything the endpoint tells goes here. */
  handleEndpointEvent(event: EndpointEvent): void {
    const { server, clock } = this.#options;
    switch (event.type) {
      case "opened":
        server.handleOpened(clock.now(), event.connection, peerOf(event));
        break;
      case "message":
        server.handleMessage(clock.now(), event.connection, event.message);
        break;
      case "writable":
        server.handleWritable(clock.now(), event.connection);
        break;
      case "closed":
        server.handleClosed(clock.now(), event.connection, event.reason);
        break;
      case "stream-data":
        // Nobody has asked for it, and what is not consumed would lie here.
        this.#options.port.streams(event.connection)?.stop(event.stream, 0);
        break;
      case "datagram":
        server.handleDatagram(clock.now(), event.connection, event.bytes);
        break;
      case "stream-started":
      case "stream-ended":
      case "stream-reset":
      case "stream-drained":
      case "stream-delivered":
      case "stream-stopped":
        break;
      default:
        assertNever(event);
    }
    this.#flush();
  }

  /** Tells everybody and closes all connections; `onDone` follows. */
  shutdown(reason: string): void {
    const { server, clock } = this.#options;
    server.shutdown(clock.now(), reason);
    this.#flush();
  }

  #flush(): void {
    // A port may answer before its call returns; what that causes is done by the turn under way.
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    const { server } = this.#options;
    for (;;) {
      const effects = server.pollEffects();
      if (effects.length === 0) break;
      for (const effect of effects) this.#perform(effect);
    }
    this.#isFlushing = false;
    this.#wakeup.set(server.pollTimeout());
    this.#tellOwner();
  }

  #perform(effect: ServerEffect): void {
    const { server, port, store, opaque, care, clock } = this.#options;
    switch (effect.type) {
      case "send":
        for (const session of effect.sessions) {
          const isShort = port.send(session, effect.channel, effect.message);
          if (!isShort) server.handleBlocked(session);
          else if (effect.channel === channels.bulk) server.handleWritable(clock.now(), session);
        }
        return;
      case "datagram":
        port.streams(effect.session)?.sendDatagram(effect.bytes);
        return;
      case "close":
        port.close(effect.session, effect.code, effect.text);
        return;
      case "commit":
        store.commit(effect.commit, (result) => {
          server.handleCommitted(clock.now(), result);
          this.#flush();
        });
        return;
      case "read":
        store.read(effect.query, (result) => {
          server.handleRead(clock.now(), result);
          this.#flush();
        });
        return;
      case "search":
        store.search(effect.query, (result) => {
          server.handleFound(clock.now(), result);
          this.#flush();
        });
        return;
      case "care":
        care.run(effect.task, (result) => {
          server.handleCared(clock.now(), result);
          this.#flush();
        });
        return;
      case "opaque":
        opaque.run(effect.task, (result) => {
          server.handleComputed(clock.now(), effect.run, result);
          this.#flush();
        });
        return;
      default:
        assertNever(effect);
    }
  }

  #tellOwner(): void {
    const { server, onChange, onDone } = this.#options;
    const { memberCount, roomCount } = server;
    if (memberCount !== this.#memberCount || roomCount !== this.#roomCount) {
      this.#memberCount = memberCount;
      this.#roomCount = roomCount;
      onChange?.();
    }
    if (server.isDone && !this.#isDone) {
      this.#isDone = true;
      onDone?.();
    }
  }
}

function peerOf(event: Extract<EndpointEvent, { readonly type: "opened" }>): SessionPeer {
  const { peerKey: deviceKey, channelBinding, peer } = event;
  return { deviceKey, channelBinding, address: peer.host, host: sourceOf(peer.host) };
}

/** An address of IPv6 counts by its network (/64): whoever has one has all the others of it. */
function sourceOf(host: string): string {
  const network = parseIpv6(host)?.subarray(0, 8);
  return network === undefined ? host : Buffer.from(network).toString("hex");
}
