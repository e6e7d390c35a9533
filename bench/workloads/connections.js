import { streams } from "../peer.js";

/** How many connections are started together when it is not their start that is measured. */
const togetherMax = 50;

/** Opens connections, each of which has heard from the server when this resolves. */
export async function openMany(open, count) {
  const clients = [];
  while (clients.length < count) {
    const length = Math.min(togetherMax, count - clients.length);
    clients.push(...(await Promise.all(Array.from({ length }, () => openAndEcho(open)))));
  }
  return clients;
}

/** Opens a connection and waits for its first echo: only then both sides agree that it is there. */
export async function openAndEcho(open) {
  const client = await open();
  await client.echo(streams.small);
  return client;
}
