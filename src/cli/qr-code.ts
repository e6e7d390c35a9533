import { encode } from "uqr";

/** Modules of white on each side (ISO/IEC 18004 asks for 4; every reader tried takes 2). */
const quietModules = 2;

/** Above and below each other in one cell, dark is drawn: neither, the upper, the lower, both. */
const cells = [" ", "▀", "▄", "█"] as const;

/** Black on white whatever the terminal's colours are: many readers take no code that is inverted. */
const blackOnWhite = "\u001b[30;107m";
const plain = "\u001b[0m";

/**
 * The text as a QR code for a terminal, two modules in each cell, without a line feed at its end;
 * `undefined` where `columns` cells are too few for it. Without colours the code is drawn for a dark
 * background.
 */
export function qrCode(
  text: string,
  options: { readonly columns: number; readonly hasColors: boolean },
): string | undefined {
  const { columns, hasColors } = options;
  const { data, size } = encode(text, { ecc: "L", border: quietModules });
  if (columns < size) return undefined;
  const isDrawn = (row: number, column: number) => {
    const isDark = data[row]?.[column] ?? false;
    return isDark === hasColors;
  };
  const rows: string[] = [];
  for (let row = 0; row < size; row += 2) {
    const line = Array.from({ length: size }, (_, column) => {
      const upper = isDrawn(row, column) ? 1 : 0;
      const lower = isDrawn(row + 1, column) ? 2 : 0;
      return cells[upper + lower];
    });
    rows.push(hasColors ? `${blackOnWhite}${line.join("")}${plain}` : line.join(""));
  }
  return rows.join("\n");
}
