import { randomBytes } from "node:crypto";
import { nanoid } from "nanoid";

/** Where every random choice comes from, so that a simulation can repeat a run from its seed. */
export interface Random {
  /** Unpredictable bytes. */
  bytes(count: number): Uint8Array;
  /** A nanoid: 21 characters of `A-Za-z0-9_-`, 126 random bits. */
  id(): string;
  /** A number in [0, 1) for jitter and other choices that need no secrecy. */
  unit(): number;
}

/** Randomness of this machine. */
export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  id: () => nanoid(),
  unit: () => Math.random(),
};
