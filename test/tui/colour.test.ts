import { describe, expect, test } from "vitest";
import { contrast, luminance, reduceColour, rgbOf } from "../../src/tui/colour.ts";
import type { Colour } from "../../src/tui/picture.ts";

describe("a colour", () => {
  test.each<readonly [Colour, readonly number[] | undefined]>([
    [1, [205, 0, 0]],
    [16, [0, 0, 0]],
    [201, [255, 0, 255]],
    [231, [255, 255, 255]],
    [232, [8, 8, 8]],
    [255, [238, 238, 238]],
    ["#1a2B3c", [26, 43, 60]],
    ["#12345", undefined],
    ["#red", undefined],
    [undefined, undefined],
  ])("%s looks like %j", (colour, rgb) => {
    expect(rgbOf(colour)).toEqual(rgb);
  });

  test("stays as it is where the terminal has it", () => {
    expect(reduceColour("#123456", 16_777_216)).toBe("#123456");
    expect(reduceColour(201, 16_777_216)).toBe(201);
    expect(reduceColour(255, 256)).toBe(255);
    expect(reduceColour(15, 16)).toBe(15);
    expect(reduceColour(7, 8)).toBe(7);
  });

  test("becomes the nearest where the terminal has fewer", () => {
    expect(reduceColour("#ff00ff", 256)).toBe(201);
    expect(reduceColour("#f80008", 16)).toBe(9);
    expect(reduceColour("#c80000", 8)).toBe(1);
    expect(reduceColour(201, 16)).toBe(13);
    expect(reduceColour(9, 8)).toBe(1);
  });

  test("is the terminal's own where there are none, or where it is no colour", () => {
    expect(reduceColour(1, 0)).toBeUndefined();
    expect(reduceColour(undefined, 256)).toBeUndefined();
    expect(reduceColour("#nonsense", 16_777_216)).toBeUndefined();
  });

  test("has a contrast to another, from 1 to 21", () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
    expect(contrast([10, 20, 30], [10, 20, 30])).toBe(1);
    expect(luminance([255, 255, 255])).toBeCloseTo(1);
  });
});
