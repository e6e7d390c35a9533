import { expect, test } from "vitest";
import { bytesText } from "../../src/room/bytes-text.ts";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1.0 kB"],
  [2_149, "2.1 kB"],
  [999_949, "999.9 kB"],
  [999_950, "1.0 MB"],
  [16_777_216, "16.8 MB"],
  [5_000_000_000, "5.0 GB"],
  [2 ** 53 - 1, "9.0 PB"],
])("%i bytes are %s to people", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
