// Fifty people in one process who chat in one room: crowd.js HOST PORT SECONDS. Says when all are in,
// then how long lines took, and whether everybody heard every line, once and in order.
import { systemClock } from "../../dist/base/clock.js";
import { systemRandom } from "../../dist/base/random.js";
import { startClient } from "../../dist/room/client.js";
import { keyPairOf } from "../../dist/transport/noise.js";

const room = "lobby";
const memberCount = 50;
/** Each says a line so often, in turn: 50 lines a second, told 2,500 times. */
const everyMs = 1000;
/** How long lines may still be on their way at the end. */
const settleMs = 5000;

const [host, port, seconds] = process.argv.slice(2);
const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const saidAt = new Map();
const waits = [];
let lossCount = 0;

function hear(member, entry) {
  member.sequences.push(entry.sequence);
  const at = saidAt.get(entry.text);
  if (at !== undefined) waits.push(performance.now() - at);
}

async function enter(index) {
  const member = { sequences: [], client: undefined };
  await new Promise((resolve, reject) => {
    startClient({
      resolve: async () => ({ address: { host, port: Number(port) } }),
      judge: async () => ({ type: "accepted", isFirstVisit: true }),
      keyPair: keyPairOf(systemRandom.bytes(32)),
      nick: `member${index}`,
      clock: systemClock,
      random: systemRandom,
      bindAddress: { host: "0.0.0.0", port: 0 },
      onEvent: (event) => {
        if (event.type === "entered") resolve();
        else if (event.type === "said") hear(member, event.entry);
        else if (event.type === "connection" && event.state === "reconnecting") lossCount += 1;
        else if (event.type === "failed") reject(new Error(event.message));
      },
    }).then((client) => {
      member.client = client;
      client.join(room);
    }, reject);
  });
  return member;
}

function isDense({ sequences }) {
  return sequences.every((sequence, index) => sequence === sequences[0] + index);
}

const members = [];
for (let index = 0; index < memberCount; index += 1) members.push(await enter(index));
print({ type: "entered" });

let count = 0;
const until = performance.now() + 1000 * Number(seconds);
while (performance.now() < until) {
  const text = `line ${count}`;
  saidAt.set(text, performance.now());
  members[count % memberCount].client.say(room, text);
  count += 1;
  await sleep(everyMs / memberCount);
}
const settledBy = performance.now() + settleMs;
const heardAll = () => members.every(({ sequences }) => sequences.length === count);
while (!heardAll() && performance.now() < settledBy) await sleep(20);
waits.sort((a, b) => a - b);
const at = (share) => Number((waits[Math.floor(share * waits.length)] ?? 0).toFixed(1));
print({
  type: "done",
  lines: count,
  hasEveryLine: heardAll() && members.every(isDense),
  losses: lossCount,
  p50: at(0.5),
  p99: at(0.99),
});
process.exit(0);
