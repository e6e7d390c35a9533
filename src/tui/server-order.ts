import type { ListedServer } from "./chat-options.ts";
import { refusalOf } from "./server-refusal.ts";

/**
 * Round trips that are the same to people, in milliseconds: within a class servers are in the order of
 * their names, so that rows do not change places with every answer.
 */
const rttClassesMs = [10, 30, 100, 300];

/**
 * The servers as the picker lists them: known ones that can be joined, new ones, others, and those that
 * are only remembered; the near first.
 */
export function inPickerOrder(
  servers: readonly ListedServer[],
  version: number,
): readonly ListedServer[] {
  return servers
    .map((server) => ({ server, rank: rankOf(server, version), near: nearnessOf(server) }))
    .sort((a, b) => a.rank - b.rank || a.near - b.near)
    .map(({ server }) => server);
}

function rankOf(server: ListedServer, version: number): number {
  if (server.isSilent) return 4;
  if (refusalOf(server, version) !== undefined) return 3;
  switch (server.trust.type) {
    case "known":
      return 0;
    case "new":
      return 1;
    case "changed":
      return 2;
  }
}

function nearnessOf({ rttMs }: ListedServer): number {
  if (rttMs === undefined) return rttClassesMs.length + 1;
  const near = rttClassesMs.findIndex((ms) => rttMs <= ms);
  return near < 0 ? rttClassesMs.length : near;
}
