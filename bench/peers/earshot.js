import { systemClock } from "../../dist/base/clock.js";
import { systemRandom } from "../../dist/base/random.js";
import { newIdentity } from "../../dist/transport/identity.js";
import { UdpEndpoint } from "../../dist/transport/udp-endpoint.js";

/** Made once, as a program reads its own once from its file. */
const identity = newIdentity(systemRandom);

/** The endpoint of this process that others connect to. */
let listening;

/** One connection of an endpoint. */
class EarshotConnection {
  onMessage = () => undefined;
  onDrain = () => undefined;
  #endpoint;
  #handle;

  constructor(endpoint, handle) {
    this.#endpoint = endpoint;
    this.#handle = handle;
  }

  send(stream, message) {
    return this.#endpoint.send(this.#handle, stream, message);
  }
}

/** Binds an endpoint and hands its events to the connections they belong to. */
async function bind({ host, datagramBytesMax }, { isAccepting, onOpened, onClosed }) {
  const connections = new Map();
  const endpoint = await UdpEndpoint.bind({
    address: { host, port: 0 },
    clock: systemClock,
    random: systemRandom,
    isAccepting,
    identity,
    ...(datagramBytesMax && { datagramBytesMax }),
    onEvent: (event) => {
      const connection = connections.get(event.connection);
      if (event.type === "message") connection.onMessage(event.channel, event.message);
      else if (event.type === "writable") connection.onDrain();
      else if (event.type === "opened") {
        const opened = new EarshotConnection(endpoint, event.connection);
        connections.set(event.connection, opened);
        onOpened(opened);
      } else {
        connections.delete(event.connection);
        onClosed(event.reason);
      }
    },
  });
  return endpoint;
}

/** earshot's own transport; each client has a socket of its own, as in life. */
export const peer = {
  wire: "udp",
  isSealed: true,
  isRelayable: true,
  messageBytesMax: 16 * 2 ** 20,

  async listen({ onConnection, ...options }) {
    listening = await bind(options, {
      isAccepting: true,
      onOpened: onConnection,
      onClosed: () => undefined,
    });
    return listening.address.port;
  },

  /** Key and cookie, which come with the discovery answer by which a client finds the server. */
  hint(host) {
    const [key, cookie] = [identity.keyPair.publicKey, listening.issueCookie(host)];
    return { key: [...key], cookie: [...cookie] };
  },

  connect({ port, hint, ...options }) {
    return new Promise((resolve, reject) => {
      bind(options, {
        isAccepting: false,
        onOpened: resolve,
        onClosed: (reason) => reject(new Error(`${reason.cause}: ${reason.text}`)),
      }).then((endpoint) => {
        const known = hint && { key: Buffer.from(hint.key), cookie: Buffer.from(hint.cookie) };
        endpoint.connect({ host: options.host, port }, known);
      }, reject);
    });
  },
};
