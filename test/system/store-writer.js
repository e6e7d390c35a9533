// Writes lines to the store in argv[2] as fast as it acknowledges them, until it is killed. Each
// acknowledged line is a line on stdout: its id and its sequence.
import { systemClock } from "../../dist/base/clock.js";
import { systemRandom } from "../../dist/base/random.js";
import { Store } from "../../dist/room/store.js";

const store = await Store.open({
  directory: process.argv[2],
  clock: systemClock,
  random: systemRandom,
});

function write() {
  const drafts = Array.from({ length: 1 + Math.floor(systemRandom.unit() * 20) }, () => ({
    room: systemRandom.unit() < 0.5 ? "lobby" : "kitchen",
    id: systemRandom.id(),
    author: { person: "~0123456789abcdef", nick: "anna", isGuest: true },
    body: { type: "message", text: "x".repeat(Math.floor(systemRandom.unit() * 2_000)) },
  }));
  store.commit({ drafts, changes: () => [] }, (result) => {
    if (result.type === "failed") throw new Error(result.message);
    const lines = result.placements.map(
      ({ sequence }, index) => `${drafts[index].room} ${drafts[index].id} ${sequence}\n`,
    );
    process.stdout.write(lines.join(""));
    write();
  });
}

write();
