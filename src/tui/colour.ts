import type { Colour } from "./picture.ts";

/** How many colours a terminal has: none, those of its palette, or all (24 bits). */
export type ColourCount = 0 | 8 | 16 | 256 | 16_777_216;

/** Red, green and blue, 0..255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** What xterm shows for its 16 colours; people change them, but hardly beyond recognition. */
const palette: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

/** The six steps of the xterm cube in each of red, green and blue. */
const cubeSteps: readonly number[] = [0, 95, 135, 175, 215, 255];

/** What the colour looks like; `undefined` for the terminal's own and for what is no colour. */
export function rgbOf(colour: Colour): Rgb | undefined {
  if (colour === undefined) return undefined;
  if (typeof colour === "string") {
    if (!/^#[\da-f]{6}$/i.test(colour)) return undefined;
    const bits = Number.parseInt(colour.slice(1), 16);
    return [bits >> 16, (bits >> 8) & 0xff, bits & 0xff];
  }
  if (colour < 16) return palette[colour];
  if (232 <= colour) {
    const grey = 8 + 10 * (colour - 232);
    return [grey, grey, grey];
  }
  const cube = colour - 16;
  const step = (index: number): number => cubeSteps[index % 6] ?? 0;
  return [step(Math.floor(cube / 36)), step(Math.floor(cube / 6)), step(cube)];
}

/** The colour itself where the terminal has it, else the nearest that it has. */
export function reduceColour(colour: Colour, count: ColourCount): Colour {
  const rgb = count === 0 ? undefined : rgbOf(colour);
  if (rgb === undefined) return undefined;
  if (typeof colour === "number" ? colour < count : count === 16_777_216) return colour;
  // The cube's own colours are not the owner's to change, so a colour of 24 bits looks right there.
  if (count === 256) return nearest(rgb, 16, 256);
  // Bright ones among eight are the plain ones.
  if (typeof colour === "number" && colour < 16) return colour - 8;
  return nearest(rgb, 0, count);
}

/** Perceived lightness, 0..1 (WCAG 2.2, relative luminance). */
export function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((channel) => {
    const share = channel / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** How well one is read on the other, 1..21 (WCAG 2.2, contrast ratio); 4.5 is good for text. */
export function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function nearest(rgb: Rgb, first: number, end: number): number {
  let found = first;
  let least = Number.POSITIVE_INFINITY;
  for (let colour = first; colour < end; colour += 1) {
    const distance = distanceBetween(rgb, rgbOf(colour) ?? rgb);
    if (distance < least) [found, least] = [colour, distance];
  }
  return found;
}

/** Weighted as the eye does it, roughly ("redmean"). */
function distanceBetween([r1, g1, b1]: Rgb, [r2, g2, b2]: Rgb): number {
  const redMean = (r1 + r2) / 2;
  const [red, green, blue] = [r1 - r2, g1 - g2, b1 - b2];
  return (2 + redMean / 256) * red ** 2 + 4 * green ** 2 + (2 + (255 - redMean) / 256) * blue ** 2;
}
