import type { MouseEvent } from "./key.ts";

/** A place on the screen, from 0. */
interface Cell {
  readonly column: number;
  readonly row: number;
}

/** Bits of a report's first number (xterm's ctlseqs, "Mouse Tracking"). */
const shiftBit = 4;
const altBit = 8;
const ctrlBit = 16;
const motionBit = 32;

/** The numbers of the buttons, without those bits. */
const leftButton = 0;
const wheelUp = 64;
const wheelDown = 65;

/** Makes events of mouse reports (mode 1006); it remembers where the button went down. */
export class MouseReader {
  #pressedAt: Cell | undefined;

  /**
   * `body` stands between `CSI` and `final`: `<button;column;row`, from 1, then M, or m for a button
   * that came up. Gives `undefined` for what means nothing here, or is no report.
   */
  read(body: string, final: string): MouseEvent | undefined {
    const fields = /^<(\d{1,4});(\d{1,5});(\d{1,5})$/.exec(body)?.slice(1).map(Number);
    const [code = 0, column = 0, row = 0] = fields ?? [];
    if (column < 1 || row < 1 || (code & motionBit) !== 0) return undefined;
    const at: Cell = { column: column - 1, row: row - 1 };
    const button = this.#buttonOf(code & ~(shiftBit | altBit | ctrlBit), final === "m", at);
    if (button === undefined) return undefined;
    return {
      type: "mouse",
      button,
      ...at,
      isShift: (code & shiftBit) !== 0,
      isAlt: (code & altBit) !== 0,
      isCtrl: (code & ctrlBit) !== 0,
    };
  }

  #buttonOf(number: number, isUp: boolean, at: Cell): MouseEvent["button"] | undefined {
    if (number === wheelUp) return "wheel-up";
    if (number === wheelDown) return "wheel-down";
    if (number !== leftButton) return undefined;
    const pressedAt = this.#pressedAt;
    this.#pressedAt = isUp ? undefined : at;
    if (!isUp) return "left";
    if (pressedAt === undefined) return undefined;
    return pressedAt.column === at.column && pressedAt.row === at.row ? undefined : "drag";
  }
}
