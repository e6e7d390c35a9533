import { type Address, virtualAddress, virtualNumber } from "../../base/address.ts";
import { acquaintancesMax } from "./peer-limits.ts";
import { RelayReceiver, RelaySender, relayedBytesMax, relayNumberOf } from "./relay-frame.ts";

/**
 * The ways that lead through the server, as virtual addresses: datagrams become frames for it, and its
 * frames datagrams.
 */
export class RelayPaths {
  readonly #senders = new Map<number, RelaySender>();
  readonly #receivers = new Map<number, RelayReceiver>();

  /** What is to be sent to the server; nothing for what does not go this way. */
  framesOf(to: Address, datagram: Uint8Array): readonly Uint8Array[] {
    const relay = virtualNumber(to);
    // What is longer only asks whether the path takes it.
    if (relay === undefined || relayedBytesMax < datagram.length) return [];
    return kept(this.#senders, relay, () => new RelaySender(relay)).framesOf(datagram);
  }

  /** The datagram that is whole with this frame, and from where; `undefined` when none is. */
  take(frame: Uint8Array): { readonly from: Address; readonly datagram: Uint8Array } | undefined {
    const relay = relayNumberOf(frame);
    if (relay === undefined) return undefined;
    const datagram = kept(this.#receivers, relay, () => new RelayReceiver()).take(frame);
    return datagram && { from: virtualAddress(relay), datagram };
  }
}

/** The value of a relay, made when it is used first. As many are kept as there are acquaintances. */
function kept<T>(map: Map<number, T>, relay: number, make: () => T): T {
  const value = map.get(relay) ?? make();
  map.delete(relay);
  map.set(relay, value);
  const [oldest] = map.keys();
  if (acquaintancesMax < map.size && oldest !== undefined) map.delete(oldest);
  return value;
}
