import { describe, expect, test } from "vitest";
import { parseBotRequest, refCharactersMax } from "../../src/cli/bot-protocol.ts";
import { SeededRandom } from "../support/random.ts";

describe("requests", () => {
  test.each([
    ['{"type":"join","room":"dev"}', { type: "join", room: "dev" }],
    ['{"type":"leave","room":"dev","ref":7}', { type: "leave", room: "dev", ref: 7 }],
    ['{"ref":"a","type":"members","room":"x"}', { type: "members", room: "x", ref: "a" }],
    [
      '{"type":"say","room":"x","text":""}',
      { type: "post", room: "x", body: { type: "message", text: "" } },
    ],
    [
      '{"type":"edit","room":"x","target":3,"text":"y","ref":1}',
      { type: "post", room: "x", body: { type: "edit", target: 3, text: "y" }, ref: 1 },
    ],
    [
      '{"type":"who","nick":"ann","ref":"w"}',
      { type: "question", question: { type: "who", nick: "ann" }, ref: "w" },
    ],
    [
      '{"type":"history","room":"x","around":{"time":5}}',
      { type: "history", room: "x", range: { around: { time: 5 } } },
    ],
    [
      '{"type":"typing","room":"x","state":"active"}',
      { type: "typing", room: "x", state: "active" },
    ],
    ['{"type":"history","room":"x"}', { type: "history", room: "x", range: {} }],
    [
      '{"type":"history","room":"x","before":9,"after":0,"limit":5}',
      { type: "history", room: "x", range: { before: 9, after: 0, limit: 5 } },
    ],
    ['{"type":"quit","extra":[1]}', { type: "quit" }],
    ['{"type":"quit","ref":0}', { type: "quit", ref: 0 }],
  ])("%s", (line, expected) => {
    expect(parseBotRequest(line)).toEqual(expected);
  });

  test.each([
    ["hello", "the line is not JSON"],
    ['{"type":"quit"', "the line is not JSON"],
    ["[]", "the line is not a JSON object"],
    ["null", "the line is not a JSON object"],
    ["7", "the line is not a JSON object"],
    ["{}", "type must be one of join, leave, say, edit"],
    ['{"type":7}', "type must be one of join, leave, say, edit"],
    ['{"type":"who"}', "a field of who is missing or wrong"],
    ['{"type":"edit","room":"x","text":"y"}', "a field of edit is missing or wrong"],
    ['{"type":"join","room":"x","invitation":1}', "invitation must be a string"],
    ['{"type":"sya"}', "sya is no request; did you mean say?"],
    ['{"type":"constructor"}', "constructor is no request; known are join"],
    ['{"type":"join"}', "join needs room, a string"],
    ['{"type":"say","room":1,"text":"x"}', "say needs room, a string"],
    ['{"type":"say","room":"x"}', "say needs text, a string"],
    ['{"type":"history","room":"x","before":-1}', "before must be a whole number"],
    ['{"type":"history","room":"x","after":1.5}', "after must be a whole number"],
    ['{"type":"history","room":"x","limit":"5"}', "limit must be a whole number"],
    ['{"type":"history","room":"x","limit":9007199254740992}', "limit must be a whole number"],
    ['{"type":"quit","ref":null}', "ref must be a number or a string"],
    ['{"type":"quit","ref":{}}', "ref must be a number or a string"],
    ['{"type":"quit","ref":1e999}', "ref must be a number or a string"],
  ])("%s is refused", (line, message) => {
    expect(parseBotRequest(line)).toMatchObject({
      type: "invalid",
      message: expect.stringContaining(message),
    });
  });

  test("a refusal carries the ref", () => {
    expect(parseBotRequest('{"type":"join","ref":"r1"}')).toMatchObject({
      type: "invalid",
      ref: "r1",
    });
  });

  test("a ref may have as many characters as allowed, and not one more", () => {
    const request = (ref: string) => parseBotRequest(JSON.stringify({ type: "quit", ref }));
    expect(request("x".repeat(refCharactersMax)).type).toBe("quit");
    expect(request("x".repeat(refCharactersMax + 1)).type).toBe("invalid");
  });

  test("an unknown type with control characters is shown without them", () => {
    const request = parseBotRequest(JSON.stringify({ type: "\u001b]0;x\u0007" }));
    expect(request).toMatchObject({ message: expect.not.stringContaining("\u001b") });
  });

  test("changed bytes never throw", () => {
    const line = '{"type":"history","room":"lobby","before":12,"limit":5,"ref":"r1"}';
    for (let seed = 1; seed <= 2_000; seed += 1) {
      const random = new SeededRandom(seed);
      const characters = [...line];
      for (let count = random.between(1, 4); 0 < count; count -= 1) {
        const at = random.between(0, characters.length - 1);
        characters[at] = String.fromCharCode(random.between(0, 0x2ff));
      }
      expect(() => parseBotRequest(characters.join("")), `seed ${seed}`).not.toThrow();
    }
  });
});
