import { describe, expect, test } from "vitest";
import {
  nickKey,
  nickLengthMax,
  parseNick,
  parseRoom,
  reservedNicks,
  roomLengthMax,
  suggestNick,
} from "../../src/room/name.ts";
import { SeededRandom } from "../support/random.ts";

describe("a nickname", () => {
  test.each(["anna", "Anna", "anna-2", "a.b_c", "7of9", "Jürgen", "小明", "أحمد", "नेहा", "Ω"])(
    "may be %s",
    (nick) => {
      expect(parseNick(nick)).toBe(nick.normalize("NFKC"));
    },
  );

  test.each([
    ["nothing", ""],
    ["spaces", "  "],
    ["a space inside", "anna b"],
    ["a leading dot", ".anna"],
    ["a leading mark", "\u0301anna"],
    ["an emoji", "anna👋"],
    ["a slash", "a/b"],
    ["an exclamation mark", "a!b"],
    ["a colon", "a:b"],
  ])("may not be or have %s", (_name, nick) => {
    expect(() => parseNick(nick)).toThrow(expect.objectContaining({ code: "nickname-invalid" }));
  });

  test.each(reservedNicks)("may not be %s in any case", (nick) => {
    expect(() => parseNick(nick.toUpperCase())).toThrow("is reserved");
  });

  test("may have 24 code points and not 25, also outside of the basic plane", () => {
    for (const letter of ["n", "𝟘", "𠀀"]) {
      expect([...parseNick(letter.repeat(nickLengthMax))]).toHaveLength(nickLengthMax);
      expect(() => parseNick(letter.repeat(nickLengthMax + 1))).toThrow(
        "nickname is 25 characters long, at most 24",
      );
    }
  });

  test.each(["3164", "1160", "115f", "ffa0", "fe0f", "034f", "17b4", "180b", "200d", "e0100"])(
    "may not have a letter or mark that nobody sees: U+%s",
    (code) => {
      const unseen = String.fromCodePoint(Number.parseInt(code, 16));
      const message = "nickname has invisible characters";
      for (const nick of [`an${unseen}na`, `anna${unseen}`]) {
        expect(() => parseNick(nick)).toThrow(message);
        expect(() => parseRoom(nick)).toThrow("room name has invisible characters");
      }
      expect(() => parseNick(unseen)).toThrow(message);
    },
  );

  test("may not be a mebibyte of marks, and is refused at once", () => {
    const marks = "\u0301\u0323".repeat(2 ** 18);
    expect(() => parseNick(`anna${marks}/`)).toThrow("characters");
    expect([...parseNick(`x${marks}`)]).toHaveLength(5);
  });

  test("loses invisible characters and spaces around it", () => {
    expect(parseNick(" an\u200bna\u202e ")).toBe("anna");
  });

  test("is the same person in other letters that look the same", () => {
    expect(nickKey(parseNick("ＡＮＮＡ"))).toBe(nickKey("anna"));
    expect(nickKey(parseNick("Ju\u0308rgen"))).toBe(nickKey("JÜRGEN"));
  });
});

describe("a room's name", () => {
  test.each([
    ["lobby", "lobby"],
    ["#lobby", "lobby"],
    [" #Lobby ", "lobby"],
    ["KÜCHE", "küche"],
  ])("%s becomes %s", (input, room) => {
    expect(parseRoom(input)).toBe(room);
  });

  test.each(["", "#", "##a", "a b", "a!b", "-a"])("may not be %j", (room) => {
    expect(() => parseRoom(room)).toThrow(expect.objectContaining({ code: "room-invalid" }));
  });

  test("may have 32 code points and not 33", () => {
    expect(parseRoom("r".repeat(roomLengthMax))).toHaveLength(roomLengthMax);
    expect(() => parseRoom("r".repeat(roomLengthMax + 1))).toThrow("at most 32");
  });
});

describe("names", () => {
  test.each([1, 2, 3])("do not change when they are parsed again, with seed %i", (seed) => {
    const random = new SeededRandom(seed);
    const alphabet = [..."aAzZ09_.-ßİıǅﬁﬃΣςΩÅ①Ⅷ½ｱ가ㄱ각नि́ा"];
    for (let round = 0; round < 2_000; round += 1) {
      const input = Array.from({ length: random.between(1, 8) }, () => random.pick(alphabet)).join(
        "",
      );
      for (const parse of [parseNick, parseRoom]) {
        let name: string;
        try {
          name = parse(input);
        } catch {
          continue;
        }
        expect(parse(name)).toBe(name);
        expect(nickKey(nickKey(name))).toBe(nickKey(name));
      }
    }
  });
});

describe("a suggestion", () => {
  function suggest(taken: string, others: readonly string[] = []): string {
    return suggestNick(taken, (nick) => nick === taken || others.includes(nick));
  }

  test("is the nickname with the next free number", () => {
    expect(suggest("anna")).toBe("anna2");
    expect(suggest("anna", ["anna2", "anna3"])).toBe("anna4");
    expect(suggest("anna2")).toBe("anna3");
    expect(suggest("7")).toBe("72");
  });

  test("is never too long", () => {
    const nick = suggest("n".repeat(nickLengthMax));
    expect(nick).toBe(`${"n".repeat(nickLengthMax - 1)}2`);
    expect(parseNick(nick)).toBe(nick);
  });
});
