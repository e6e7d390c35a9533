// Takes 200 MB and tells what came.
import { createHash } from "node:crypto";
import { Transport } from "earshot/transport";

const progressBytes = 20_000_000;

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const hash = createHash("sha256");
let bytes = 0;

function take(message) {
  const before = Math.floor(bytes / progressBytes);
  hash.update(message);
  bytes += message.length;
  const after = Math.floor(bytes / progressBytes);
  if (before < after) print({ type: "progress", megabytes: (after * progressBytes) / 1e6 });
  if (bytes === 200_000_000) print({ type: "received", bytes, hash: hash.digest("hex") });
}

const transport = await Transport.bind({
  isAccepting: true,
  onOpened: () => print({ type: "opened" }),
  onMessage: (_connection, message) => take(message),
  onClosed: (_connection, reason) => print({ type: "closed", cause: reason.cause }),
});
const key = Buffer.from(transport.publicKey).toString("base64url");
print({ type: "listening", port: transport.address.port, key });
