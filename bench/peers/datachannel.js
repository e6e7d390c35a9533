import { connect, createServer } from "node:net";
import { PeerConnection } from "node-datachannel";

/** Bytes queued above which to pause, and below which to go on. */
const queueBytesHigh = 2 ** 20;
const queueBytesLow = 2 ** 18;

/** One data channel for each stream, named after it. */
const labels = ["0", "1"];

class DatachannelConnection {
  onMessage = () => undefined;
  onDrain = () => undefined;
  #channels = [];
  #isBlocked = false;

  /** Whether all its channels are there. */
  get isComplete() {
    return labels.every((_, stream) => this.#channels[stream] !== undefined);
  }

  add(channel) {
    const stream = labels.indexOf(channel.getLabel());
    this.#channels[stream] = channel;
    channel.setBufferedAmountLowThreshold(queueBytesLow);
    channel.onBufferedAmountLow(() => {
      if (!this.#isBlocked) return;
      this.#isBlocked = false;
      this.onDrain();
    });
    channel.onMessage((message) => this.onMessage(stream, message));
  }

  send(stream, message) {
    const channel = this.#channels[stream];
    channel.sendMessageBinary(message);
    if (channel.bufferedAmount() <= queueBytesHigh) return true;
    this.#isBlocked = true;
    return false;
  }
}

/**
 * node-datachannel (libdatachannel): ICE, DTLS and SCTP in threads of its own. Descriptions are
 * exchanged over TCP; they name addresses, so a relay in front of the port would be walked around.
 */
export const peer = {
  wire: "udp",
  isSealed: true,
  isRelayable: false,
  connectionCountMax: 100,
  messageBytesMax: 2 ** 16,

  listen({ host, onConnection }) {
    return new Promise((resolve, reject) => {
      const server = createServer((socket) => {
        void answerOffer({ host, socket, onConnection });
      });
      server.once("error", reject);
      server.listen({ host, port: 0, backlog: 4096 }, () => resolve(server.address().port));
    });
  },

  async connect({ host, port }) {
    const { peerConnection, described } = createPeerConnection(host);
    const connection = new DatachannelConnection();
    const opened = labels.map((label) => {
      const channel = peerConnection.createDataChannel(label);
      connection.add(channel);
      return new Promise((resolve) => channel.onOpen(resolve));
    });
    const socket = connect({ host, port });
    socket.write(`${JSON.stringify(await described)}\n`);
    const answer = await readLine(socket);
    peerConnection.setRemoteDescription(answer.sdp, answer.type);
    await Promise.all(opened);
    return connection;
  },
};

async function answerOffer({ host, socket, onConnection }) {
  const offer = await readLine(socket);
  const { peerConnection, described } = createPeerConnection(host);
  const connection = new DatachannelConnection();
  peerConnection.onDataChannel((channel) => {
    connection.add(channel);
    if (connection.isComplete) onConnection(connection);
  });
  peerConnection.setRemoteDescription(offer.sdp, offer.type);
  socket.end(`${JSON.stringify(await described)}\n`);
}

/** `described` resolves when all its own addresses are known. */
function createPeerConnection(host) {
  const peerConnection = new PeerConnection("bench", { iceServers: [], bindAddress: host });
  const described = new Promise((resolve) => {
    peerConnection.onGatheringStateChange((state) => {
      if (state === "complete") resolve(peerConnection.localDescription());
    });
  });
  return { peerConnection, described };
}

/** One line of JSON. */
function readLine(socket) {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.once("error", reject);
    socket.on("data", (chunk) => {
      text += chunk;
      if (text.endsWith("\n")) resolve(JSON.parse(text));
    });
  });
}
