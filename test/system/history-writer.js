// Writes lines to the history in argv[2] as fast as it acknowledges them, until it is killed. Each
// acknowledged line is a line on stdout: its id and its sequence.
import { systemClock } from "../../dist/base/clock.js";
import { systemRandom } from "../../dist/base/random.js";
import { History } from "../../dist/room/history.js";

const history = await History.open({
  directory: process.argv[2],
  clock: systemClock,
  random: systemRandom,
});

function write() {
  const drafts = Array.from({ length: 1 + Math.floor(systemRandom.unit() * 20) }, () => ({
    room: systemRandom.unit() < 0.5 ? "lobby" : "kitchen",
    id: systemRandom.id(),
    author: "anna",
    text: "x".repeat(Math.floor(systemRandom.unit() * 2_000)),
  }));
  history.append(drafts, (result) => {
    if (result.type === "failed") throw new Error(result.message);
    const lines = result.placements.map(
      ({ sequence }, index) => `${drafts[index].room} ${drafts[index].id} ${sequence}\n`,
    );
    process.stdout.write(lines.join(""));
    write();
  });
}

write();
