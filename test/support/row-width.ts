import type { Row } from "../../src/tui/picture.ts";
import { textWidth } from "../../src/tui/text.ts";

/** The cells that a row takes. */
export function rowWidth(row: Row): number {
  return row.reduce((sum, { text }) => sum + textWidth(text), 0);
}
