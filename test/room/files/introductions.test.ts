import { expect, test } from "vitest";
import { Introductions } from "../../../src/room/files/introductions.ts";
import {
  introductionMs,
  introductionsMax,
  introductionTokensMax,
} from "../../../src/room/files/limits.ts";

const token = (number: number) => new Uint8Array(16).fill(number);

test("F7: an introduction is for one offer and one device, and for some minutes", () => {
  const introductions = new Introductions();
  introductions.add(0, "offer", "key", token(1));
  expect(introductions.tokens(introductionMs - 1, "offer", "key")).toEqual([token(1)]);
  expect(introductions.tokens(introductionMs, "offer", "key")).toBeUndefined();
  expect(introductions.tokens(0, "offer", "other")).toBeUndefined();
  expect(introductions.tokens(0, "other", "key")).toBeUndefined();
});

test("an introduction that was used is good for as long again", () => {
  const introductions = new Introductions();
  introductions.add(0, "offer", "key", token(1));
  introductions.renew(introductionMs - 1, "offer", "key");
  expect(introductions.tokens(2 * introductionMs - 2, "offer", "key")).toBeDefined();
});

test("of introductions of the same two the newest four tokens are good", () => {
  const introductions = new Introductions();
  for (let number = 0; number <= introductionTokensMax; number += 1) {
    introductions.add(0, "offer", "key", token(number));
  }
  expect(introductions.tokens(0, "offer", "key")).toEqual([1, 2, 3, 4].map(token));
});

test("of 1,025 introductions the oldest is forgotten", () => {
  const introductions = new Introductions();
  for (let number = 0; number < introductionsMax; number += 1) {
    introductions.add(0, "offer", `${number}`, token(1));
  }
  expect(introductions.tokens(0, "offer", "0")).toBeDefined();
  introductions.add(0, "offer", "one more", token(1));
  expect(introductions.tokens(0, "offer", "0")).toBeUndefined();
  expect(introductions.tokens(0, "offer", "1")).toBeDefined();
  introductions.forget("offer");
  expect(introductions.tokens(0, "offer", "1")).toBeUndefined();
});
