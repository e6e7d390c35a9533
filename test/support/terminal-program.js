// A program with a full screen, for tests that need a process of its own. Its keys are its actions.
import { writeFileSync } from "node:fs";
import { systemClock } from "../../dist/base/clock.js";
import { openTerminal } from "../../dist/tui/terminal.js";

let keyCount = 0;

const actions = {
  c: () => terminal.close(),
  d: drawMuch,
  e: () => process.exit(3),
  p: () => process.stderr.write("printed meanwhile\n"),
  r: () => Promise.reject(new Error("rejected on purpose")),
  t: () => {
    throw new Error("thrown on purpose");
  },
};

const terminal = openTerminal({
  stdin: process.stdin,
  stdout: process.stdout,
  env: process.env,
  clock: systemClock,
  onKey: (event) => {
    keyCount += 1;
    if (event.type === "text") for (const character of event.text) actions[character]?.();
    else if (event.isCtrl && event.name === "z") terminal.suspend();
    show();
  },
  onResize: show,
  hasMouse: true,
  onClosed: () => process.exit(4),
});

process.on("SIGTERM", () => {
  terminal.close();
  process.exit(143);
});

show();

function show() {
  const rows = [[{ text: `ready${keyCount}`, style: {} }]];
  terminal.draw({ rows, cursor: { column: 0, row: 1 } });
}

/** Draws as fast as it can for a second and writes the longest wait for a turn to a file. */
function drawMuch() {
  const startedAt = performance.now();
  let lastAt = startedAt;
  let longestMs = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - lastAt);
    lastAt = now;
    if (startedAt + 1_000 < now) {
      clearInterval(timer);
      writeFileSync(process.argv[2], `${longestMs}\n`);
      return;
    }
    const letter = String.fromCharCode(65 + (Math.floor(now) % 26));
    const row = [{ text: letter.repeat(terminal.size.columns), style: {} }];
    terminal.draw({ rows: Array.from({ length: terminal.size.rows }, () => row) });
  }, 5);
}
