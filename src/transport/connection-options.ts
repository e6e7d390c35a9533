import type { Address } from "../base/address.ts";
import type { Random } from "../base/random.ts";
import type { Incoming } from "./acceptor.ts";
import type { AeadMaker } from "./aead.ts";
import type { CongestionFactory } from "./congestion.ts";
import type { ConnectionHandle, ConnectOptions, EndpointEvent } from "./endpoint-port.ts";
import type { KeyPair } from "./noise.ts";
import type { ConnectionId, LongPacketOf } from "./packet.ts";
import type { TransportParameters } from "./parameters.ts";
import type { ReceiveBudget } from "./receive-budget.ts";
import type { SocketShares } from "./socket-shares.ts";

/** What connections need from their endpoint: one object for all of them, for they keep it. */
export interface ConnectionHost {
  readonly random: Random;
  readonly budget: ReceiveBudget;
  readonly shares: SocketShares;
  /** See `EndpointOptions.isConsuming`. */
  readonly isConsuming: boolean;
  readonly makeAead: AeadMaker;
  readonly makeCongestion: CongestionFactory;
  /** How long the peer's ACKs may wait now, in ms. */
  readonly ackDelayMs: () => number;
  /** What we tell the peer. */
  readonly parameters: TransportParameters;
  /** The longest datagram that our own network carries to this address. */
  readonly pathBytesMax: (to: Address) => number;
  readonly emit: (event: EndpointEvent) => void;
  /** Something outside of the connection gave it work: poll it. */
  readonly wake: (connection: ConnectionHandle) => void;
}

/** What tells a connection from the others of its endpoint. */
interface ConnectionNames {
  readonly handle: ConnectionHandle;
  /** Our own id, which the peer writes into every packet to us. */
  readonly id: ConnectionId;
  /** Where the peer is at first. */
  readonly peer: Address;
}

/** How a connection begins: by us, or by a client whose INIT was answered. */
export type ConnectionStart = ConnectionNames &
  (
    | { readonly type: "outgoing"; readonly local: KeyPair; readonly options: ConnectOptions }
    | {
        readonly type: "incoming";
        readonly init: LongPacketOf<"init">;
        readonly incoming: Incoming;
      }
  );
