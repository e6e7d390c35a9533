import { describe, expect, test } from "vitest";
import { confusableRows } from "../../scripts/confusables.js";
import { confusables } from "../../src/room/confusables.ts";
import { isOneKindOfDigits, isOneScript, skeletonsOf } from "../../src/room/skeleton.ts";

function areAlike(one: string, other: string): boolean {
  return skeletonsOf(one).some((skeleton) => skeletonsOf(other).includes(skeleton));
}

describe("names look alike", () => {
  test.each([
    ["emily", "еmily"],
    ["KOT", "КОТ"],
    ["kot", "КОТ"],
    ["coco", "сосо"],
    ["dog", "d0g"],
    ["DOG", "d0g"],
    ["chanserv", "Chɑnserv"],
    ["Ivan", "lvan"],
    ["bill", "biI1"],
    ["scope", "ѕсоре"],
  ])("%s and %s", (one, other) => {
    expect(areAlike(one, other)).toBe(true);
  });

  test.each([
    ["anna", "anne"],
    ["emma", "ernrna"],
    ["anna2", "anna3"],
    ["müller", "muller"],
    ["田中", "田申"],
    ["vera", "вера"],
  ])("%s and %s do not", (one, other) => {
    expect(areAlike(one, other)).toBe(false);
  });
});

describe("a name is in one script", () => {
  test.each([
    "anna",
    "Müller",
    "анна",
    "田中",
    "たなかさん",
    "田中tanaka",
    "김철수",
    "안na",
    "א",
    "anna_2.0-b",
    "",
  ])("%s", (name) => {
    expect(isOneScript(name)).toBe(true);
  });

  test.each(["еmily", "аdmin", "Chαn", "пpивет", "たк", "김ひ", "ᏴᏴ"])("%s is not", (name) => {
    expect(isOneScript(name)).toBe(false);
  });
});

test("digits are of one kind or not", () => {
  for (const name of ["anna", "a12", "٠١٩", "०९"]) expect(isOneKindOfDigits(name)).toBe(true);
  for (const name of ["a1٢", "٠۱", "०1"]) expect(isOneKindOfDigits(name)).toBe(false);
});

test("the table is what the script makes of Unicode's data", () => {
  expect(confusables).toEqual(confusableRows());
});
