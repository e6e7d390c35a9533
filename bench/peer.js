/**
 * A connection as the workloads see it: two ordered streams of whole messages.
 *
 * @typedef {object} PeerConnection
 * @property {(stream: number, message: Buffer) => boolean} send Takes the message, which must not
 *   change afterwards. `false` asks for a pause until `onDrain`.
 * @property {(stream: number, message: Uint8Array) => void} onMessage Set by the bench.
 * @property {() => void} onDrain Set by the bench; follows every `false`.
 */

/**
 * A transport to measure. Nothing is ever closed: each measurement has processes of its own.
 *
 * @typedef {object} Peer
 * @property {"tcp" | "udp"} wire
 * @property {boolean} isSealed Whether it encrypts.
 * @property {boolean} isRelayable Whether all it says fits through a relay in front of its port.
 * @property {number} [connectionCountMax] More of them than this take it longer than a measurement may.
 * @property {number} messageBytesMax The longest message that one `send` takes.
 * @property {(options: ListenOptions) => Promise<number>} listen Gives the port.
 * @property {(host: string) => object} [hint] What a client at that host has heard of the server that
 *   listens here before it connects, as JSON.
 * @property {(options: ConnectOptions) => Promise<PeerConnection>} connect
 */

/**
 * @typedef {object} ListenOptions
 * @property {string} host
 * @property {(connection: PeerConnection) => void} onConnection Once each, before its first message.
 * @property {number | undefined} datagramBytesMax For a path that carries no longer datagrams; for
 *   earshot only, the others over UDP never send longer ones.
 */

/**
 * @typedef {object} ConnectOptions
 * @property {string} host
 * @property {number} port
 * @property {object} [hint] What `hint` gave.
 * @property {number | undefined} datagramBytesMax
 */

/** Streams: small messages go on the first, bulk on the second. */
export const streams = { small: 0, bulk: 1 };

/**
 * Every peer there is; earshot is first, the others are what a Node user could take instead, and last
 * the chat programs that its terminal is measured beside.
 */
export const peerNames = [
  "earshot",
  "earshot-node",
  "tcp",
  "tls",
  "ws",
  "udx",
  "utp",
  "datachannel",
  "irssi",
  "weechat",
];

/**
 * @param {string} name One of `peerNames`.
 * @returns {Promise<Peer>} Rejects when its package is not installed.
 */
export async function loadPeer(name) {
  const module = await import(new URL(`peers/${name}.js`, import.meta.url).href);
  return module.peer;
}
