import { describe, expect, test } from "vitest";
import { qrCode } from "../../src/cli/qr-code.ts";

const link = `earshot://10.0.0.5:28198/?k=${"A".repeat(43)}&n=lab`;

/** Which modules are dark, read back from the half blocks. */
function modulesOf(code: string, isDrawnDark: boolean): readonly string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one.
  const lines = code.replace(/\u001b\[[\d;]*m/g, "").split("\n");
  return lines.flatMap((line) => {
    const read = (drawn: string) =>
      [...line].map((cell) => (drawn.includes(cell) === isDrawnDark ? "#" : ".")).join("");
    return [read("▀█"), read("▄█")];
  });
}

const finder = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"];

describe("a QR code in half blocks", () => {
  test.each([true, false])("has three finders in a quiet zone, with colours: %s", (hasColors) => {
    const code = qrCode(link, { columns: 80, hasColors })!;
    const modules = modulesOf(code, hasColors);
    const size = modules[0]!.length;
    const last = size - 2 - 7;
    for (const [row, column] of [
      [2, 2],
      [2, last],
      [last, 2],
    ] as const) {
      const seen = modules.slice(row, row + 7).map((line) => line.slice(column, column + 7));
      expect(seen).toEqual(finder);
    }
    for (const row of [0, 1, size - 2, size - 1]) expect(modules[row]).toMatch(/^\.+$/);
    for (const row of modules.slice(0, size)) expect(row).toMatch(/^\.\.[.#]+\.\.$/);
  });

  test("is the same with and without colours", () => {
    const [colored, plain] = [true, false].map((hasColors) =>
      modulesOf(qrCode(link, { columns: 80, hasColors })!, hasColors),
    );
    expect(colored).toEqual(plain);
  });

  test("is not drawn where a cell is missing", () => {
    const options = { hasColors: false };
    const width = qrCode(link, { ...options, columns: 200 })!.split("\n")[0]!.length;
    expect(qrCode(link, { ...options, columns: width })).toBeDefined();
    expect(qrCode(link, { ...options, columns: width - 1 })).toBeUndefined();
  });

  test("takes the longest link there is into no more than 65 columns", () => {
    const longest = `earshot://[fe80::1234:5678:9abc:def0%25enp0s31f6]:28198/?k=${"A".repeat(43)}`;
    expect(
      qrCode(`${longest}&n=${"%C3%BC".repeat(24)}`, { columns: 65, hasColors: true }),
    ).toBeDefined();
  });
});
