// Sends 200 MB as fast as the transport takes them: bulk-sender.js HOST PORT KEY.
import { createHash, randomBytes } from "node:crypto";
import { Transport } from "earshot/transport";

const messageBytes = 50_000;
const messageCount = 4_000;

const [host, port, key] = process.argv.slice(2);
const hash = createHash("sha256");
const noise = randomBytes(messageBytes);
let count = 0;

function pump(connection) {
  while (count < messageCount) {
    const message = Buffer.from(noise);
    message.writeUInt32BE(count);
    hash.update(message);
    count += 1;
    if (!connection.send(message, 1)) return;
  }
  process.stdout.write(`${JSON.stringify({ type: "sent", hash: hash.digest("hex") })}\n`);
  count = Number.POSITIVE_INFINITY;
}

const transport = await Transport.bind({
  onWritable: (connection) => {
    if (count <= messageCount) pump(connection);
  },
  onClosed: (_connection, reason) => process.stderr.write(`${reason.cause} ${reason.text}\n`),
});
pump(transport.connect({ host, port: Number(port) }, { key: Buffer.from(key, "base64url") }));
