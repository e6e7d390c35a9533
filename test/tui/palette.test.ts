import { describe, expect, test } from "vitest";
import { contrast, type Rgb, rgbOf } from "../../src/tui/colour.ts";
import {
  nickColoursMin,
  nickContrastMin,
  paletteFor,
  type ThemeName,
  themeNames,
} from "../../src/tui/palette.ts";

const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];

/** The styles of a palette that carry text people read. */
function textStyles(name: ThemeName) {
  const { plain, dim, strong, code, bar, alert, link, ownNick } = paletteFor(name, undefined);
  return { plain, dim, strong, code, bar, alert, link, ownNick };
}

describe("a palette", () => {
  test.each(["night", "paper", "contrast"] as const)(
    "with its own background (%s) can be read: 4.5 for all text",
    (name) => {
      const { base, nicks } = paletteFor(name, undefined);
      const styles = { ...textStyles(name), ...Object.fromEntries(nicks.entries()) };
      for (const [what, style] of Object.entries(styles)) {
        const foreground = rgbOf(style.foreground ?? base.foreground)!;
        const background = rgbOf(style.background ?? base.background)!;
        if (style.isInverse === true) continue;
        expect(contrast(foreground, background), what).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  test("that follows the background is one for dark, one for light, and one for both", () => {
    expect(paletteFor("auto", black)).toEqual(paletteFor("dark", black));
    expect(paletteFor("auto", white)).toEqual(paletteFor("light", white));
    expect(paletteFor("auto", [0x28, 0x2c, 0x34])).toEqual(paletteFor("dark", [0x28, 0x2c, 0x34]));
    const { base, nicks } = paletteFor("auto", undefined);
    expect(base).toEqual({});
    expect(nicks.map(({ foreground }) => foreground)).toEqual([1, 2, 4, 5, 6]);
  });

  test.each([black, white, [0x28, 0x2c, 0x34], [0xfd, 0xf6, 0xe3], [128, 128, 128]] as const)(
    "gives nicknames colours that are read on %j, and several",
    (...background) => {
      for (const name of ["auto", "dark", "light"] as const) {
        const { nicks } = paletteFor(name, background as Rgb);
        expect(nicks.length).toBeGreaterThanOrEqual(nickColoursMin);
        const contrasts = nicks.map(({ foreground }) =>
          contrast(rgbOf(foreground)!, background as Rgb),
        );
        for (const found of contrasts.slice(nickColoursMin)) {
          expect(found).toBeGreaterThanOrEqual(nickContrastMin);
        }
      }
    },
  );

  test("without colours has none, and tells what is urgent otherwise", () => {
    const { nicks } = paletteFor("mono", black);
    const styles = [...Object.values(textStyles("mono")), ...nicks];
    expect(styles.filter((style) => style.foreground ?? style.background)).toEqual([]);
    expect(textStyles("mono").alert).not.toEqual(textStyles("mono").strong);
  });

  test("tells what is urgent by more than a colour, in every theme", () => {
    for (const name of themeNames) expect(textStyles(name).alert!.isBold, name).toBe(true);
  });
});
