import { describe, expect, test } from "vitest";
import { capabilitiesOf } from "../../src/tui/capabilities.ts";
import { isSameStyle } from "../../src/tui/cells.ts";
import type { Picture, Row, Size, Span, Style } from "../../src/tui/picture.ts";
import { CellScreen } from "../../src/tui/screen.ts";
import { unknownFacts } from "../../src/tui/terminal-probe.ts";
import { graphemes, graphemeWidth } from "../../src/tui/text.ts";
import { cellsOf, difference } from "../support/cells.ts";
import { cpuMsOf } from "../support/cpu-time.ts";
import { Emulator, type EmulatorOptions } from "../support/emulator.ts";
import { SeededRandom } from "../support/random.ts";

const env = { TERM: "xterm-256color" };

/** A screen that draws into an emulator. */
class Fixture {
  readonly emulator: Emulator;
  readonly screen: CellScreen;

  constructor(options: EmulatorOptions, environment: NodeJS.ProcessEnv = env) {
    this.emulator = new Emulator(options);
    const capabilities = capabilitiesOf(environment);
    this.screen = new CellScreen(environment, capabilities, this.emulator.size);
    this.emulator.stdout.write(this.screen.enter(true));
  }

  /** Gives the bytes of the frame, as text. */
  draw(picture: Picture): string {
    const frame = this.screen.frame(picture, this.emulator.size);
    this.emulator.stdout.write(frame);
    return frame;
  }

  forget(): void {
    this.screen.forget();
  }

  leave(): void {
    this.emulator.stdout.write(this.screen.leave());
  }

  [Symbol.dispose](): void {
    this.screen.destroy();
    this.emulator.dispose();
  }
}

function plainRow(text: string): Row {
  return [{ text, style: {} }];
}

function pictureOf(...rows: readonly string[]): Picture {
  return { rows: rows.map(plainRow) };
}

describe("the screen", () => {
  test("draws rows, cuts what is too long and leaves the rest blank", async () => {
    using fixture = new Fixture({ columns: 10, rows: 4 });
    fixture.draw(pictureOf("hello", "a row that is too long", "漢字漢字x漢", "last", "too many"));
    await fixture.emulator.settled();
    expect(fixture.emulator.rows()).toEqual(["hello", "a row that", "漢字漢字x", "last"]);
    fixture.draw(pictureOf("", "b"));
    await fixture.emulator.settled();
    expect(fixture.emulator.picture()).toBe("\nb");
  });

  test("puts the cursor where the picture says, or hides it", async () => {
    using fixture = new Fixture({ columns: 10, rows: 4 });
    fixture.draw({ rows: [plainRow("hi")], cursor: { column: 3, row: 2 } });
    await fixture.emulator.settled();
    expect(fixture.emulator.cursor).toEqual({ column: 3, row: 2, isVisible: true });
    fixture.draw(pictureOf("hi"));
    await fixture.emulator.settled();
    expect(fixture.emulator.cursor.isVisible).toBe(false);
  });

  test("says nothing twice: one typed letter is a few bytes", () => {
    using fixture = new Fixture({ columns: 100, rows: 30 });
    const rows = Array.from({ length: 30 }, () => "x".repeat(100));
    const first = fixture.draw(pictureOf(...rows));
    expect(first.length).toBeLessThan(3_500);
    const again = fixture.draw(pictureOf(...rows));
    expect(again).toBe("\x1b[?25l");
    const typed = fixture.draw(
      pictureOf(...rows.slice(0, 29), `${"x".repeat(50)}y${"x".repeat(49)}`),
    );
    expect(typed.length).toBeLessThan(40);
  });

  test("sends long frames as one piece where that is known, and short ones as they are", () => {
    using fixture = new Fixture({ columns: 100, rows: 30 });
    fixture.screen.setFacts({ ...unknownFacts, isSynchronised: true });
    const long = fixture.draw(pictureOf(...Array.from({ length: 30 }, () => "x".repeat(100))));
    expect(long.startsWith("\x1b[?2026h") && long.endsWith("\x1b[?2026l")).toBe(true);
    expect(fixture.draw(pictureOf("short"))).toContain("?2026h");
    expect(fixture.draw(pictureOf("shore"))).not.toContain("?2026h");
  });

  test("draws links where they are known, and only what may be one", () => {
    const link = "https://ci.lab/run";
    const rows: Row[] = [
      [
        { text: "see ", style: {} },
        { text: "ci.l", style: {}, link },
      ],
      [
        { text: "ab", style: {}, link },
        { text: "!", style: {}, link: "javascript:x" },
      ],
    ];
    const frameIn = (TERM: string) => {
      using fixture = new Fixture({ columns: 10, rows: 2 }, { TERM });
      return fixture.draw({ rows });
    };
    const frame = frameIn("xterm");
    const [before, opened, closed, after] = frame.split("\x1b]8;");
    expect(before).toContain("see");
    expect(opened).toMatch(/^id=[a-z\d]+;https:\/\/ci\.lab\/run.*ci\.l.*ab$/s);
    expect([closed, after]).toEqual([expect.stringMatching(/^;.*!/s), undefined]);
    expect(frame).not.toContain("javascript");
    expect(frameIn("linux")).not.toContain("]8;");
  });

  test("shows styles", async () => {
    using fixture = new Fixture({ columns: 40, rows: 2 });
    const styles: readonly Style[] = [
      { isBold: true },
      { isDim: true },
      { isUnderlined: true },
      { isInverse: true },
      { foreground: 2 },
      { foreground: 12, background: 1 },
      { background: 201 },
      { isItalic: true, foreground: "#102030" },
    ];
    fixture.draw({ rows: [styles.map((style) => ({ text: "x", style }))] });
    await fixture.emulator.settled();
    const cells = styles.map((_, column) => fixture.emulator.cell(column, 0)!);
    expect(cells.map((cell) => cell.isBold() !== 0).indexOf(true)).toBe(0);
    expect(cells[1]!.isDim()).not.toBe(0);
    expect(cells[2]!.isUnderline()).not.toBe(0);
    expect(cells[3]!.isInverse()).not.toBe(0);
    expect(cells[4]!.getFgColor()).toBe(2);
    expect([cells[5]!.getFgColor(), cells[5]!.getBgColor()]).toEqual([12, 1]);
    expect(cells[6]!.getBgColor()).toBe(201);
    expect(cells[6]!.isBold()).toBe(0);
    expect(cells[7]!.isItalic()).not.toBe(0);
    expect(fixture.emulator.cell(8, 0)!.isBgDefault()).toBe(true);
  });

  test("uses no colour when none is wanted, and 8 or 16 where there are no more", () => {
    const span: Span = { text: "x", style: { isBold: true, foreground: 201, background: 9 } };
    const frameIn = (environment: NodeJS.ProcessEnv) => {
      using fixture = new Fixture({ columns: 10, rows: 2 }, environment);
      return fixture.draw({ rows: [[span]] });
    };
    expect(frameIn({ TERM: "xterm", NO_COLOR: "1" })).toContain("\x1b[0;1mx");
    expect(frameIn({ TERM: "vt220" })).toContain("\x1b[0;1mx");
    expect(frameIn({ TERM: "linux" })).toMatch(/\[0;1;3\d;41mx/);
    expect(frameIn({ TERM: "xterm-16color" })).toMatch(/\[0;1;[39]\d;101mx/);
    expect(frameIn({ TERM: "xterm", NO_COLOR: "" })).toContain("\x1b[0;1;38;5;201;101mx");
  });

  test("gives what names no colour, and what is blank, the picture's own", async () => {
    using fixture = new Fixture({ columns: 4, rows: 2 });
    const base: Style = { foreground: 7, background: 4 };
    const row: Row = [
      { text: "x", style: {} },
      { text: "y", style: { foreground: 1 } },
    ];
    fixture.draw({ rows: [row], base });
    await fixture.emulator.settled();
    const coloursOf = (x: number, y: number) => {
      const cell = fixture.emulator.cell(x, y)!;
      return [cell.getFgColor(), cell.getBgColor()];
    };
    expect([coloursOf(0, 0), coloursOf(1, 0), coloursOf(3, 1)]).toEqual([
      [7, 4],
      [1, 4],
      [7, 4],
    ]);
    fixture.draw({ rows: [row] });
    await fixture.emulator.settled();
    expect(fixture.emulator.cell(3, 1)!.isBgDefault()).toBe(true);
  });

  test("draws everything again after it was told to forget", async () => {
    using fixture = new Fixture({ columns: 10, rows: 2 });
    const picture = pictureOf("hello");
    fixture.draw(picture);
    fixture.emulator.stdout.write("\x1b[2J\x1b[1;1Hgarbage");
    fixture.forget();
    fixture.draw(picture);
    await fixture.emulator.settled();
    expect(fixture.emulator.picture()).toBe("hello");
  });

  test("leaves the terminal as it was", async () => {
    using fixture = new Fixture({ columns: 20, rows: 4 });
    fixture.draw(pictureOf("hello"));
    await fixture.emulator.settled();
    expect(fixture.emulator.isAlternate).toBe(true);
    expect(fixture.emulator.isPasteBracketed).toBe(true);
    fixture.leave();
    fixture.emulator.stdout.write("after");
    await fixture.emulator.settled();
    expect(fixture.emulator.picture()).toBe("after");
    expect(fixture.emulator.isAlternate).toBe(false);
    expect(fixture.emulator.isPasteBracketed).toBe(false);
    expect(fixture.emulator.isWrapping).toBe(true);
    expect(fixture.emulator.cursor.isVisible).toBe(true);
    expect(fixture.emulator.isMouseOff).toBe(true);
  });

  test.each(["xterm", "tmux-256color", "alacritty", "linux", "vt220", "foot", "unheard-of", ""])(
    "draws on a terminal of the kind %j",
    async (name) => {
      using fixture = new Fixture({ columns: 20, rows: 4 }, { TERM: name });
      fixture.draw({ rows: [plainRow("│漢 hello│")], cursor: { column: 1, row: 1 } });
      await fixture.emulator.settled();
      expect(fixture.emulator.picture()).toBe("│漢 hello│");
      expect(fixture.emulator.cursor).toEqual({ column: 1, row: 1, isVisible: true });
    },
  );

  test("keeps listeners of the process as they were", () => {
    const events = ["uncaughtException", "SIGTERM", "SIGINT", "SIGQUIT", "exit"];
    const counts = () => events.map((event) => process.listenerCount(event));
    const before = counts();
    {
      using fixture = new Fixture({});
      fixture.draw(pictureOf("hello"));
      expect(counts()).toEqual(before);
    }
    expect(counts()).toEqual(before);
  });

  test("shows hostile text as text and lets none of it reach the terminal", async () => {
    const corpus = [
      ...Array.from({ length: 32 }, (_, unit) => String.fromCharCode(unit)),
      ...Array.from({ length: 33 }, (_, unit) => String.fromCharCode(unit + 0x7f)),
      "\x1b[2J\x1b[H",
      "\x1b[?25l",
      "\x1b[?1049l",
      "\x1b]0;owned\x07",
      "\x1b]8;;http://x\x1b\\x\x1b]8;;\x1b\\",
      "\x1b]52;c;aGk=\x07",
      "\x1bP1$r\x1b\\",
      "\u009b2J",
      "\u009d0;owned\u009c",
      "\u202egnp.exe\u2066",
      "{red-fg}{center}{|}{escape}",
      "\ud800",
      "a\r\nb",
      "\u2028",
      `e${"\u0301".repeat(200)}`,
    ];
    using fixture = new Fixture({ columns: 40, rows: 3 });
    for (const hostile of corpus) {
      const cursor = { column: 1, row: 2 };
      fixture.draw({
        rows: [plainRow("above"), plainRow(`<${hostile}>`), plainRow("below")],
        cursor,
      });
      await fixture.emulator.settled();
      const { emulator } = fixture;
      const rows = emulator.rows();
      expect([rows[0], rows[2]], JSON.stringify(hostile)).toEqual(["above", "below"]);
      expect(rows[1]!.startsWith("<")).toBe(true);
      expect(emulator.title).toBe("");
      expect(emulator.bellCount).toBe(0);
      expect(emulator.isAlternate).toBe(true);
      expect(emulator.cursor).toEqual({ ...cursor, isVisible: true });
    }
  });

  test("shows tags of blessed as they are", async () => {
    using fixture = new Fixture({ columns: 40, rows: 1 });
    fixture.draw(pictureOf("{red-fg}{center}{|}{escape}"));
    await fixture.emulator.settled();
    expect(fixture.emulator.picture()).toBe("{red-fg}{center}{|}{escape}");
  });
});

const pieces = [
  ..."abcdefgh  │─●…✓",
  ..."漢字한글カ",
  ..."שלום مرحبا",
  "e\u0301",
  "ö\u0323",
  "😀",
  "👍🏽",
  "👩‍👩‍👧‍👦",
  "🇩🇪",
  "❤️",
  "1️⃣",
  "क्षि",
  "กำ",
  "\u0301",
];

const styles: readonly Style[] = [
  {},
  { isBold: true, foreground: 2 },
  { isDim: true },
  { isItalic: true, isUnderlined: true, background: 201 },
  { isInverse: true, foreground: "#8000ff" },
];

function randomPicture(random: SeededRandom, size: Size): Picture {
  const rows = Array.from({ length: random.between(0, size.rows) }, () => {
    return Array.from({ length: random.between(0, 3) }, (): Span => {
      const length = random.between(0, Math.ceil(size.columns / 2));
      const text = Array.from({ length }, () => random.pick(pieces)).join("");
      return { text, style: random.pick(styles) };
    });
  });
  return { rows, cursor: { column: 0, row: 0 } };
}

/** A few changes, as typing and new lines make them. */
function changed(random: SeededRandom, picture: Picture, size: Size): Picture {
  if (random.chance(0.2)) return randomPicture(random, size);
  const rows = picture.rows.map((row) => {
    return row.map((span) => {
      if (random.chance(0.7)) return span;
      const clusters = graphemes(span.text);
      clusters.splice(
        random.between(0, clusters.length),
        random.between(0, 2),
        random.pick(pieces),
      );
      return { ...span, text: clusters.join("") };
    });
  });
  return { ...picture, rows: random.chance(0.2) ? rows.slice(1) : rows };
}

describe("frames", () => {
  test.each(["modern", "old"] as const)(
    "make the cells of a %s terminal those of the picture, whatever was shown before",
    async (widths) => {
      for (let seed = 1; seed <= 25; seed += 1) {
        const random = new SeededRandom(seed);
        using fixture = new Fixture({ columns: 40, rows: 8, widths });
        const { emulator } = fixture;
        let picture = randomPicture(random, emulator.size);
        for (let frame = 0; frame < 20; frame += 1) {
          if (random.chance(0.05)) {
            emulator.resize({ columns: random.between(1, 60), rows: random.between(1, 12) });
          }
          fixture.draw(picture);
          await emulator.settled();
          const lines = cellsOf(picture, emulator.size);
          const found = difference(emulator, lines, widths);
          expect(found, `seed ${seed}, frame ${frame}\n${emulator.picture()}`).toBe("");
          picture = changed(random, picture, emulator.size);
        }
      }
    },
  );

  test("keep the right border straight on every kind of terminal", async () => {
    for (const widths of ["modern", "old"] as const) {
      using fixture = new Fixture({ columns: 20, rows: pieces.length, widths });
      const rows = pieces.map((piece): Row => {
        const fill = " ".repeat(17 - graphemeWidth(piece));
        return [{ text: `│${piece}${fill}x│`, style: {} }];
      });
      fixture.draw({ rows });
      await fixture.emulator.settled();
      for (const [y] of rows.entries()) {
        expect(fixture.emulator.cell(19, y)!.getChars(), `${widths} ${pieces[y]}`).toBe("│");
        expect(fixture.emulator.cell(18, y)!.getChars(), `${widths} ${pieces[y]}`).toBe("x");
      }
    }
  });

  test("of 300 x 60 cells are made in a few milliseconds", () => {
    using fixture = new Fixture({ columns: 300, rows: 60 });
    const random = new SeededRandom(7);
    const pictures = Array.from({ length: 20 }, () =>
      randomPicture(random, { columns: 300, rows: 60 }),
    );
    const tookMs = cpuMsOf(() => {
      for (const picture of pictures) fixture.draw(picture);
    });
    expect(tookMs / pictures.length).toBeLessThan(60);
  });

  test("know a style again that is another object", () => {
    expect(isSameStyle({ isBold: false, foreground: undefined }, {})).toBe(true);
    expect(isSameStyle({ isBold: true }, { isDim: true })).toBe(false);
  });
});
