import { describe, expect, test } from "vitest";
import { linkUnitsMax, safeLink } from "../../src/tui/link.ts";

describe("a link", () => {
  test("leads to the web or to a file", () => {
    expect(safeLink("https://ci.lab/run/1182?a=b#c")).toBe("https://ci.lab/run/1182?a=b#c");
    expect(safeLink("HTTP://x")).toBe("HTTP://x");
    expect(safeLink("file:///home/ann/notes.pdf")).toBe("file:///home/ann/notes.pdf");
  });

  test.each(["javascript:alert(1)", "ssh://x", "http://", "http:// x", "x http://x", ""])(
    "is not made of %j",
    (address) => {
      expect(safeLink(address)).toBeUndefined();
    },
  );

  test("carries no character that could end the terminal's command", () => {
    expect(safeLink("http://x/\x1b\\\x07\u009cz")).toBe("http://x/%1B\\%07%C2%9Cz");
    expect(safeLink("http://x/漢 y\ud800")).toBe("http://x/%E6%BC%A2%20y%EF%BF%BD");
  });

  test("has a longest length, as it is sent", () => {
    const longest = `http://${"x".repeat(linkUnitsMax - 7)}`;
    expect(safeLink(longest)).toBe(longest);
    expect(safeLink(`${longest}x`)).toBeUndefined();
    expect(safeLink(`http://${"é".repeat(linkUnitsMax / 4)}`)).toBeUndefined();
  });
});
