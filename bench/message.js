/** What a server does with a message: send it back, count it, or send it to every connection. */
export const operations = { echo: 1, sink: 2, fan: 3 };

/** A line of chat with its envelope, about. */
export const smallBytes = 200;

/** The operation, a sequence number, and its lowest byte once more at the end. */
const headerBytes = 5;

/** Writes a message into bytes that are there already. */
export function writeMessage(bytes, operation, sequence) {
  bytes[0] = operation;
  bytes.writeUInt32LE(sequence, 1);
  bytes[bytes.length - 1] = sequence & 255;
  return bytes;
}

/** A message of chat size. */
export function smallMessage(operation, sequence) {
  return writeMessage(Buffer.allocUnsafe(smallBytes), operation, sequence);
}

export function sequenceOf(message) {
  return message[1] | (message[2] << 8) | (message[3] << 16) | (message[4] << 24);
}

/** Whether it is the message with that number and arrived whole. */
export function isIntact(message, sequence) {
  const isWhole = headerBytes < message.length && message.at(-1) === (sequence & 255);
  return isWhole && sequenceOf(message) === (sequence | 0);
}
