import { setImmediate as nextTurn } from "node:timers/promises";
import { operations, sequenceOf, smallMessage } from "./message.js";

/** The client's end of one connection. */
export class LoadClient {
  /** Called with the sequence of each message that the server sent to all. */
  onFan = () => undefined;
  #connection;
  #echoes = new Map();
  #nextEcho = 0;
  #onDrain = () => undefined;

  /** @param {import("./peer.js").PeerConnection} connection */
  constructor(connection) {
    this.#connection = connection;
    connection.onMessage = (_stream, message) => this.#handle(message);
    connection.onDrain = () => this.#onDrain();
  }

  send(stream, message) {
    return this.#connection.send(stream, message);
  }

  /** Sends a small message and waits until it is back: everything before it has arrived then. */
  echo(stream) {
    return new Promise((resolve) => {
      const sequence = this.#nextEcho;
      this.#nextEcho += 1;
      this.#echoes.set(sequence, resolve);
      this.send(stream, smallMessage(operations.echo, sequence));
    });
  }

  /**
   * Sends one message after the other, as fast as back-pressure admits.
   *
   * @param {object} options
   * @param {number} options.stream
   * @param {number} options.turnMessages How many to send before the event loop gets its turn.
   * @param {(sequence: number) => Buffer} options.make
   * @param {(sequence: number) => boolean} options.isWanted
   * @returns {Promise<number>} how many
   */
  async pump({ stream, turnMessages, make, isWanted }) {
    let count = 0;
    while (isWanted(count)) {
      for (let inTurn = 0; inTurn < turnMessages && isWanted(count); inTurn += 1) {
        const isBelowMark = this.send(stream, make(count));
        count += 1;
        if (!isBelowMark) await this.#drained();
      }
      await nextTurn();
    }
    return count;
  }

  #drained() {
    return new Promise((resolve) => {
      this.#onDrain = resolve;
    });
  }

  #handle(message) {
    const sequence = sequenceOf(message);
    if (message[0] === operations.fan) this.onFan(sequence);
    else {
      this.#echoes.get(sequence)();
      this.#echoes.delete(sequence);
    }
  }
}
