import { describe, expect, test } from "vitest";
import { LineSplitter } from "../../src/base/line-splitter.ts";
import { SeededRandom } from "../support/random.ts";

function line(text: string) {
  return { type: "line", text };
}

describe("LineSplitter", () => {
  test("gives the same lines however the stream is cut", () => {
    const text = 'one\r\n\n{"text":"ünï\u2028cödé 🦊"}\ntwo\rthree\nlast';
    const bytes = Buffer.from(text);
    const expected = ["one", "", '{"text":"ünï\u2028cödé 🦊"}', "two\rthree", "last"].map(line);
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = new SeededRandom(seed);
      const splitter = new LineSplitter(100);
      const lines = [];
      for (let at = 0; at < bytes.length; ) {
        const end = at + random.between(1, 9);
        lines.push(...splitter.push(bytes.subarray(at, end)));
        at = end;
      }
      lines.push(...splitter.end());
      expect(lines, `seed ${seed}`).toEqual(expected);
    }
  });

  test("a stream that ends in a line feed has no empty last line", () => {
    const splitter = new LineSplitter(100);
    expect(splitter.push(Buffer.from("one\n"))).toEqual([line("one")]);
    expect(splitter.end()).toEqual([]);
  });

  test("a line may have as many characters as allowed, and not one more", () => {
    const splitter = new LineSplitter(5);
    expect(splitter.push(Buffer.from("12345\n123456\n12\n"))).toEqual([
      line("12345"),
      { type: "too-long" },
      line("12"),
    ]);
    expect(splitter.push(Buffer.from("123"))).toEqual([]);
    expect(splitter.push(Buffer.from("456"))).toEqual([]);
    expect(splitter.end()).toEqual([{ type: "too-long" }]);
  });

  test("an endless line is not kept", () => {
    const splitter = new LineSplitter(1_000);
    const chunk = Buffer.alloc(1_024 * 1_024, "x");
    for (let count = 0; count < 100; count += 1) expect(splitter.push(chunk)).toEqual([]);
    expect(splitter.push(Buffer.from("\nnext\n"))).toEqual([{ type: "too-long" }, line("next")]);
  });
});
