import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../src/room/codec.ts";
import { ratedPersonsMax } from "../../src/room/limits.ts";
import { type Marker, withMention, withRead } from "../../src/room/marker-table.ts";
import { PersonRates } from "../../src/room/person-rates.ts";
import { RecordBook } from "../../src/room/record-book.ts";
import { ServerDesk } from "../support/server-desk.ts";

describe("a record that is damaged", () => {
  test.each([
    ["rooms", "club"],
    ["accounts", "a".repeat(21)],
    ["markers", `${"a".repeat(21)}!club`],
  ] as const)("stops the server from starting, instead of forgetting it: %s", (table, key) => {
    for (const value of [new Uint8Array(3), encodeCbor({ kind: "telepathic" })]) {
      const records = { [table]: new Map([[key, value]]) };
      expect(() => new ServerDesk({ records })).toThrowError(
        expect.objectContaining({ code: "history-damaged" }),
      );
    }
  });
});

describe("records that are ahead of the disk", () => {
  test("are written as they are then, once, however often they changed", () => {
    const book = new RecordBook();
    let value = 1;
    const encode = () => Uint8Array.of(value);
    book.mark("rooms", "club", encode);
    book.mark("rooms", "club", encode);
    value = 2;
    expect(book.take()).toEqual([{ table: "rooms", key: "club", value: Uint8Array.of(2) }]);
    book.settle(true);
    expect([book.isClean, book.take()]).toEqual([true, []]);
  });

  test("go with the next commit when the disk did not take them", () => {
    const book = new RecordBook();
    book.mark("rooms", "club", () => Uint8Array.of(1));
    book.take();
    book.mark("rooms", "attic", () => undefined);
    book.settle(false);
    expect(book.take().map(({ key }) => key)).toEqual(["attic", "club"]);
  });
});

describe("a read marker", () => {
  const marker: Marker = { sequence: 3, ordinal: 2, delivered: 3, mentions: [5, 9] };

  test("forgets the mentions that were read, and never goes back", () => {
    expect(withRead(marker, 7, 4)).toEqual({
      sequence: 7,
      ordinal: 4,
      delivered: 7,
      mentions: [9],
    });
    expect(withRead(marker, 2, 1)).toBe(marker);
  });

  test("counts 100 mentions and not one more", () => {
    let full = marker;
    for (let sequence = 10; sequence < 200; sequence += 1) {
      full = withMention(full, sequence);
    }
    expect(full.mentions).toHaveLength(100);
    expect(full.mentions.at(-1)).toBe(199);
  });
});

describe("how often persons do things", () => {
  test("is remembered for each of them and each thing, the latest 20,000", () => {
    const rates = new PersonRates();
    const once = { perSecond: 0, burst: 1 };
    expect(rates.take(0, "anna", "ask", once)).toBe(true);
    expect(rates.take(0, "anna", "ask", once)).toBe(false);
    expect(rates.take(0, "anna", "rename", once)).toBe(true);
    expect(rates.take(0, "ben", "ask", once)).toBe(true);
    for (let person = 0; person < ratedPersonsMax; person += 1) {
      rates.take(0, `p${person}`, "ask", once);
    }
    expect(rates.take(0, "anna", "ask", once)).toBe(true);
    expect(rates.take(0, `p${ratedPersonsMax - 1}`, "ask", once)).toBe(false);
  });
});
