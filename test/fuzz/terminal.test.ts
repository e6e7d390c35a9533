import { describe, expect, test } from "vitest";
import { capabilitiesOf } from "../../src/tui/capabilities.ts";
import { themeNames } from "../../src/tui/palette.ts";
import type { Size } from "../../src/tui/picture.ts";
import { CellScreen } from "../../src/tui/screen.ts";
import { themeFor } from "../../src/tui/theme.ts";
import { cellsOf, difference } from "../support/cells.ts";
import { enteredEvent } from "../support/client-events.ts";
import { Emulator } from "../support/emulator.ts";
import { SeededRandom } from "../support/random.ts";
import { heardServer, joiningView, ViewRun } from "../support/view.ts";

/**
 * `npm run fuzz` draws 10,000 frames from new seeds; the tests draw a sample, always the same.
 * `EARSHOT_FUZZ_SEED` repeats a run.
 */
const isJob = process.env["EARSHOT_FUZZ"] !== undefined;
const frameCount = isJob ? 10_000 : 100;
const firstSeed = Number(process.env["EARSHOT_FUZZ_SEED"] ?? 1);
const framesOfSeed = 50;

/** Whatever people write, and what they should not. */
const pieces = [
  ..."abcdefgh  0123.,:-│─●…✓",
  "漢字かな",
  "한글",
  "שלום",
  "مرحبا",
  "e\u0301ö\u0323",
  "😀",
  "👍🏽",
  "👩‍👩‍👧‍👦",
  "🇩🇪🇫",
  "❤️1️⃣",
  "क्षि",
  "กำ",
  "\u0301",
  "\t",
  "\n",
  "https://ci.lab/run/1182?a=b ",
  "*bold* _slanted_ `code` ",
  "alice ",
  "\u202e",
  "\x1b[2J",
  "\u009b1m",
  "{bold}",
];

const keys = [
  ..."abc ?/:@",
  ..."enter escape tab up down left right home end page-up page-down delete backspace".split(" "),
  ..."shift+up shift+down ctrl+home ctrl+end alt+enter alt+up alt+down ctrl+up".split(" "),
  ..."ctrl+a ctrl+e ctrl+k ctrl+g ctrl+f ctrl+r ctrl+u ctrl+w ctrl+y ctrl+n ctrl+p".split(" "),
  ..."f1 f2 f3 f4 f5 f6 f7 f8 f12 alt+l alt+o alt+u alt+a alt+1 alt+2".split(" "),
];

function textOf(random: SeededRandom): string {
  const length = random.chance(0.05) ? 400 : random.between(1, 30);
  return Array.from({ length }, () => random.pick(pieces)).join("");
}

function sizeOf(random: SeededRandom): Size {
  if (random.chance(0.1)) return { columns: random.between(1, 30), rows: random.between(1, 10) };
  return { columns: random.between(40, 130), rows: random.between(12, 45) };
}

/** In a room with people, or before the picker. */
function startRun(random: SeededRandom): ViewRun {
  if (random.chance(0.2)) {
    return new ViewRun().servers(...["lab", "漢字", "old-box"].map((name) => heardServer(name)));
  }
  const run = joiningView().enter("bob", "王小明", "עדי");
  run.client(enteredEvent("dev", ["alice", "bob"], { ref: "chosen" }));
  return run;
}

let sequence = 0;

function disturb(random: SeededRandom, run: ViewRun, emulator: Emulator): void {
  const kind = random.between(0, 19);
  if (kind < 9) {
    sequence += 1;
    run.said(sequence, textOf(random), random.pick(["bob", "王小明", "עדי", "alice"]));
  } else if (kind < 15) run.keys(random.pick(keys));
  else if (kind === 15) run.paste(textOf(random));
  else if (kind === 16) {
    const size = sizeOf(random);
    emulator.resize(size);
    run.resize(size);
  } else if (kind === 17) {
    const theme = themeFor(random.chance(0.2), random.pick(themeNames));
    run.state = { ...run.state, settings: { ...run.state.settings, theme } };
  } else if (kind === 18) {
    const rgb = [random.between(0, 255), random.between(0, 255), random.between(0, 255)] as const;
    run.event({ type: "background", rgb });
  } else run.pass(random.between(1, 5_000));
}

describe(`frames of whole sessions (seed ${firstSeed})`, () => {
  test(
    "make the cells of the terminal those of the view",
    async () => {
      const capabilities = capabilitiesOf({ TERM: "xterm-256color" });
      for (let drawn = 0; drawn < frameCount; drawn += framesOfSeed) {
        const seed = firstSeed + drawn / framesOfSeed;
        const random = new SeededRandom(seed);
        const emulator = new Emulator();
        const run = startRun(random);
        sequence = 0;
        const screen = new CellScreen({ TERM: "xterm-256color" }, capabilities, emulator.size);
        emulator.stdout.write(screen.enter(true));
        for (let frame = 0; frame < framesOfSeed; frame += 1) {
          for (let count = random.between(1, 3); 0 < count; count -= 1) {
            disturb(random, run, emulator);
          }
          const picture = run.picture();
          emulator.stdout.write(screen.frame(picture, emulator.size));
          await emulator.settled();
          const found = difference(emulator, cellsOf(picture, emulator.size), "modern");
          const where = `seed ${seed}, frame ${frame}`;
          expect(found, `${where}\n${emulator.picture()}`).toBe("");
          const { title, bellCount } = emulator;
          expect({ title, bellCount }, where).toEqual({ title: "", bellCount: 0 });
          const { cursor } = picture;
          if (cursor === undefined) expect(emulator.cursor.isVisible, where).toBe(false);
          else expect(emulator.cursor, where).toEqual({ ...cursor, isVisible: true });
        }
        screen.destroy();
        emulator.dispose();
      }
      if (isJob) process.stdout.write(`| terminal frames | ${frameCount} | | | | |\n`);
    },
    isJob ? 1_800_000 : undefined,
  );
});
