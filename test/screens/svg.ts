import type { IBufferCell } from "@xterm/headless";
import type { Emulator } from "../support/emulator.ts";

/** Cells in pixels, for a font of 14 px. */
const cell = { width: 8.4, height: 18, baseline: 13.5 };
const margin = 12;

/** The 16 colours of a terminal, each on a dark and on a light background. */
const palette: readonly (readonly [dark: string, light: string])[] = [
  ["#1c1f26", "#24292f"],
  ["#ff7b72", "#cf222e"],
  ["#56d364", "#116329"],
  ["#e3b341", "#7d4e00"],
  ["#79c0ff", "#0550ae"],
  ["#d2a8ff", "#8250df"],
  ["#56d4dd", "#1b7c83"],
  ["#c9d1d9", "#57606a"],
  ["#6e7681", "#6e7781"],
  ["#ffa198", "#a40e26"],
  ["#7ee787", "#1a7f37"],
  ["#f2cc60", "#633c01"],
  ["#a5d6ff", "#0969da"],
  ["#e2c5ff", "#6639ba"],
  ["#b3f0ff", "#3192aa"],
  ["#f0f6fc", "#1f2328"],
];

const ground = { dark: "#0d1117", light: "#ffffff" };
const ink = { dark: "#e6edf3", light: "#1f2328" };

/**
 * What a terminal shows, as a picture that follows the reader's light or dark mode. Each run of cells has
 * its place and its length, so that it is aligned whatever font draws it.
 */
export function svgOf(emulator: Emulator, title: string): string {
  const { columns, rows } = emulator.size;
  const width = pixels(columns * cell.width + 2 * margin);
  const height = pixels(rows * cell.height + 2 * margin);
  const body: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (const run of runsOf(emulator, columns, row)) body.push(...drawn(run, row));
  }
  body.push(...cursorOf(emulator));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${styleSheet()}</style>`,
    `<rect class="ground" width="100%" height="100%" rx="8"/>`,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

interface Run {
  readonly column: number;
  readonly cells: number;
  readonly text: string;
  readonly foreground: string;
  readonly background: string | undefined;
  readonly marks: string;
}

/** Cells of one style, wide characters each alone: fonts do not agree on their width. */
function runsOf(emulator: Emulator, columns: number, row: number): readonly Run[] {
  const runs: Run[] = [];
  for (let column = 0; column < columns; column += 1) {
    const shown = emulator.cell(column, row);
    if (shown === undefined || shown.getWidth() === 0) continue;
    const run = runOf(shown, column);
    const last = runs.at(-1);
    const isSame =
      last !== undefined &&
      run.cells === 1 &&
      /^[ -~]$/.test(run.text) &&
      /^[ -~]*$/.test(last.text) &&
      last.foreground === run.foreground &&
      last.background === run.background &&
      last.marks === run.marks;
    if (!isSame) runs.push(run);
    else runs[runs.length - 1] = { ...last, cells: last.cells + 1, text: last.text + run.text };
  }
  return runs;
}

function runOf(shown: IBufferCell, column: number): Run {
  const isInverse = shown.isInverse() !== 0;
  const own = {
    foreground: colourOf(shown, "foreground"),
    background: colourOf(shown, "background"),
  };
  const marks = [
    ...(shown.isBold() === 0 ? [] : ["b"]),
    ...(shown.isDim() === 0 ? [] : ["d"]),
    ...(shown.isItalic() === 0 ? [] : ["i"]),
    ...(shown.isUnderline() === 0 ? [] : ["u"]),
  ].join(" ");
  return {
    column,
    cells: shown.getWidth(),
    text: shown.getChars() === "" ? " " : shown.getChars(),
    foreground: (isInverse ? (own.background ?? "ground") : own.foreground) ?? "ink",
    background: isInverse ? (own.foreground ?? "ink") : own.background,
    marks,
  };
}

/** A class of the style sheet, or the colour itself; `undefined` for the terminal's own. */
function colourOf(shown: IBufferCell, part: "foreground" | "background"): string | undefined {
  const isForeground = part === "foreground";
  if (isForeground ? shown.isFgDefault() : shown.isBgDefault()) return undefined;
  const colour = isForeground ? shown.getFgColor() : shown.getBgColor();
  const isRgb = isForeground ? shown.isFgRGB() : shown.isBgRGB();
  if (isRgb) return `#${colour.toString(16).padStart(6, "0")}`;
  return colour < palette.length ? `c${colour}` : cubeColour(colour);
}

/** The xterm cube and its greys. */
function cubeColour(index: number): string {
  const hex = (parts: readonly number[]): string =>
    `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  if (232 <= index) {
    const grey = 8 + 10 * (index - 232);
    return hex([grey, grey, grey]);
  }
  const level = (value: number): number => (value === 0 ? 0 : 55 + 40 * value);
  const at = index - 16;
  return hex([level(Math.floor(at / 36)), level(Math.floor(at / 6) % 6), level(at % 6)]);
}

function drawn(run: Run, row: number): readonly string[] {
  const x = pixels(margin + run.column * cell.width);
  const y = pixels(margin + row * cell.height);
  const width = pixels(run.cells * cell.width);
  const parts: string[] = [];
  if (run.background !== undefined) {
    parts.push(
      `<rect x="${x}" y="${y}" width="${width}" height="${cell.height}" ${fill(run.background)}/>`,
    );
  }
  // Blanks at the ends have nothing to draw, but an underline.
  const text = run.marks.includes("u") ? run.text : run.text.trim();
  if (text.trim() === "") return parts;
  const skipped = text === run.text ? 0 : run.text.length - run.text.trimStart().length;
  const cells = run.cells - (run.text.length - text.length);
  const place = {
    x: pixels(margin + (run.column + skipped) * cell.width),
    y: pixels(margin + row * cell.height + cell.baseline),
    length: pixels(cells * cell.width),
  };
  const marks = run.marks === "" ? "" : ` ${run.marks}`;
  const colour = run.foreground.startsWith("#")
    ? `fill="${run.foreground}" class="t${marks}"`
    : `class="t ${run.foreground}${marks}"`;
  // Renderers take several blanks for one.
  const shown = escaped(text).replaceAll(" ", "\u00a0");
  parts.push(
    `<text x="${place.x}" y="${place.y}" textLength="${place.length}" ${colour}>${shown}</text>`,
  );
  return parts;
}

function fill(colour: string): string {
  return colour.startsWith("#") ? `fill="${colour}"` : `class="${colour}"`;
}

function cursorOf(emulator: Emulator): readonly string[] {
  const { column, row, isVisible } = emulator.cursor;
  if (!isVisible) return [];
  const x = pixels(margin + column * cell.width);
  const y = pixels(margin + row * cell.height);
  return [
    `<rect x="${x}" y="${y}" width="${cell.width}" height="${cell.height}" class="ink cursor"/>`,
  ];
}

function styleSheet(): string {
  const colours = (mode: "dark" | "light"): string =>
    [
      `.ground{fill:${ground[mode]}}`,
      `.ink{fill:${ink[mode]}}`,
      ...palette.map(
        ([dark, light], index) => `.c${index}{fill:${mode === "dark" ? dark : light}}`,
      ),
    ].join("");
  return [
    `.t{font:14px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}`,
    ".b{font-weight:700}.d{opacity:.65}.i{font-style:italic}.u{text-decoration:underline}",
    ".cursor{opacity:.6}rect{shape-rendering:crispEdges}",
    colours("dark"),
    `@media (prefers-color-scheme:light){${colours("light")}}`,
  ].join("");
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function pixels(value: number): number {
  return Math.round(value * 10) / 10;
}
