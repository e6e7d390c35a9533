/** Cuts that are kept: as many as readline's. */
export const killsMax = 10;

/** UTF-16 units of all cuts together: two of the longest text. The newest is always kept. */
export const killUnitsMax: number = 32 * 2 ** 20;

/** What was cut, oldest first. Immutable. */
export type KillRing = readonly string[];

/** Nothing was cut. */
export const emptyKills: KillRing = [];

/** The ring with one more cut; an empty one is none. */
export function withKill(kills: KillRing, piece: string): KillRing {
  if (piece === "") return kills;
  const kept = [...kills, piece].slice(-killsMax);
  let units = kept.reduce((sum, { length }) => sum + length, 0);
  while (killUnitsMax < units && 1 < kept.length) units -= kept.shift()?.length ?? 0;
  return kept;
}

/** The ring where the newest cut has grown at that side. */
export function withKillGrown(kills: KillRing, piece: string, side: "start" | "end"): KillRing {
  const newest = killAt(kills, 0);
  return withKill(kills.slice(0, -1), side === "start" ? piece + newest : newest + piece);
}

/** The cut so many before the newest, going round; empty when nothing was cut. */
export function killAt(kills: KillRing, back: number): string {
  return kills.at(-1 - (back % Math.max(1, kills.length))) ?? "";
}
