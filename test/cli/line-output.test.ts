import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { flushed, LineOutput, type OutputEnd, outputBytesMax } from "../../src/cli/line-output.ts";

/** A stream whose reader takes what is written when it is told to. */
class SlowStream extends Writable {
  readonly taken: string[] = [];
  #takeNext: (() => void) | undefined;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#takeNext = () => {
      this.taken.push(chunk.toString());
      done();
    };
  }

  async takeAll(): Promise<void> {
    while (this.#takeNext !== undefined) {
      const take = this.#takeNext;
      this.#takeNext = undefined;
      take();
      await Promise.resolve();
    }
  }
}

function open() {
  const stream = new SlowStream();
  const ends: OutputEnd[] = [];
  const output = new LineOutput(stream, (end) => ends.push(end));
  return { stream, ends, output };
}

describe("LineOutput", () => {
  test("writes lines in order and tells when they are written", async () => {
    const { stream, output } = open();
    output.writeLine("one");
    output.writeLine("two");
    let isFlushed = false;
    const waiting = output.flushed().then(() => {
      isFlushed = true;
    });
    await Promise.resolve();
    expect(isFlushed).toBe(false);
    await stream.takeAll();
    await waiting;
    expect(stream.taken.join("")).toBe("one\ntwo\n");
    await output.flushed();
  });

  test("holds as much as allowed for a slow reader, and not one byte more", () => {
    const { ends, output } = open();
    const half = "x".repeat(outputBytesMax / 2 - 1);
    output.writeLine(half);
    output.writeLine(half);
    expect(ends).toEqual([]);
    output.writeLine("");
    expect(ends).toMatchObject([{ type: "failed", error: { code: "limit-reached" } }]);
    output.writeLine("more");
    expect(ends).toHaveLength(1);
  });

  test("a reader that hung up is told once and writing goes nowhere", async () => {
    const { stream, ends, output } = open();
    stream.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    await new Promise((resolve) => stream.once("close", resolve));
    expect(ends).toEqual([{ type: "hung-up" }]);
    output.writeLine("anybody?");
    await output.flushed();
    await flushed(stream);
    expect(ends).toHaveLength(1);
  });

  test("another failure is passed on", async () => {
    const { stream, ends } = open();
    const error = Object.assign(new Error("write ENOSPC"), { code: "ENOSPC" });
    stream.destroy(error);
    await new Promise((resolve) => stream.once("close", resolve));
    expect(ends).toEqual([{ type: "failed", error }]);
  });
});
